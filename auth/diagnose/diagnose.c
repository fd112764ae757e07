#include "auth/diagnose/diagnose.h"

#include "auth/diagnose/diagnose_mime.h"

/*
 * WORK_MAX: octets hashed or copied for all signatures together. A quarter of each signature's
 * share of work and time is reserved for its header.
 */
enum { WORK_MAX = 256 * 1024 * 1024, SHARES = 4, EXCERPT = 200 };

enum { SIGNATURES = 1000 };

/* Converts all line ends to CRLF: the message was sent with CRLF, however it is stored. */
static void
add_lines(struct buf *out, struct slice bytes)
{
	struct slice line;

	while (line_next(&bytes, &line)) {
		size_t end = line.n;

		if (end > 0 && line.p[end - 1] == '\n')
			end -= end > 1 && line.p[end - 2] == '\r' ? 2 : 1;
		buf_add(out, slice_head(line, end));
		if (end < line.n)
			buf_adds(out, "\r\n");
	}
}

/*
 * Rebuilds the message, with CRLF, and verifies it like any other; false if the signature does not
 * verify, or a signed single-instance field is duplicated.
 */
static bool
prove(const struct auth_input *in, const struct dkim_sig *sig, const struct field *fields,
	size_t nfields, struct slice body, struct arena *arena, struct slice *rebuilt)
{
	struct limits limits = *in->limits;
	struct auth_input again = *in;
	struct dkim_result result;
	struct message message;
	size_t n = body.n + 2;
	struct buf bytes;

	for (size_t i = 0; i < nfields; i++)
		n += fields[i].raw.n + 2;
	for (size_t i = 0; i < body.n; i++)
		n += body.p[i] == '\n';
	bytes = diagnose_buf(n, arena);
	for (size_t i = 0; i < nfields; i++) {
		struct slice raw = fields[i].raw;

		add_lines(&bytes, raw);
		if (raw.n == 0 || raw.p[raw.n - 1] != '\n')
			buf_adds(&bytes, "\r\n");
	}
	buf_adds(&bytes, "\r\n");
	add_lines(&bytes, body);
	*rebuilt = buf_slice(&bytes);
	if (bytes.over)
		return false;
	limits.dkim_signatures = SIGNATURES;
	message_parse(*rebuilt, limits.fields, limits.field_size, arena, &message);
	again.limits = &limits;
	again.message = &message;
	again.arena = arena;
	dkim_find(&again, &result);
	if (dkim_check(&again, dkim_bodies_new(arena), &result) != ST_OK)
		return false;
	for (size_t i = 0; i < result.n; i++) {
		const struct dkim_sig_result *one = &result.sigs[i];

		if (slice_eq(one->sig.b_text, sig->b_text) && slice_eq(one->sig.d, sig->d) &&
			slice_eq(one->sig.s, sig->s))
			return one->verified && one->reason.id != DKIM_R_DOUBLED;
	}
	return false;
}

/* A signature and what was found out about it. */
struct patient {
	const struct auth_input *in;
	const struct dkim_sig *sig;
	const struct diagnose_options *options;
	int64_t from_ms, until_ms;
	uint64_t work;
	struct arena *arena; /* for this signature only */
	bool has_body, has_header;
	struct diagnose_body body;
	struct diagnose_header header;
};

static void
copy_changes(const struct patient *patient, const struct diagnose_change *changes, size_t n,
	struct diagnosis *diagnosis)
{
	struct arena *arena = patient->in->arena;

	for (size_t i = 0; i < n && diagnosis->n < DIAGNOSE_CHANGES; i++) {
		struct diagnose_change *copy = &diagnosis->changes[diagnosis->n++];

		*copy = changes[i];
		copy->field = arena_dup(arena, slice_head(changes[i].field, EXCERPT));
		copy->text = arena_dup(arena, slice_head(changes[i].text, EXCERPT));
		copy->more = arena_dup(arena, slice_head(changes[i].more, EXCERPT));
	}
}

static void
report(struct patient *patient, struct diagnosis *diagnosis)
{
	struct slice rebuilt;

	if (patient->has_body && patient->has_header &&
		prove(patient->in, patient->sig, patient->header.fields, patient->header.nfields,
			patient->body.bytes, patient->arena, &rebuilt)) {
		diagnosis->found = true;
		diagnosis->like_list = diagnose_like_list(
			patient->in, patient->sig, &patient->body, &patient->header);
		if (patient->options->rebuild)
			diagnosis->rebuilt = arena_dup(patient->in->arena, rebuilt);
	} else if (patient->has_header && !patient->has_body) {
		diagnosis->half = DIAGNOSE_HEADER;
	} else if (patient->has_body && !patient->has_header) {
		diagnosis->half = DIAGNOSE_BODY;
	}
	if (diagnosis->found || diagnosis->half == DIAGNOSE_BODY)
		copy_changes(patient, patient->body.changes, patient->body.n, diagnosis);
	if (diagnosis->found || diagnosis->half == DIAGNOSE_HEADER)
		copy_changes(patient, patient->header.changes, patient->header.n, diagnosis);
}

/* The limits for the search in one half (body or header). */
static struct diagnose_budget
budget_of(const struct patient *patient, int shares, int64_t until_ms)
{
	return (struct diagnose_budget){
		.options = patient->options,
		.until_ms = until_ms,
		.work_max = patient->work / SHARES * (uint64_t)shares,
		.tries_max = DIAGNOSE_TRIES,
	};
}

static void
diagnose_one(struct patient *patient, struct diagnosis *diagnosis)
{
	int64_t quarter = (patient->until_ms - patient->from_ms) / SHARES;
	struct diagnose_budget body = budget_of(patient, SHARES - 1, patient->until_ms - quarter);
	struct diagnose_budget header = budget_of(patient, 1, patient->until_ms);
	struct auth_input in = *patient->in;
	struct dkim_signed hashes;

	in.arena = patient->arena;
	if (dkim_recover(&in, patient->sig, &hashes) != ST_OK)
		return;
	patient->has_body =
		diagnose_body_search(&in, patient->sig, &body, patient->arena, &patient->body);
	if (hashes.keys > 0 && hashes.n == 0) {
		diagnosis->half = DIAGNOSE_KEY;
		diagnosis->body_proved = patient->has_body;
		if (patient->has_body)
			copy_changes(patient, patient->body.changes, patient->body.n, diagnosis);
		return;
	}
	diagnosis->key_proved = hashes.n > 0;
	patient->has_header = diagnose_header_search(&in, patient->sig, &hashes,
		patient->has_body ? &patient->body : NULL, &header, patient->arena,
		&patient->header);
	report(patient, diagnosis);
	if (diagnosis->key_proved && !diagnosis->found && diagnosis->half == DIAGNOSE_WHOLE)
		diagnosis->half = DIAGNOSE_GENUINE;
	diagnosis->stopped = !diagnosis->found && ((body.stopped && !patient->has_body) ||
							  (header.stopped && !patient->has_header));
}

static bool
was_changed(const struct dkim_sig_result *sig)
{
	return sig->reason.id == DKIM_R_BODY || sig->reason.id == DKIM_R_BODY_SHORT ||
	       sig->reason.id == DKIM_R_SIGNATURE;
}

static size_t
count_changed(const struct dkim_result *result)
{
	size_t n = 0;

	for (size_t i = 0; i < result->n; i++)
		n += was_changed(&result->sigs[i]);
	return n < DIAGNOSE_SIGNATURES ? n : DIAGNOSE_SIGNATURES;
}

const struct diagnosis *
diagnose(const struct auth_input *in, const struct dkim_result *result,
	const struct diagnose_options *options, size_t *n)
{
	struct diagnosis *diagnoses =
		arena_array(in->arena, DIAGNOSE_SIGNATURES, sizeof *diagnoses);
	const size_t all = count_changed(result);
	struct auth_input own = *in;
	int64_t begun = options->now_ms(options->arg);

	own.budget = NULL; /* the diagnosis has its own limits, and its memory is freed earlier */
	*n = 0;
	for (size_t i = 0; i < result->n && *n < all; i++) {
		struct diagnosis *diagnosis = &diagnoses[*n];
		struct patient patient = {
			.in = &own, .sig = &result->sigs[i].sig, .options = options};
		struct arena work;

		if (!was_changed(&result->sigs[i]))
			continue;
		++*n;
		*diagnosis = (struct diagnosis){.signature = i};
		if (in->message->body.n > DIAGNOSE_BODY_MAX) {
			diagnosis->stopped = true;
			continue;
		}
		arena_init(&work, in->arena->oom, in->arena->oom_arg);
		patient.arena = &work;
		patient.from_ms = options->now_ms(options->arg);
		patient.until_ms = begun + DIAGNOSE_MS * (int64_t)*n / (int64_t)all;
		patient.work = WORK_MAX / all;
		diagnose_one(&patient, diagnosis);
		arena_clear(&work);
	}
	return diagnoses;
}

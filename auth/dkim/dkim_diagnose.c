#include "auth/dkim/dkim_diagnose.h"

#include "auth/dkim/dkim_variant.h"

enum { TOPS_MAX = 10, TIME_EVERY = 1024, COPY_MAX = 2 * 1024 * 1024 };

struct search {
	const struct auth_input *in;
	struct auth_input work_in; /* the same with the arena of one signature */
	struct arena *arena;
	const struct dkim_clock *clock;
	int64_t until_ms;
	unsigned tries;
	bool stopped;
};

/* A body that bh= agrees with: a range of a variant. */
struct body_found {
	const struct dkim_variant *variant;
	size_t from, to;
};

/* One canonical form with the place of each of its lines in the original. */
struct canonical {
	struct buf text;
	size_t *ends;  /* in text, behind each line */
	size_t *raw;   /* in the body, behind each line */
	bool *content; /* not an empty line */
	size_t n;
};

static bool
may_go_on(struct search *search)
{
	search->stopped |= search->tries >= DKIM_DIAGNOSE_TRIES ||
			   search->clock->now_ms(search->clock->arg) >= search->until_ms;
	return !search->stopped;
}

/* RFC 6376 3.4.3, 3.4.4 for one line */
static void
add_line(enum dkim_canon canon, struct slice line, struct buf *out)
{
	size_t n = line.n;

	if (n > 0 && line.p[n - 1] == '\n')
		n -= n > 1 && line.p[n - 2] == '\r' ? 2 : 1;
	if (canon == DKIM_SIMPLE) {
		buf_add(out, slice_head(line, n));
	} else {
		while (n > 0 && (line.p[n - 1] == ' ' || line.p[n - 1] == '\t'))
			n--;
		for (size_t i = 0; i < n; i++) {
			bool blank = line.p[i] == ' ' || line.p[i] == '\t';

			if (!blank)
				buf_addc(out, line.p[i]);
			else if (i == 0 || (line.p[i - 1] != ' ' && line.p[i - 1] != '\t'))
				buf_addc(out, ' ');
		}
	}
	buf_adds(out, "\r\n");
}

static void
canonicalize(struct search *search, enum dkim_canon canon, struct slice body,
	struct canonical *canonical)
{
	struct slice rest = body, line;
	size_t lines = 1;

	for (size_t i = 0; i < body.n; i++)
		lines += body.p[i] == '\n';
	*canonical = (struct canonical){
		.ends = arena_array(search->arena, lines, sizeof *canonical->ends),
		.raw = arena_array(search->arena, lines, sizeof *canonical->raw),
		.content = arena_array(search->arena, lines, sizeof *canonical->content),
	};
	buf_init(&canonical->text, search->arena, body.n + 2 * lines);
	while (line_next(&rest, &line)) {
		size_t before = canonical->text.n, i = canonical->n++;

		add_line(canon, line, &canonical->text);
		canonical->ends[i] = canonical->text.n;
		canonical->raw[i] = body.n - rest.n;
		canonical->content[i] = canonical->text.n - before > 2;
		if (i % TIME_EVERY == 0 && !may_go_on(search))
			return;
	}
}

static bool
digest_is(struct crypto_hash *hash, const struct dkim_sig *sig)
{
	unsigned char digest[CRYPTO_SHA256_SIZE];

	return hash != NULL && crypto_hash_end(hash, digest) == ST_OK &&
	       sig->bh.n == sizeof digest && memcmp(digest, sig->bh.p, sizeof digest) == 0;
}

/* l=: the octets are fixed, only where they begin is not. */
static bool
search_length(struct search *search, const struct dkim_sig *sig, struct slice text)
{
	struct crypto_hash *hash;

	if (sig->l > text.n)
		return false;
	hash = crypto_hash_new(search->in->crypto);
	if (hash == NULL)
		return false;
	crypto_hash_add(hash, slice_head(text, (size_t)sig->l));
	return digest_is(hash, sig);
}

/* One pass: every end at a line's end that a canonical body can have. */
static bool
search_from(struct search *search, const struct dkim_sig *sig, const struct canonical *canonical,
	size_t first, size_t *to)
{
	const struct slice text = buf_slice(&canonical->text);
	size_t start = first > 0 ? canonical->ends[first - 1] : 0, last = 0;
	struct crypto_hash *hash;
	bool found = false;

	if (!may_go_on(search))
		return false;
	search->tries++;
	if (sig->has_l) {
		*to = canonical->n > 0 ? canonical->raw[canonical->n - 1] : 0;
		return search_length(search, sig, slice_from(text, start));
	}
	hash = crypto_hash_new(search->in->crypto);
	for (size_t i = first; i < canonical->n && !found && hash != NULL; i++) {
		crypto_hash_add(hash, slice_from(slice_head(text, canonical->ends[i]), start));
		start = canonical->ends[i];
		if (i % TIME_EVERY == 0 && !may_go_on(search))
			break;
		if (!canonical->content[i])
			continue;
		found = digest_is(crypto_hash_copy(hash), sig);
		if (found)
			*to = canonical->raw[last = i];
	}
	if (hash != NULL) {
		unsigned char unused[CRYPTO_SHA256_SIZE];
		(void)crypto_hash_end(hash, unused);
	}
	/* empty lines at the end are no part of a body: whoever took them away changed nothing */
	for (; found && last + 1 < canonical->n && !canonical->content[last + 1]; last++)
		*to = canonical->raw[last + 1];
	return found;
}

static bool
search_body(struct search *search, const struct dkim_sig *sig, const struct dkim_variant *variants,
	size_t n, struct body_found *found)
{
	struct canonical canonical;

	*found = (struct body_found){0};
	for (size_t i = 0; i < n; i++) {
		canonicalize(search, sig->body_canon, variants[i].body, &canonical);
		found->variant = &variants[i];
		if (search_from(search, sig, &canonical, 0, &found->to))
			return true;
		if (search->stopped)
			return false;
	}
	canonicalize(search, sig->body_canon, variants[0].body, &canonical);
	found->variant = &variants[0];
	for (size_t first = 1; first < canonical.n && first <= TOPS_MAX; first++)
		if (search_from(search, sig, &canonical, first, &found->to)) {
			found->from = canonical.raw[first - 1];
			return true;
		}
	return false;
}

/* The signature's own field in another list of fields. */
static const struct field *
same_field(const struct dkim_sig *sig, const struct dkim_header *header)
{
	for (size_t i = 0; i < header->n; i++)
		if (header->fields[i].raw.p == sig->field->raw.p)
			return &header->fields[i];
	return NULL;
}

static bool
header_verifies(struct search *search, const struct dkim_sig *sig, const struct dkim_header *header)
{
	const struct field *field = same_field(sig, header);
	struct dkim_sig_result again = {.code = AUTH_NONE};
	struct message message = *search->in->message;
	unsigned char digest[CRYPTO_SHA256_SIZE];
	struct dkim_selection selection;

	if (field == NULL)
		return false;
	search->tries++;
	message.fields = header->fields;
	message.nfields = header->n;
	dkim_parse(field, search->arena, &again.sig);
	if (again.sig.defect.id != DKIM_R_NONE)
		return false;
	dkim_select(
		dkim_index_make(&message, search->arena), &again.sig, search->arena, &selection);
	if (selection.oversize ||
		dkim_header_hash(&again.sig, &selection, search->in->crypto, digest) != ST_OK ||
		dkim_verify(&search->work_in, digest, &again) != ST_OK)
		return false;
	return again.code == AUTH_PASS;
}

/* The rebuilt message, octet by octet, judged as any other. */
static bool
proven(struct search *search, const struct dkim_sig *sig, const struct dkim_header *header,
	const struct body_found *found)
{
	struct limits limits = *search->in->limits;
	struct auth_input in = search->work_in;
	struct dkim_result result;
	struct message message;
	struct buf bytes;

	buf_init(&bytes, search->arena, SIZE_MAX);
	for (size_t i = 0; i < header->n; i++) {
		struct slice raw = header->fields[i].raw;

		buf_add(&bytes, raw);
		if (raw.n == 0 || raw.p[raw.n - 1] != '\n')
			buf_adds(&bytes, "\r\n");
	}
	buf_adds(&bytes, "\r\n");
	buf_add(&bytes, slice_from(slice_head(found->variant->body, found->to), found->from));
	limits.dkim_signatures = 1000;
	message_parse(buf_slice(&bytes), limits.fields, limits.field_size, search->arena, &message);
	in.limits = &limits;
	in.message = &message;
	if (dkim_check(&in, dkim_bodies_new(search->arena), &result) != ST_OK)
		return false;
	for (size_t i = 0; i < result.n; i++) {
		const struct dkim_sig_result *one = &result.sigs[i];

		if (slice_eq(one->sig.b_text, sig->b_text) && slice_eq(one->sig.d, sig->d) &&
			slice_eq(one->sig.s, sig->s))
			return one->code == AUTH_PASS || one->reason.id == DKIM_R_LENGTH;
	}
	return false;
}

static void
add_change(
	struct search *search, struct dkim_diagnosis *diagnosis, const struct dkim_change *change)
{
	struct dkim_change *copy;

	if (diagnosis->n == DKIM_DIAGNOSE_CHANGES)
		return;
	copy = &diagnosis->changes[diagnosis->n++];
	*copy = *change;
	copy->field = arena_dup(search->in->arena, change->field);
	copy->text = arena_dup(search->in->arena, change->text);
}

static void
report(struct search *search, const struct dkim_header *header, const struct body_found *found,
	struct dkim_diagnosis *diagnosis)
{
	size_t cut = found->variant->body.n - found->to;

	diagnosis->found = true;
	if (found->variant->changed)
		add_change(search, diagnosis, &found->variant->change);
	if (found->from > 0)
		add_change(search, diagnosis,
			&(struct dkim_change){.kind = DKIM_CHANGE_TOP, .octets = found->from});
	if (cut > 0)
		add_change(search, diagnosis,
			&(struct dkim_change){.kind = DKIM_CHANGE_FOOTER, .octets = cut});
	for (size_t i = 0; i < header->nchanges; i++)
		add_change(search, diagnosis, &header->changes[i]);
}

static void
diagnose_one(struct search *search, const struct dkim_sig *sig, struct dkim_diagnosis *diagnosis)
{
	struct dkim_variant *variants =
		arena_array(search->arena, DKIM_VARIANTS_MAX, sizeof *variants);
	struct dkim_header *headers = arena_array(search->arena, DKIM_HEADERS_MAX, sizeof *headers);
	const struct message *message = search->in->message;
	struct body_found found;
	size_t n = 1;

	variants[0] = (struct dkim_variant){.body = message->body};
	if (message->body.n <= COPY_MAX)
		n = dkim_body_variants(message, search->arena, variants);
	if (!search_body(search, sig, variants, n, &found))
		return;
	bool same = found.variant == variants && found.from == 0 && found.to == message->body.n;
	n = dkim_header_variants(message, sig, found.variant, search->arena, headers);
	for (size_t i = 0; i < n && may_go_on(search); i++) {
		if (same && headers[i].nchanges == 0)
			continue; /* that is the message as it is */
		if (header_verifies(search, sig, &headers[i]) &&
			proven(search, sig, &headers[i], &found)) {
			report(search, &headers[i], &found, diagnosis);
			return;
		}
	}
}

static bool
was_changed(const struct dkim_sig_result *sig)
{
	return sig->reason.id == DKIM_R_BODY || sig->reason.id == DKIM_R_BODY_SHORT ||
	       sig->reason.id == DKIM_R_SIGNATURE;
}

const struct dkim_diagnosis *
dkim_diagnose(const struct auth_input *in, const struct dkim_result *result,
	const struct dkim_clock *clock, size_t *n)
{
	struct dkim_diagnosis *diagnoses =
		arena_array(in->arena, DKIM_DIAGNOSE_SIGNATURES, sizeof *diagnoses);
	struct search search = {.in = in, .work_in = *in, .clock = clock};

	*n = 0;
	search.until_ms = clock->now_ms(clock->arg) + DKIM_DIAGNOSE_MS;
	for (size_t i = 0; i < result->n && *n < DKIM_DIAGNOSE_SIGNATURES; i++) {
		struct dkim_diagnosis *diagnosis = &diagnoses[*n];
		struct arena work;

		if (!was_changed(&result->sigs[i]))
			continue;
		++*n;
		*diagnosis = (struct dkim_diagnosis){.signature = i};
		if (in->message->body.n > DKIM_DIAGNOSE_BODY) {
			diagnosis->stopped = true;
			continue;
		}
		arena_init(&work, in->arena->oom, in->arena->oom_arg);
		search.arena = search.work_in.arena = &work;
		diagnose_one(&search, &result->sigs[i].sig, diagnosis);
		diagnosis->stopped = search.stopped && !diagnosis->found;
		arena_clear(&work);
	}
	return diagnoses;
}

#include "filter/stats/row.h"

#include <stdlib.h>

#include "filter/intake/msgtime.h"
#include "filter/io/paths.h"
#include "filter/result/json.h"
#include "filter/text/printable.h"
#include "mime/buf.h"
#include "mime/scan.h"

/* Moves the plain text at the beginning of *left to the output, up to max octets. */
static void
show_plain(struct slice *left, size_t max, struct buf *out)
{
	const size_t n = scan_printable_run(slice_head(*left, max - out->n), ' ');

	buf_add(out, slice_head(*left, n));
	*left = slice_from(*left, n);
}

/* Moves the first character of *left, escaped if necessary; false if it would exceed max octets. */
static bool
show_one(struct slice *left, size_t max, struct buf *out)
{
	struct slice one;
	const bool acts = printable_next_utf8(left, &one) == PRINTABLE_ACTS;

	if (out->n + (acts ? 4 * one.n : one.n) > max)
		return false;
	if (acts)
		printable_octets(one, out);
	else
		buf_add(out, one);
	return true;
}

const char *
row_text(struct slice text, size_t max, struct arena *arena)
{
	struct slice left = text;
	struct buf out;

	if (text.n == 0)
		return "";
	buf_init(&out, arena, max + 1);
	do
		show_plain(&left, max, &out);
	while (left.n > 0 && show_one(&left, max, &out));
	buf_addc(&out, '\0');
	return out.p;
}

static const char *
plain(struct slice text, struct arena *arena)
{
	return row_text(text, ROW_TEXT, arena);
}

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* Makes an empty row. */
static struct row
blank(size_t index, const char *path, struct arena *arena)
{
	return (struct row){
		.index = index,
		.path = row_text(slice_str(path), ROW_PATH, arena),
		.error = "",
		.spf_domain = "",
		.policy = "",
		.author_domain = "",
		.client_ip = "",
		.client_name = "",
		.message_id = "",
		.envelope_from = "",
		.reason = "",
		.indicator = "",
		.override = "",
		.worse_source = "",
		.receiver = "",
	};
}

void
row_failure(size_t index, const char *path, const char *error, struct arena *arena, struct row *row)
{
	*row = blank(index, path, arena);
	row->failed = true;
	row->error = plain(slice_str(error), arena);
}

enum auth_code
row_dkim(const struct row_signature *signatures, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (signatures[i].code == AUTH_PASS)
			return AUTH_PASS;
	return n > 0 ? signatures[0].code : AUTH_NONE;
}

static void
take_signatures(const struct evaluation *ev, struct row *row)
{
	const struct dkim_result *dkim = &ev->results.dkim;
	const size_t n = dkim->n < ROW_SIGNATURES ? dkim->n : ROW_SIGNATURES;
	struct row_signature *signatures = arena_array(ev->arena, n, sizeof *signatures);

	for (size_t i = 0; i < n; i++)
		signatures[i] = (struct row_signature){
			.d = plain(dkim->sigs[i].sig.d, ev->arena),
			.s = plain(dkim->sigs[i].sig.s, ev->arena),
			.code = dkim->sigs[i].code,
			.aligned = dkim->sigs[i].aligned,
			.b = plain(dkim_sig_start(&dkim->sigs[i].sig), ev->arena),
		};
	row->signatures = signatures;
	row->nsignatures = n;
	row->dkim = row_dkim(signatures, n);
}

static void
take_results(const struct evaluation *ev, struct row *row)
{
	const struct auth_results *results = &ev->results;
	const struct dmarc_result *dmarc = &results->dmarc;

	row->spf = results->spf.code;
	row->spf_domain = plain(results->spf.domain, ev->arena);
	row->spf_aligned = dmarc->spf_aligned;
	take_signatures(ev, row);
	row->dkim_aligned = dmarc->dkim_pass;
	row->arc = results->arc.code;
	row->dmarc = dmarc->code;
	if (dmarc->policy >= DMARC_P_NONE)
		row->policy = dmarc_policy_word(dmarc->policy);
}

static struct row_outcome
outcome_of(const struct what_if_result *result)
{
	return (struct row_outcome){result->dmarc, result->disposition};
}

/* Returns the record with which the message passed in a second evaluation, as text, or "". */
static const char *
proved_record(const struct finding *f, struct arena *arena)
{
	struct buf text;

	if (f->proof != FINDING_PASSES || f->name == NULL || f->should == NULL)
		return "";
	buf_init(&text, arena, (size_t)2 * ROW_TEXT);
	buf_addf(&text, "%s: %s%s%s", f->name, f->type != NULL ? f->type : "",
		f->type != NULL ? " " : "", f->should);
	return text.over ? "" : plain(buf_slice(&text), arena);
}

static void
take_advice(const struct findings *advice, struct arena *arena, struct row *row)
{
	for (const struct finding *f = advice->first; f != NULL && row->nadvice < ROW_ADVICE;
		f = f->next)
		row->advice[row->nadvice++] = (struct row_advice){f->id,
			plain(slice_str(finding_text(f, arena)), arena), proved_record(f, arena)};
}

static void
take_agreement(const struct agreement *agreement, struct arena *arena, struct row *row)
{
	row->receiver = plain(agreement->recorded.id, arena);
	row->agrees = agreement->agrees;
	for (size_t i = 0; i < agreement->n; i++)
		row->differs[agreement->differences[i].about] = true;
}

void
row_from_evaluation(const struct evaluation *ev, const struct outcome *outcome, struct row *row)
{
	const struct envelope *envelope = &ev->intake.envelope;

	*row = blank(outcome->index, outcome->path, ev->arena);
	row->evaluated = ev->evaluated;
	row->has_date = message_time(&ev->message, ev->arena, &row->date);
	if (ev->evaluated)
		take_results(ev, row);
	row->author_domain = plain(ev->ids.author_domain, ev->arena);
	row->client_ip = plain(ip_text(&envelope->client_ip, ev->arena), ev->arena);
	row->client_name = plain(envelope->client_name, ev->arena);
	row->message_id = plain(json_message_id(ev), ev->arena);
	row->envelope_from = plain(envelope_source_text(&ev->intake, ev->arena), ev->arena);
	row->not_judged = evaluate_not_judged(ev);
	row->disposition = ev->verdict.disposition;
	row->reason = or_empty(reason_text(&ev->verdict.reason));
	row->indicator = or_empty(ev->verdict.indicator);
	row->override = or_empty(ev->verdict.override.reason);
	row->known = outcome->known;
	row->sender = outcome->sender;
	row->has_other = outcome->other != NULL;
	if (outcome->other != NULL)
		row->other = outcome_of(outcome->other);
	for (size_t i = 0; i < outcome->nwhat_ifs && i < WHAT_IF_MAX; i++)
		row->what_ifs[row->nwhat_ifs++] = outcome_of(&outcome->what_ifs[i]);
	if (outcome->agreement != NULL)
		take_agreement(outcome->agreement, ev->arena, row);
	row->damage = damage_of(outcome->diagnoses, outcome->ndiagnoses);
	if (outcome->advice != NULL)
		take_advice(outcome->advice, ev->arena, row);
}

enum { TEXTS = 14 };

/* all texts except those in arrays */
static void
texts_of(struct row *row, const char **texts[TEXTS])
{
	const char **const all[TEXTS] = {&row->path, &row->error, &row->spf_domain, &row->policy,
		&row->author_domain, &row->client_ip, &row->client_name, &row->message_id,
		&row->envelope_from, &row->reason, &row->indicator, &row->override,
		&row->worse_source, &row->receiver};

	memcpy(texts, all, sizeof all);
}

/*
 * A packed row is followed by its data: arrays first, because of their alignment, then texts.
 * Without a block, only the size is computed.
 */
struct pack {
	char *block;       /* or NULL */
	size_t n;          /* octets so far */
	const char *start; /* base of the pointers: the block, or NULL to store offsets */
};

static const void *
pack_octets(struct pack *pack, const void *octets, size_t n)
{
	const size_t at = pack->n;

	pack->n += n;
	if (pack->block == NULL)
		return octets;
	if (n > 0)
		memcpy(pack->block + at, octets, n);
	return pack->start != NULL ? pack->start + at : (const char *)(uintptr_t)at;
}

static void
pack_text(struct pack *pack, const char **text)
{
	if (*text == NULL)
		*text = "";
	*text = pack_octets(pack, *text, strlen(*text) + 1);
}

static void
pack_signatures(struct pack *pack, struct row *row)
{
	const struct row_signature *from = row->signatures;
	const size_t at = pack->n;

	row->signatures = pack_octets(pack, from, row->nsignatures * sizeof *from);
	for (size_t i = 0; i < row->nsignatures; i++) {
		struct row_signature one = from[i];

		pack_text(pack, &one.d);
		pack_text(pack, &one.s);
		pack_text(pack, &one.b);
		if (pack->block != NULL)
			memcpy(pack->block + at + i * sizeof one, &one, sizeof one);
	}
}

static void
pack_row(struct pack *pack, struct row *row)
{
	const char **texts[TEXTS];

	pack->n = sizeof *row;
	pack_signatures(pack, row);
	texts_of(row, texts);
	for (size_t i = 0; i < TEXTS; i++)
		pack_text(pack, texts[i]);
	for (size_t i = 0; i < row->nadvice; i++) {
		pack_text(pack, &row->advice[i].id);
		pack_text(pack, &row->advice[i].text);
		pack_text(pack, &row->advice[i].record);
	}
	if (pack->block != NULL)
		memcpy(pack->block, row, sizeof *row);
}

static void *
make_block(const struct row *row, bool offsets, size_t *n)
{
	struct row shallow = *row;
	struct pack pack = {.block = NULL};

	pack_row(&pack, &shallow);
	*n = pack.n;
	pack.block = malloc(pack.n);
	if (pack.block == NULL)
		return NULL;
	pack.start = offsets ? NULL : pack.block;
	shallow = *row;
	pack_row(&pack, &shallow);
	return pack.block;
}

struct row *
row_copy(const struct row *row)
{
	size_t n;

	return make_block(row, false, &n);
}

void *
row_pack(const struct row *row, size_t *n)
{
	return make_block(row, true, n);
}

/* unpacking */

struct unpack {
	const char *block;
	size_t n;
	bool bad;
};

/* Would row_text leave the text unchanged? */
static bool
is_safe(struct slice text)
{
	struct slice one;

	while (text.n > 0) {
		text = slice_from(text, scan_printable_run(text, ' '));
		if (text.n > 0 && printable_next(&text, &one) != PRINTABLE_SHOWS)
			return false;
	}
	return true;
}

static void
unpack_text(struct unpack *unpack, const char **text)
{
	const size_t at = (uintptr_t)*text;
	const char *end = NULL;

	if (at >= sizeof(struct row) && at < unpack->n)
		end = memchr(unpack->block + at, '\0', unpack->n - at);
	*text = "";
	if (end == NULL || end - (unpack->block + at) > ROW_PATH ||
		!is_safe(slice_make(unpack->block + at, (size_t)(end - (unpack->block + at)))))
		unpack->bad = true;
	else
		*text = unpack->block + at;
}

/* Checks a bool as an octet, because values other than 0 and 1 are undefined behaviour. */
static void
check_flags(struct unpack *unpack, const void *flags, size_t n)
{
	const unsigned char *octets = flags;

	for (size_t i = 0; i < n; i++)
		unpack->bad |= octets[i] > 1;
}

static void
check_code(struct unpack *unpack, enum auth_code code)
{
	unpack->bad |= (unsigned)code > AUTH_PERMERROR;
}

static void
check_outcome(struct unpack *unpack, const struct row_outcome *outcome)
{
	check_code(unpack, outcome->dmarc);
	unpack->bad |= (unsigned)outcome->disposition > DISP_TEMPFAIL;
}

static void
check_values(struct unpack *unpack, const struct row *row)
{
	const void *const flags[] = {&row->failed, &row->not_mail, &row->evaluated, &row->has_date,
		&row->spf_aligned, &row->dkim_aligned, &row->not_judged, &row->known,
		&row->has_other, &row->worse, &row->agrees};
	const enum auth_code codes[] = {
		row->spf, row->dkim, row->arc, row->dmarc, row->worse_dmarc};

	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
		check_flags(unpack, flags[i], 1);
	check_flags(unpack, row->differs, sizeof row->differs);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		check_code(unpack, codes[i]);
	unpack->bad |= (unsigned)row->disposition > DISP_TEMPFAIL ||
		       (unsigned)row->sender.class >= SENDER_CLASSES ||
		       (unsigned)row->sender.by >= SENDER_EVIDENCES ||
		       row->nwhat_ifs > WHAT_IF_MAX || row->nadvice > ROW_ADVICE ||
		       row->nsignatures > ROW_SIGNATURES;
	check_outcome(unpack, &row->other);
	for (size_t i = 0; !unpack->bad && i < row->nwhat_ifs; i++)
		check_outcome(unpack, &row->what_ifs[i]);
}

static void
unpack_signatures(struct unpack *unpack, struct row *row)
{
	const size_t at = (uintptr_t)row->signatures;
	struct row_signature *signatures;

	/* the arrays directly follow the row, with the right alignment */
	if (at != sizeof *row || row->nsignatures > (unpack->n - at) / sizeof *signatures) {
		unpack->bad = true;
		return;
	}
	signatures = (struct row_signature *)(row + 1);
	row->signatures = signatures;
	for (size_t i = 0; i < row->nsignatures; i++) {
		unpack_text(unpack, &signatures[i].d);
		unpack_text(unpack, &signatures[i].s);
		unpack_text(unpack, &signatures[i].b);
		check_code(unpack, signatures[i].code);
		check_flags(unpack, &signatures[i].aligned, 1);
	}
}

_Static_assert(_Alignof(struct row_signature) <= _Alignof(struct row), "an array behind a row");

struct row *
row_unpack(void *block, size_t n)
{
	struct unpack unpack = {.block = block, .n = n};
	struct row *row = block;
	const char **texts[TEXTS];

	if (n < sizeof *row)
		return NULL;
	check_values(&unpack, row);
	if (unpack.bad)
		return NULL;
	unpack_signatures(&unpack, row);
	texts_of(row, texts);
	for (size_t i = 0; !unpack.bad && i < TEXTS; i++)
		unpack_text(&unpack, texts[i]);
	for (size_t i = 0; !unpack.bad && i < row->nadvice; i++) {
		unpack_text(&unpack, &row->advice[i].id);
		unpack_text(&unpack, &row->advice[i].text);
		unpack_text(&unpack, &row->advice[i].record);
	}
	return unpack.bad ? NULL : row;
}

#include "filter/batch/row.h"

#include <stdlib.h>

#include "filter/batch/summary.h"
#include "filter/msgtime.h"
#include "filter/paths.h"
#include "filter/printable.h"
#include "mime/scan.h"

/* The first character of *left, which is taken off. False where it would pass max octets. */
static bool
show_one(struct slice *left, size_t max, struct buf *out)
{
	static const struct slice replacement = SLICE_INIT("\xEF\xBF\xBD");
	struct slice at = *left, one;
	const char c = left->p[0];
	bool acts;

	if ((unsigned char)c < 0x80) {
		at = slice_from(*left, 1);
		one = slice_head(*left, 1);
		acts = c < ' ' || c > '~';
	} else if (scan_utf8_non_ascii(&at)) {
		one = slice_head(*left, left->n - at.n);
		acts = path_acts(one);
	} else {
		at = slice_from(*left, 1);
		one = replacement;
		acts = false;
	}
	*left = at;
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
	while (left.n > 0 && show_one(&left, max, &out))
		continue;
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

void
row_failure(size_t index, const char *path, const char *error, struct arena *arena, struct row *row)
{
	*row = (struct row){
		.index = index,
		.path = row_text(slice_str(path), ROW_PATH, arena),
		.failed = true,
		.error = plain(slice_str(error), arena),
		.spf_domain = "",
		.spf_reason = "",
		.policy = "",
		.author_domain = "",
		.client_ip = "",
		.client_name = "",
		.reason = "",
		.sign = "",
		.override = "",
	};
}

static void
take_results(const struct evaluation *ev, struct row *row)
{
	const struct auth_results *results = &ev->results;
	const struct dmarc_result *dmarc = &results->dmarc;

	row->spf = results->spf.code;
	row->spf_domain = plain(results->spf.domain, ev->arena);
	row->spf_reason = or_empty(results->spf.reason);
	row->spf_aligned = dmarc->spf_aligned;
	row->dkim = summary_dkim(results);
	row->dkim_aligned = dmarc->dkim_pass;
	row->arc = results->arc.code;
	row->dmarc = dmarc->code;
	if (dmarc->policy >= DMARC_P_NONE)
		row->policy = dmarc_policy_word(dmarc->policy);
	for (size_t i = 0; i < results->dkim.n && i < ROW_SIGNATURES; i++) {
		const struct dkim_sig_result *sig = &results->dkim.sigs[i];

		row->signatures[row->nsignatures++] = (struct row_signature){
			.d = plain(sig->sig.d, ev->arena),
			.s = plain(sig->sig.s, ev->arena),
			.code = sig->code,
			.aligned = dmarc->sig_aligned != NULL && dmarc->sig_aligned[i],
		};
	}
}

static struct row_outcome
outcome_of(const struct what_if_result *result)
{
	return (struct row_outcome){result->dmarc, result->disposition};
}

void
row_from_evaluation(const struct evaluation *ev, const struct row_extra *extra, struct row *row)
{
	const struct envelope *envelope = &ev->taken.envelope;

	row_failure(extra->index, extra->path, "", ev->arena, row);
	row->failed = false;
	row->evaluated = ev->evaluated;
	row->has_date = message_time(&ev->message, ev->arena, &row->date);
	if (ev->evaluated)
		take_results(ev, row);
	row->author_domain = plain(ev->ids.author_domain, ev->arena);
	row->client_ip = plain(ip_text(&envelope->client_ip, ev->arena), ev->arena);
	row->client_name = plain(envelope->client_name, ev->arena);
	row->disposition = ev->verdict.disposition;
	row->reason = or_empty(ev->verdict.reason);
	row->sign = or_empty(ev->verdict.sign);
	row->override = or_empty(ev->verdict.override.reason);
	row->has_other = extra->other != NULL;
	if (extra->other != NULL)
		row->other = outcome_of(extra->other);
	for (size_t i = 0; i < extra->nwhat_ifs && i < WHAT_IF_MAX; i++)
		row->what_ifs[row->nwhat_ifs++] = outcome_of(&extra->what_ifs[i]);
	if (extra->advice == NULL)
		return;
	for (const struct finding *f = extra->advice->first; f != NULL && row->nadvice < ROW_ADVICE;
		f = f->next)
		row->advice[row->nadvice++] = (struct row_advice){
			f->level, f->id, plain(slice_str(finding_text(f, ev->arena)), ev->arena)};
}

/* every text of a row, to be measured and copied */
static size_t
texts_of(struct row *row, const char **texts[16 + 2 * ROW_SIGNATURES + 2 * ROW_ADVICE])
{
	size_t n = 0;

	texts[n++] = &row->path;
	texts[n++] = &row->error;
	texts[n++] = &row->spf_domain;
	texts[n++] = &row->spf_reason;
	texts[n++] = &row->policy;
	texts[n++] = &row->author_domain;
	texts[n++] = &row->client_ip;
	texts[n++] = &row->client_name;
	texts[n++] = &row->reason;
	texts[n++] = &row->sign;
	texts[n++] = &row->override;
	for (size_t i = 0; i < row->nsignatures; i++) {
		texts[n++] = &row->signatures[i].d;
		texts[n++] = &row->signatures[i].s;
	}
	for (size_t i = 0; i < row->nadvice; i++) {
		texts[n++] = &row->advice[i].id;
		texts[n++] = &row->advice[i].text;
	}
	return n;
}

struct row *
row_copy(const struct row *row)
{
	const char **texts[16 + 2 * ROW_SIGNATURES + 2 * ROW_ADVICE];
	struct row shallow = *row, *copy;
	size_t n = texts_of(&shallow, texts), octets = sizeof *copy;
	char *at;

	for (size_t i = 0; i < n; i++)
		octets += strlen(*texts[i]) + 1;
	copy = malloc(octets);
	if (copy == NULL)
		return NULL;
	at = (char *)(copy + 1);
	*copy = *row;
	n = texts_of(copy, texts);
	for (size_t i = 0; i < n; i++) {
		size_t length = strlen(*texts[i]) + 1;

		memcpy(at, *texts[i], length);
		*texts[i] = at;
		at += length;
	}
	return copy;
}

#include "filter/verdict/whatif.h"

#include "auth/base/domain.h"
#include "filter/text/printable.h"
#include "filter/verdict/override.h"
#include "mime/buf.h"

enum { LABEL_MAX = 256, TEXT_MAX = 2048, RECORD_MAX = 2 * TEXT_MAX };

static struct error
wrong(struct arena *arena, enum setting_error what, struct slice about)
{
	return setting_error(what, printable(about, LABEL_MAX, arena), NULL);
}

/* Returns the error in one tag, if there is one; if it is p=, sets *p to the tag. */
static struct error
check_tag(struct slice tag, enum dmarc_mode mode, struct arena *arena, struct slice *p)
{
	static const char *const names[] = {"p", "sp", "np", "adkim", "aspf", "psd", "t", "fo",
		"rua", "ruf", "pct", "rf", "ri"};
	struct slice name = slice_trim(slice_head(tag, slice_find(tag, '=')));
	struct dmarc_record record;
	bool known = false;
	struct buf one;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		known |= slice_ieq(name, slice_str(names[i]));
	if (!known || name.n == tag.n)
		return wrong(arena, SETTING_E_TAG, tag);
	buf_init(&one, arena, TEXT_MAX);
	buf_adds(&one, slice_ieq(name, SLICE("p")) ? "v=DMARC1; " : "v=DMARC1; p=none; ");
	buf_add(&one, tag);
	if (one.over || !dmarc_parse(buf_slice(&one), mode, &record) || record.syntax_error ||
		record.duplicate)
		return wrong(arena, SETTING_E_TAG_VALUE, tag);
	if (!slice_ieq(name, SLICE("p")))
		return setting_error(SETTING_E_NONE, NULL, NULL);
	if (p->n > 0)
		return wrong(arena, SETTING_E_TAG_TWICE, tag);
	*p = tag;
	return setting_error(SETTING_E_NONE, NULL, NULL);
}

/* Parses one record, after moving p= to the front, as RFC 7489 requires. */
static struct error
read_record(struct slice text, enum dmarc_mode mode, struct arena *arena, struct slice *record)
{
	struct slice rest = text, p = SLICE("");
	struct dmarc_record whole;
	struct buf others, out;

	buf_init(&others, arena, TEXT_MAX);
	buf_init(&out, arena, RECORD_MAX);
	while (rest.n > 0) {
		size_t end = slice_find(rest, ';');
		struct slice tag = slice_trim(slice_head(rest, end)), had = p;
		struct error error;

		rest = slice_from(rest, end + 1);
		if (tag.n == 0 || slice_eq(tag, SLICE("v=DMARC1")))
			continue;
		error = check_tag(tag, mode, arena, &p);
		if (error.reason.id != REASON_NONE)
			return error;
		if (p.n != had.n)
			continue;
		buf_adds(&others, "; ");
		buf_add(&others, tag);
	}
	if (p.n == 0)
		return wrong(arena, SETTING_E_NO_P, text);
	buf_adds(&out, "v=DMARC1; ");
	buf_add(&out, p);
	buf_add(&out, buf_slice(&others));
	*record = buf_slice(&out);
	if (others.over || out.over || !dmarc_parse(*record, mode, &whole) || whole.duplicate)
		return wrong(arena, SETTING_E_TAGS, text);
	return setting_error(SETTING_E_NONE, NULL, NULL);
}

static struct error
read_part(struct slice part, enum dmarc_mode mode, struct arena *arena,
	struct dmarc_published *published)
{
	size_t colon = slice_find(part, ':');

	published->name = SLICE("");
	if (colon < slice_find(part, '=')) {
		if (domain_normalize(
			    slice_trim(slice_head(part, colon)), arena, &published->name) != ST_OK)
			return wrong(arena, SETTING_E_RECORD_DOMAIN, slice_head(part, colon));
		part = slice_from(part, colon + 1);
	}
	return read_record(part, mode, arena, &published->text);
}

enum status
what_if_parse(const char *text, enum dmarc_mode mode, struct arena *arena, struct what_if *what_if,
	struct error *error)
{
	struct slice rest = slice_str(text);

	*what_if = (struct what_if){.label = printable(rest, LABEL_MAX, arena)};
	while (rest.n > 0) {
		size_t bar = slice_find(rest, '|'), line = slice_find(rest, '\n');
		size_t end = bar < line ? bar : line;
		struct slice part = slice_trim(slice_head(rest, end));

		rest = slice_from(rest, end + 1);
		if (part.n == 0)
			continue;
		*error = setting_error(SETTING_E_PARTS, NULL, NULL);
		if (what_if->n == WHAT_IF_PARTS)
			return ST_BAD;
		*error = read_part(part, mode, arena, &what_if->parts[what_if->n]);
		if (error->reason.id != REASON_NONE)
			return ST_BAD;
		for (size_t i = 0; i < what_if->n; i++)
			if (slice_eq(what_if->parts[i].name, what_if->parts[what_if->n].name)) {
				*error = wrong(arena, SETTING_E_RECORDS, part);
				return ST_BAD;
			}
		what_if->n++;
	}
	*error = setting_error(SETTING_E_NO_RECORD, NULL, NULL);
	return what_if->n > 0 ? ST_OK : ST_BAD;
}

static void
decide(const struct evaluation *ev, const struct auth_input *in, const struct auth_results *results,
	struct what_if_result *result)
{
	struct verdict verdict = {.disposition = DISP_ACCEPT};

	policy_decide(ev->options, in, results, &verdict);
	override_decide(ev->options, in, results, &verdict);
	*result = (struct what_if_result){.dmarc = results->dmarc.code,
		.policy = results->dmarc.policy,
		.disposition = verdict.disposition,
		.reason = verdict.reason};
}

static struct slice
general_place(const struct dmarc_result *dmarc)
{
	if (!dmarc->has_record)
		return dmarc->from_domain;
	if (dmarc->source != DMARC_FROM_PSD)
		return dmarc->record_domain;
	return dmarc->org_domain.n > 0 ? dmarc->org_domain : dmarc->from_domain;
}

void
what_if_judge(
	const struct evaluation *ev, const struct what_if *what_if, struct what_if_result *result)
{
	struct slice author = ev->ids.author_domain;
	struct dmarc_published named[WHAT_IF_PARTS];
	const struct dmarc_published *general = NULL;
	struct auth_results results = ev->results;
	struct auth_input in = ev->in;
	struct dmarc_overlay overlay = {.v = named};
	bool within = false;

	*result = (struct what_if_result){.label = what_if->label,
		.dmarc = ev->results.dmarc.code,
		.policy = ev->results.dmarc.policy,
		.disposition = ev->verdict.disposition,
		.reason = ev->verdict.reason};
	if (!ev->evaluated || ev->results.local || author.n == 0)
		return;
	for (size_t i = 0; i < what_if->n; i++) {
		const struct dmarc_published *part = &what_if->parts[i];

		if (part->name.n == 0) {
			general = part;
			continue;
		}
		within |= domain_within(author, part->name);
		named[overlay.n++] = *part;
	}
	if (general != NULL && !within)
		named[overlay.n++] =
			(struct dmarc_published){general_place(&ev->results.dmarc), general->text};
	in.overlay = &overlay;
	results.dkim = dkim_copy(&results.dkim, ev->arena);
	(void)dmarc_check(&in, in.options->dmarc_mode, &results.spf, &results.dkim, &results.dmarc);
	decide(ev, &in, &results, result);
	result->label = what_if->label;
}

void
what_if_other(const struct evaluation *ev, struct what_if_result *result)
{
	struct auth_results results = ev->results;

	results.dmarc = ev->results.dmarc_other;
	results.dkim = ev->results.dkim_other;
	decide(ev, &ev->in, &results, result);
}

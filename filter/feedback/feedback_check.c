#include "filter/feedback/feedback_check.h"

#include "filter/text/i18n.h"

static const struct {
	const char *code, *text;
} marks[] = {
#define MARK_ROW(id, code, text) {code, text},
	FEEDBACK_MARKS(MARK_ROW)};

const char *
feedback_mark_code(enum feedback_mark mark)
{
	return marks[mark].code;
}

const char *
feedback_mark_text(enum feedback_mark mark)
{
	return marks[mark].text;
}

/* Is name equal to the domain or below it? */
static bool
is_below(struct slice name, struct slice domain)
{
	if (domain.n == 0 || name.n < domain.n ||
		!slice_eq(slice_from(name, name.n - domain.n), domain))
		return false;
	return name.n == domain.n || name.p[name.n - domain.n - 1] == '.';
}

/* Do both names end in the same two labels, so that they may belong to one organization? */
static bool
may_be_related(struct slice a, struct slice b)
{
	const size_t last = slice_rfind(b, '.');
	size_t before;

	if (last == b.n)
		return slice_eq(a, b);
	before = slice_rfind(slice_head(b, last), '.');
	return is_below(a, before < last ? slice_from(b, before + 1) : b);
}

/*
 * Is the domain certainly aligned? In relaxed mode only if the reporter did not use a tree walk,
 * because then a psd=n record between the two names may separate them.
 */
static bool
surely_aligned(const struct feedback_report *report, struct slice mode, struct slice domain,
	struct slice from)
{
	if (slice_eq(domain, from))
		return true;
	return !slice_eq(mode, SLICE("s")) && !slice_eq(report->discovery, SLICE("treewalk")) &&
	       is_below(domain, report->domain) && is_below(from, report->domain) &&
	       slice_find(report->domain, '.') < report->domain.n;
}

static bool
maybe_aligned(struct slice mode, struct slice domain, struct slice from)
{
	return slice_eq(mode, SLICE("s")) ? slice_eq(domain, from) : may_be_related(domain, from);
}

/* Does an aligned domain pass, surely or possibly, by the row's results for the method? */
static void
look(const struct feedback_report *report, const struct feedback_row *row, bool spf, bool *sure,
	bool *possible)
{
	const struct slice mode = spf ? report->aspf : report->adkim;

	*sure = *possible = false;
	for (size_t i = 0; i < row->nresults; i++) {
		const struct feedback_result *result = &row->results[i];

		if (result->spf != spf || !slice_eq(result->result, SLICE("pass")))
			continue;
		if (result->domain.n == 0)
			*possible = true;
		else if (surely_aligned(report, mode, result->domain, row->header_from))
			/* a pass of the HELO name counts only with a null reverse-path */
			*sure = *sure || !spf || !slice_eq(result->scope, SLICE("helo"));
		*possible = *possible || maybe_aligned(mode, result->domain, row->header_from);
	}
}

static int64_t
bit(enum feedback_mark mark, bool set)
{
	return set ? (int64_t)1 << mark : 0;
}

static int64_t
mark_method(const struct feedback_report *report, const struct feedback_row *row, bool spf)
{
	const struct slice told = spf ? row->spf : row->dkim;
	bool sure, possible;

	look(report, row, spf, &sure, &possible);
	return bit(spf ? FEEDBACK_MARK_SPF_FAIL : FEEDBACK_MARK_DKIM_FAIL,
		       slice_eq(told, SLICE("fail")) && sure) |
	       bit(spf ? FEEDBACK_MARK_SPF_PASS : FEEDBACK_MARK_DKIM_PASS,
		       slice_eq(told, SLICE("pass")) && !possible);
}

/* The strictness of none, quarantine and reject: 0, 1 and 2; -1 for another word. */
static int
strictness(struct slice policy)
{
	static const char *const words[] = {"none", "quarantine", "reject"};

	for (int i = 0; i < 3; i++)
		if (slice_eq(policy, slice_str(words[i])))
			return i;
	return -1;
}

static int64_t
mark_disposition(const struct feedback_report *report, const struct feedback_row *row)
{
	const bool pass = slice_eq(row->dkim, SLICE("pass")) || slice_eq(row->spf, SLICE("pass"));
	const bool fail = slice_eq(row->dkim, SLICE("fail")) && slice_eq(row->spf, SLICE("fail"));
	const int done = strictness(row->disposition);
	int most = strictness(report->p);

	if (strictness(report->sp) > most)
		most = strictness(report->sp);
	if (strictness(report->np) > most)
		most = strictness(report->np);
	return bit(FEEDBACK_MARK_DISPOSITION,
		       row->nreasons == 0 &&
			       ((pass && done > 0) ||
				       (fail && slice_eq(row->disposition, SLICE("pass"))))) |
	       bit(FEEDBACK_MARK_POLICY, row->nreasons == 0 && fail && most >= 0 && done > most);
}

int64_t
feedback_marks(const struct feedback_report *report, const struct feedback_row *row)
{
	return mark_method(report, row, false) | mark_method(report, row, true) |
	       mark_disposition(report, row) | bit(FEEDBACK_MARK_COUNT, row->messages == 0) |
	       bit(FEEDBACK_MARK_FROM, row->header_from.n > 0 && report->domain.n > 0 &&
					       !is_below(row->header_from, report->domain));
}

/* inspect_spf_findings.c: what is wrong with an SPF record, and the record as it should be. */
#include "auth/spf/spf_eval.h"
#include "filter/explain/fix.h"
#include "filter/inspect/inspect.h"

enum {
	RECORD_LONG = 450, /* RFC 7208 3.4: an answer of 512 octets at most */
	WIDE_BITS4 = 16,
	WIDE_BITS6 = 32,
	RECORDS_MAX = 20,
	WIDE_TOLD = 10,
	TERMS_MAX = 500 /* that are compared with each other */
};

static const char spf_area[] = "spf";

struct judge {
	struct inspection *inspection;
	struct findings *findings;
	struct arena *arena;
};

#define ADD(judge, level, id, ...) findings_add((judge)->findings, level, spf_area, id, __VA_ARGS__)

static const char *
shown(const struct judge *judge, struct slice text)
{
	return findings_shown(judge->findings, text);
}

/* The record as written and as it should be. */
static void
set_records(
	const struct judge *judge, struct finding *finding, struct slice now, struct slice should)
{
	finding->name = shown(judge, judge->inspection->domain);
	finding->now = now.n > 0 ? shown(judge, now) : NULL;
	finding->should = should.n > 0 ? shown(judge, should) : NULL;
}

static bool
looks_like_spf(struct slice text)
{
	text = slice_trim(text);
	while (text.n > 0 && (text.p[0] == '"' || text.p[0] == '\''))
		text = slice_from(text, 1);
	return slice_istarts(text, SLICE("v=spf")) || slice_istarts(text, SLICE("spf1 "));
}

static void
judge_none(const struct judge *judge, const struct dns_answer *answer)
{
	const struct slice domain = judge->inspection->domain;
	struct finding *finding;

	for (size_t i = 0; i < answer->n; i++)
		if (looks_like_spf(answer->rr[i].text)) {
			finding = ADD(judge, FINDING_ERROR, "spf-unrecognised",
				"a TXT record looks like SPF but does not begin with \"v=spf1 \", "
				"and is ignored");
			set_records(judge, finding, answer->rr[i].text, SLICE(""));
			return;
		}
	finding = ADD(judge, FINDING_WARNING, "spf-missing",
		"%s has no SPF record: nobody can tell its mail servers from others",
		shown(judge, domain));
	if (judge->inspection->nmx == 0)
		set_records(judge, finding, SLICE(""), SLICE("v=spf1 -all"));
}

/* The TXT records themselves: none, several, broken. False if there is no tree to judge. */
static bool
judge_records(const struct judge *judge)
{
	const struct inspection *inspection = judge->inspection;
	const struct dns_answer *answer =
		dns_get(inspection->in->dns, inspection->domain, DNS_TXT, 0);
	struct slice records[RECORDS_MAX], bad, fixed;
	struct spf_record parsed;
	struct finding *finding;
	size_t n = 0;

	if (answer->status == DNS_TEMP || answer->status == DNS_BAD) {
		ADD(judge, FINDING_ERROR, "spf-no-answer",
			"the TXT records could not be looked up: %s",
			phrase_words(dns_why(answer), judge->arena));
		return false;
	}
	for (size_t i = 0; i < answer->n && n < RECORDS_MAX; i++)
		if (spf_is_record(answer->rr[i].text))
			records[n++] = answer->rr[i].text;
	if (n == 0) {
		judge_none(judge, answer);
		return false;
	}
	if (n > 1) {
		finding = ADD(judge, FINDING_ERROR, "spf-several",
			"there are %zu SPF records, so that none is valid (permerror): merge them "
			"into one",
			n);
		set_records(judge, finding, records[0], fix_spf_join(records, n, judge->arena));
		return false;
	}
	if (spf_parse(records[0], judge->arena, &parsed, &bad) == ST_OK)
		return true;
	finding = ADD(judge, FINDING_ERROR, "spf-syntax",
		"the record is broken at \"%s\", so that none of it is valid (permerror)",
		shown(judge, bad));
	if (!fix_spf_syntax(records[0], judge->arena, &fixed))
		fixed = SLICE("");
	set_records(judge, finding, records[0], fixed);
	return false;
}

static void
judge_limits(const struct judge *judge)
{
	const struct inspect_spf *spf = &judge->inspection->spf;

	if (spf->lookups > SPF_MAX_LOOKUPS)
		ADD(judge, FINDING_ERROR, "spf-lookups",
			"the record needs up to %u terms that ask DNS, and %d are allowed: a "
			"sender that is judged after the tenth gets permerror. Remove includes "
			"that are no longer needed, or write addresses in place of names",
			spf->lookups, SPF_MAX_LOOKUPS);
	else if (spf->lookups == SPF_MAX_LOOKUPS)
		ADD(judge, FINDING_NOTE, "spf-lookups-all",
			"all 10 terms that may ask DNS are used: nothing can be added");
	if (spf->voids > SPF_MAX_VOIDS)
		ADD(judge, FINDING_ERROR, "spf-voids",
			"%u terms ask for names without records (void lookups), and %d are allowed "
			"(permerror)",
			spf->voids, SPF_MAX_VOIDS);
	if (spf->incomplete)
		ADD(judge, FINDING_WARNING, "spf-incomplete",
			"not all that the record leads to could be followed: the counts are too "
			"low");
	if (spf->record.n > RECORD_LONG)
		ADD(judge, FINDING_WARNING, "spf-long",
			"the record has %zu octets: over %d the answer may not fit a DNS packet",
			spf->record.n, RECORD_LONG);
}

/* One term that leads nowhere. */
static void
judge_term(const struct judge *judge, const struct inspect_term *term)
{
	const struct slice record = judge->inspection->spf.record;
	const char *text = shown(judge, term->text), *domain = shown(judge, term->domain);
	const char *problem = phrase_words(term->problem, judge->arena);
	struct finding *finding;

	if (term->fatal)
		finding = ADD(judge, FINDING_ERROR, "spf-dead-term",
			"%s in the record of %s: %s, so that every sender that is judged by it "
			"gets permerror",
			text, domain, problem);
	else
		finding = ADD(judge, FINDING_WARNING, "spf-dead-term", "%s in the record of %s: %s",
			text, domain, problem);
	if (term->depth == 0 && term->nothing && term->text.p >= record.p &&
		term->text.p < record.p + record.n)
		set_records(judge, finding, record,
			fix_spf_replace(record, term->text, NULL, judge->arena));
}

static void
judge_wide(const struct judge *judge)
{
	const struct inspect_spf *spf = &judge->inspection->spf;
	size_t told = 0;

	for (size_t i = 0; i < spf->nnets && told < WIDE_TOLD; i++) {
		const struct inspect_net *net = &spf->nets[i];
		unsigned limit = net->ip.family == 4 ? WIDE_BITS4 : WIDE_BITS6;

		if (net->bits >= limit || net->bits == 0)
			continue;
		told++;
		ADD(judge, FINDING_WARNING, "spf-wide",
			"%s in the record of %s allows a whole /%u of IPv%d",
			shown(judge, net->text), shown(judge, net->domain), net->bits,
			net->ip.family);
	}
}

static const struct spf_directive *
find_mechanism(const struct spf_record *record, enum spf_mechanism mechanism)
{
	for (size_t i = 0; i < record->n; i++)
		if (record->directives[i].mechanism == mechanism)
			return &record->directives[i];
	return NULL;
}

/* Who is not listed. */
static void
judge_end(const struct judge *judge, const struct spf_record *record)
{
	const struct inspect_spf *spf = &judge->inspection->spf;
	const struct spf_directive *all = find_mechanism(record, SPF_ALL);
	struct finding *finding;

	if (spf->everyone) {
		finding = ADD(judge, FINDING_ERROR, "spf-everyone",
			"the record allows every address of the Internet");
		if (all != NULL && all->qualifier == AUTH_PASS)
			set_records(judge, finding, spf->record,
				fix_spf_replace(spf->record, all->text, "-all", judge->arena));
	} else if (all == NULL && record->redirect.n == 0) {
		finding = ADD(judge, FINDING_WARNING, "spf-no-all",
			"the record says nothing about senders that are not listed (neutral)");
		set_records(judge, finding, spf->record,
			fix_spf_add(spf->record, "~all", judge->arena));
	} else if (all != NULL && all->qualifier == AUTH_NEUTRAL) {
		finding = ADD(judge, FINDING_WARNING, "spf-neutral",
			"?all says nothing about senders that are not listed");
		set_records(judge, finding, spf->record,
			fix_spf_replace(spf->record, all->text, "~all", judge->arena));
	}
	if (all != NULL && (all != &record->directives[record->n - 1] || record->redirect.n > 0)) {
		finding = ADD(judge, FINDING_WARNING, "spf-after-all",
			"terms after \"%s\" are never evaluated", shown(judge, all->text));
		set_records(judge, finding, spf->record,
			fix_spf_end(spf->record, all->text, judge->arena));
	}
}

/* RFC 7208 6: an unknown modifier is ignored, and "include=" is one. */
static void
judge_unknown(const struct judge *judge, struct slice record)
{
	while (record.n > 0) {
		struct slice term = slice_head(record, slice_find(record, ' '));
		size_t equals = slice_find(term, '=');

		record = slice_from(record, term.n + 1);
		if (equals == term.n || slice_find(term, ':') < equals ||
			slice_istarts(term, SLICE("v=")) || slice_istarts(term, SLICE("exp=")) ||
			slice_istarts(term, SLICE("redirect=")))
			continue;
		ADD(judge, FINDING_WARNING, "spf-unknown", "%s means nothing in SPF and is ignored",
			shown(judge, term));
	}
}

static void
judge_style(const struct judge *judge, const struct spf_record *record)
{
	const struct inspect_spf *spf = &judge->inspection->spf;
	const struct spf_directive *ptr = find_mechanism(record, SPF_PTR);
	struct finding *finding;

	if (ptr != NULL) {
		finding = ADD(judge, FINDING_WARNING, "spf-ptr",
			"ptr is slow and should not be published (RFC 7208 5.5)");
		set_records(judge, finding, spf->record,
			fix_spf_replace(spf->record, ptr->text, NULL, judge->arena));
	}
	judge_unknown(judge, spf->record);
	for (size_t i = 0; i < record->n && i < TERMS_MAX; i++)
		for (size_t k = i + 1; k < record->n && k < TERMS_MAX; k++)
			if (slice_ieq(record->directives[i].text, record->directives[k].text)) {
				finding =
					ADD(judge, FINDING_WARNING, "spf-twice", "%s appears twice",
						shown(judge, record->directives[k].text));
				set_records(judge, finding, spf->record,
					fix_spf_replace(spf->record, record->directives[k].text,
						NULL, judge->arena));
				k = record->n;
			}
}

void
inspect_spf_findings(struct inspection *inspection)
{
	const struct judge judge = {inspection, &inspection->findings, inspection->in->arena};
	const struct inspect_spf *spf = &inspection->spf;
	struct spf_record record;
	struct slice bad;

	if (!judge_records(&judge) || spf_parse(spf->record, judge.arena, &record, &bad) != ST_OK)
		return;
	judge_limits(&judge);
	for (size_t i = 0; i < spf->n; i++)
		if (spf->terms[i].problem != NULL && !spf->terms[i].by_message)
			judge_term(&judge, &spf->terms[i]);
	judge_wide(&judge);
	judge_end(&judge, &record);
	judge_style(&judge, &record);
}

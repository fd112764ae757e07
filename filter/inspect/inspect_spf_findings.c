/* inspect_spf_findings.c: findings about SPF, with the corrected record. */
#include "auth/spf/spf_eval.h"
#include "filter/explain/fix.h"
#include "filter/inspect/inspect.h"
#include "filter/inspect/slip.h"

enum {
	RECORD_LONG = 450, /* RFC 7208 3.4: an answer of 512 octets at most */
	WIDE_BITS4 = 16,
	WIDE_BITS6 = 32,
	RECORDS_MAX = FIX_RECORDS + 1,
	WIDE_TOLD = 10,
	INSIDE_BITS = 8,
	TERMS_MAX = 500 /* maximum number of terms that are compared with each other */
};

static const char spf_area[] = "spf";

struct check {
	struct inspection *inspection;
	struct findings *findings;
	struct arena *arena;
};

#define ADD(check, level, id, ...) findings_add((check)->findings, level, spf_area, id, __VA_ARGS__)

static const char *
shown(const struct check *check, struct slice text)
{
	return findings_shown(check->findings, text);
}

/* Proposes the corrected record. */
static void
set_records(
	const struct check *check, struct finding *finding, struct slice now, struct slice should)
{
	finding->name = shown(check, check->inspection->domain);
	finding->now = now.n > 0 ? shown(check, now) : NULL;
	finding->should = should.n > 0 ? shown(check, should) : NULL;
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
check_none(const struct check *check, const struct dns_answer *answer)
{
	const struct slice domain = check->inspection->domain;
	struct finding *finding;
	struct slip slip;

	for (size_t i = 0; i < answer->n; i++)
		if (looks_like_spf(answer->rr[i].text)) {
			finding = ADD(check, FINDING_ERROR, "spf-unrecognised",
				"a TXT record looks like SPF but does not begin with \"v=spf1 \", "
				"and is ignored");
			slip = slip_find(SLIP_SPF, answer->rr[i].text, 0);
			finding_mark(
				check->findings, finding, answer->rr[i].text, slip.at, slip.text);
			set_records(check, finding, answer->rr[i].text, SLICE(""));
			return;
		}
	finding = ADD(check, FINDING_WARNING, "spf-missing",
		"%s has no SPF record: nobody can tell its mail servers from others",
		shown(check, domain));
	if (check->inspection->nmx == 0)
		set_records(check, finding, SLICE(""), SLICE("v=spf1 -all"));
}

/* Checks the TXT records: none, several, malformed. False if there is no tree to check. */
static bool
check_records(const struct check *check)
{
	const struct inspection *inspection = check->inspection;
	const struct dns_answer *answer =
		dns_get(inspection->in->dns, inspection->domain, DNS_TXT, 0);
	struct slice records[RECORDS_MAX], bad, fixed;
	struct spf_record parsed;
	struct finding *finding;
	struct slip slip;
	size_t n = 0;

	if (answer->status == DNS_TEMP || answer->status == DNS_BAD) {
		ADD(check, FINDING_ERROR, "spf-no-answer",
			"the TXT records could not be looked up: %s",
			phrase_words(dns_why(answer), check->arena));
		return false;
	}
	for (size_t i = 0; i < answer->n && n < RECORDS_MAX; i++)
		if (spf_is_record(answer->rr[i].text))
			records[n++] = answer->rr[i].text;
	if (n == 0) {
		check_none(check, answer);
		return false;
	}
	if (n > 1) {
		finding = ADD(check, FINDING_ERROR, "spf-several",
			"there are %zu SPF records, so that none is valid (permerror): merge them "
			"into one",
			n);
		set_records(check, finding, records[0], fix_spf_join(records, n, check->arena));
		return false;
	}
	if (spf_parse(records[0], check->arena, &parsed, &bad) == ST_OK)
		return true;
	finding = ADD(check, FINDING_ERROR, "spf-syntax",
		"the record is broken at \"%s\", so that none of it is valid (permerror)",
		shown(check, bad));
	slip = slip_find(SLIP_SPF, records[0],
		bad.p >= records[0].p && bad.p < records[0].p + records[0].n
			? (size_t)(bad.p - records[0].p) + 1
			: 0);
	finding_mark(check->findings, finding, records[0], slip.at, slip.text);
	if (!fix_spf_syntax(records[0], check->arena, &fixed))
		fixed = SLICE("");
	set_records(check, finding, records[0], fixed);
	return false;
}

static void
check_limits(const struct check *check)
{
	const struct inspect_spf *spf = &check->inspection->spf;

	if (spf->lookups > SPF_MAX_LOOKUPS)
		ADD(check, FINDING_ERROR, "spf-lookups",
			"the record has up to %u terms with DNS lookups, and %d are allowed: a "
			"sender that only a later term matches gets permerror. Remove includes "
			"that are no longer needed, or use addresses instead of names",
			spf->lookups, SPF_MAX_LOOKUPS);
	else if (spf->lookups == SPF_MAX_LOOKUPS)
		ADD(check, FINDING_NOTE, "spf-lookups-all",
			"all 10 terms with DNS lookups are used: no further one can be added");
	if (spf->voids > SPF_MAX_VOIDS)
		ADD(check, FINDING_ERROR, "spf-voids",
			"%u terms query names without records (void lookups), and %d are allowed "
			"(permerror)",
			spf->voids, SPF_MAX_VOIDS);
	else if (spf->voids6 > SPF_MAX_VOIDS)
		ADD(check, FINDING_WARNING, "spf-voids-ipv6",
			"to a client with an IPv6 address %u hosts of the record have no address "
			"(void "
			"lookups), and %d are allowed: it may get permerror. Give them AAAA "
			"records, "
			"or "
			"write ip4: in place of their names",
			spf->voids6, SPF_MAX_VOIDS);
	else if (spf->voids4 > SPF_MAX_VOIDS)
		ADD(check, FINDING_WARNING, "spf-voids-ipv4",
			"to a client with an IPv4 address %u hosts of the record have no address "
			"(void "
			"lookups), and %d are allowed: it may get permerror. Give them A records, "
			"or "
			"write "
			"ip6: in place of their names",
			spf->voids4, SPF_MAX_VOIDS);
	if (spf->incomplete)
		ADD(check, FINDING_WARNING, "spf-incomplete",
			"not all that the record leads to could be followed: the counts are too "
			"low");
	if (spf->record.n > RECORD_LONG)
		ADD(check, FINDING_WARNING, "spf-long",
			"the record has %zu octets: over %d the answer may not fit a DNS packet",
			spf->record.n, RECORD_LONG);
}

/* Reports a term with a problem, for example that its name has no records. */
static void
check_term(const struct check *check, const struct inspect_term *term)
{
	const struct slice record = check->inspection->spf.record;
	const char *text = shown(check, term->text), *domain = shown(check, term->domain);
	const char *problem = phrase_words(term->problem, check->arena);
	struct finding *finding;

	if (term->fatal)
		finding = ADD(check, FINDING_ERROR, "spf-dead-term",
			"%s in the record of %s: %s, so that every sender that is evaluated with "
			"it gets permerror",
			text, domain, problem);
	else
		finding = ADD(check, FINDING_WARNING, "spf-dead-term", "%s in the record of %s: %s",
			text, domain, problem);
	if (term->depth == 0 && term->nothing && term->text.p >= record.p &&
		term->text.p < record.p + record.n)
		set_records(check, finding, record,
			fix_spf_replace(record, term->text, NULL, check->arena));
}

/* Does the network have no public address? Decided by its ends; never if it is wide. */
static bool
is_inside(const struct inspect_net *net)
{
	return net->bits >= INSIDE_BITS && ip_net_is_local(&net->ip, net->bits);
}

/* Reports networks that are not public: receivers see such clients only in their own networks. */
static void
check_inside(const struct check *check)
{
	const struct inspect_spf *spf = &check->inspection->spf;
	const struct slice record = spf->record;
	size_t told = 0;

	for (size_t i = 0; i < spf->nnets && told < WIDE_TOLD; i++) {
		const struct inspect_net *net = &spf->nets[i];
		struct finding *finding;

		if (!is_inside(net))
			continue;
		told++;
		finding = ADD(check, FINDING_WARNING, "spf-inside",
			"%s in the record of %s allows %s/%u, which is not public: at receivers "
			"who use it themselves, forged mail from there passes",
			shown(check, net->text), shown(check, net->domain),
			shown(check, ip_text(&net->ip, check->arena)), net->bits);
		if (net->text.p >= record.p && net->text.p < record.p + record.n &&
			memchr(net->text.p, ':', net->text.n) != NULL &&
			(slice_istarts(net->text, SLICE("ip")) ||
				slice_istarts(net->text, SLICE("+ip"))))
			set_records(check, finding, record,
				fix_spf_replace(record, net->text, NULL, check->arena));
	}
}

static void
check_wide(const struct check *check)
{
	const struct inspect_spf *spf = &check->inspection->spf;
	size_t told = 0;

	for (size_t i = 0; i < spf->nnets && told < WIDE_TOLD; i++) {
		const struct inspect_net *net = &spf->nets[i];
		unsigned limit = net->ip.family == 4 ? WIDE_BITS4 : WIDE_BITS6;

		if (net->bits >= limit || net->bits == 0 || is_inside(net))
			continue;
		told++;
		ADD(check, FINDING_WARNING, "spf-wide",
			"%s in the record of %s allows a whole /%u of IPv%d",
			shown(check, net->text), shown(check, net->domain), net->bits,
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

/* Reports the result for clients that are not listed. */
static void
check_end(const struct check *check, const struct spf_record *record)
{
	const struct inspect_spf *spf = &check->inspection->spf;
	const struct spf_directive *all = find_mechanism(record, SPF_ALL);
	struct finding *finding;

	if (spf->everyone) {
		finding = ADD(check, FINDING_ERROR, "spf-everyone",
			"the record allows every address of the Internet");
		if (all != NULL && all->qualifier == AUTH_PASS)
			set_records(check, finding, spf->record,
				fix_spf_replace(spf->record, all->text, "-all", check->arena));
	} else if (all == NULL && record->redirect.n == 0) {
		finding = ADD(check, FINDING_WARNING, "spf-no-all",
			"the record says nothing about senders that are not listed (neutral)");
		set_records(check, finding, spf->record,
			fix_spf_add(spf->record, "~all", check->arena));
	} else if (all != NULL && all->qualifier == AUTH_NEUTRAL) {
		finding = ADD(check, FINDING_WARNING, "spf-neutral",
			"?all says nothing about senders that are not listed");
		set_records(check, finding, spf->record,
			fix_spf_replace(spf->record, all->text, "~all", check->arena));
	}
	if (all != NULL && (all != &record->directives[record->n - 1] || record->redirect.n > 0)) {
		finding = ADD(check, FINDING_WARNING, "spf-after-all",
			"terms after \"%s\" are never evaluated", shown(check, all->text));
		set_records(check, finding, spf->record,
			fix_spf_end(spf->record, all->text, check->arena));
	}
}

/* RFC 7208 6: an unknown modifier such as "include=" is ignored. */
static void
check_unknown(const struct check *check, struct slice record)
{
	while (record.n > 0) {
		struct slice term = slice_head(record, slice_find(record, ' '));
		size_t equals = slice_find(term, '=');

		record = slice_from(record, term.n + 1);
		if (equals == term.n || slice_find(term, ':') < equals ||
			slice_istarts(term, SLICE("v=")) || slice_istarts(term, SLICE("exp=")) ||
			slice_istarts(term, SLICE("redirect=")))
			continue;
		ADD(check, FINDING_WARNING, "spf-unknown", "%s means nothing in SPF and is ignored",
			shown(check, term));
	}
}

static void
check_style(const struct check *check, const struct spf_record *record)
{
	const struct inspect_spf *spf = &check->inspection->spf;
	const struct spf_directive *ptr = find_mechanism(record, SPF_PTR);
	struct finding *finding;

	if (ptr != NULL) {
		finding = ADD(check, FINDING_WARNING, "spf-ptr",
			"ptr is slow and should not be published (RFC 7208 5.5)");
		set_records(check, finding, spf->record,
			fix_spf_replace(spf->record, ptr->text, NULL, check->arena));
	}
	check_unknown(check, spf->record);
	for (size_t i = 0; i < record->n && i < TERMS_MAX; i++)
		for (size_t k = i + 1; k < record->n && k < TERMS_MAX; k++)
			if (slice_ieq(record->directives[i].text, record->directives[k].text)) {
				finding =
					ADD(check, FINDING_WARNING, "spf-twice", "%s appears twice",
						shown(check, record->directives[k].text));
				set_records(check, finding, spf->record,
					fix_spf_replace(spf->record, record->directives[k].text,
						NULL, check->arena));
				k = record->n;
			}
}

void
inspect_spf_findings(struct inspection *inspection)
{
	const struct check check = {inspection, &inspection->findings, inspection->in->arena};
	const struct inspect_spf *spf = &inspection->spf;
	struct spf_record record;
	struct slice bad;

	if (!check_records(&check) || spf_parse(spf->record, check.arena, &record, &bad) != ST_OK)
		return;
	check_limits(&check);
	for (size_t i = 0; i < spf->n; i++)
		if (spf->terms[i].problem != NULL && !spf->terms[i].by_message)
			check_term(&check, &spf->terms[i]);
	check_inside(&check);
	check_wide(&check);
	check_end(&check, &record);
	check_style(&check, &record);
}

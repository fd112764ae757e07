/* inspect_change_spf.c: finds changes of SPF since an earlier inspection. */
#include <stdlib.h>

#include "filter/inspect/inspect.h"

enum { TOLD = 10, IP_OCTETS = 16 };

#define ADD(inspection, level, id, ...)                                                            \
	findings_add(&(inspection)->findings, level, "change", id, __VA_ARGS__)

/* A range of addresses of one family. */
struct range {
	unsigned char family, first[IP_OCTETS], last[IP_OCTETS];
};

static const char *
shown(const struct inspection *inspection, struct slice text)
{
	return findings_shown(&inspection->findings, text);
}

static struct range
range_of(const struct ip *ip, unsigned bits)
{
	struct range range = {.family = ip->family};

	for (unsigned i = 0; i < (ip->family == 4 ? 4U : 16U); i++) {
		const unsigned here = bits >= 8 * (i + 1) ? 8 : bits > 8 * i ? bits - 8 * i : 0;
		const unsigned char mask = (unsigned char)(0xff00U >> here);

		range.first[i] = ip->bytes[i] & mask;
		range.last[i] = range.first[i] | (unsigned char)~mask;
	}
	return range;
}

static int
compare(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return memcmp(x->first, y->first, IP_OCTETS);
}

/* Do the ranges overlap or touch? */
static bool
touches(const struct range *low, const struct range *high)
{
	unsigned char next[IP_OCTETS];
	const size_t n = low->family == 4 ? 4 : IP_OCTETS;
	size_t i = n;

	if (low->family != high->family)
		return false;
	if (memcmp(high->first, low->last, IP_OCTETS) <= 0)
		return true;
	memcpy(next, low->last, IP_OCTETS);
	while (i > 0 && ++next[i - 1] == 0)
		i--;
	return memcmp(high->first, next, IP_OCTETS) == 0;
}

/* Sorts the ranges and joins those that overlap or touch; returns their number. */
static size_t
join(struct range *ranges, size_t n)
{
	size_t joined = 0;

	qsort(ranges, n, sizeof *ranges, compare);
	for (size_t i = 0; i < n; i++) {
		struct range *last = joined > 0 ? &ranges[joined - 1] : NULL;

		if (last == NULL || !touches(last, &ranges[i]))
			ranges[joined++] = ranges[i];
		else if (memcmp(ranges[i].last, last->last, IP_OCTETS) > 0)
			memcpy(last->last, ranges[i].last, IP_OCTETS);
	}
	return joined;
}

enum share { NONE, PART, ALL };

/* How much of a network do the joined ranges contain? */
static enum share
share_of(const struct range *range, const struct range *ranges, size_t n)
{
	enum share share = NONE;

	for (size_t i = 0; i < n; i++) {
		if (ranges[i].family != range->family ||
			memcmp(ranges[i].first, range->last, IP_OCTETS) > 0 ||
			memcmp(ranges[i].last, range->first, IP_OCTETS) < 0)
			continue;
		if (memcmp(ranges[i].first, range->first, IP_OCTETS) <= 0 &&
			memcmp(ranges[i].last, range->last, IP_OCTETS) >= 0)
			return ALL;
		share = PART;
	}
	return share;
}

struct net {
	const struct ip *ip;
	unsigned bits;
	struct slice term, domain;
};

static void
tell_net(struct inspection *inspection, const struct net *net, enum share share, bool lost)
{
	const char *text = shown(inspection, ip_text(net->ip, inspection->in->arena));
	const char *term = shown(inspection, net->term), *domain = shown(inspection, net->domain);

	if (lost && share == NONE)
		ADD(inspection, FINDING_WARNING, "change-spf-lost",
			"%s/%u was allowed by %s of %s and no longer is: mail from there does not "
			"pass SPF",
			text, net->bits, term, domain);
	else if (lost)
		ADD(inspection, FINDING_WARNING, "change-spf-lost",
			"a part of %s/%u was allowed by %s of %s and no longer is: mail from that "
			"part does not pass SPF",
			text, net->bits, term, domain);
	else
		ADD(inspection, FINDING_WARNING, "change-spf-gained",
			"%s/%u is now allowed by %s of %s, and was not, or not completely: mail "
			"from there passes SPF",
			text, net->bits, term, domain);
}

static void
tell_more(struct inspection *inspection, size_t n, bool lost)
{
	if (lost)
		ADD(inspection, FINDING_WARNING, "change-spf-lost",
			"%zu more networks are no longer allowed, or not all of them", n);
	else
		ADD(inspection, FINDING_WARNING, "change-spf-gained",
			"%zu more networks are allowed that were not, or not all of them", n);
}

/* Reports each network of nets that the others do not contain completely. */
static void
tell_nets(struct inspection *inspection, const struct net *nets, size_t n, struct range *others,
	size_t nothers, bool lost)
{
	size_t told = 0;

	nothers = join(others, nothers);
	for (size_t i = 0; i < n; i++) {
		const struct range range = range_of(nets[i].ip, nets[i].bits);
		const enum share share = share_of(&range, others, nothers);

		if (share != ALL && told++ < TOLD)
			tell_net(inspection, &nets[i], share, lost);
	}
	if (told > TOLD)
		tell_more(inspection, told - TOLD, lost);
}

static void
compare_nets(struct inspection *inspection)
{
	const struct inspect_earlier *earlier = inspection->earlier;
	const struct inspect_spf *spf = &inspection->spf;
	struct arena *arena = inspection->in->arena;
	struct net *was = arena_array(arena, earlier->nnets, sizeof *was);
	struct net *is = arena_array(arena, spf->nnets, sizeof *is);
	struct range *before = arena_array(arena, earlier->nnets, sizeof *before);
	struct range *now = arena_array(arena, spf->nnets, sizeof *now);

	for (size_t i = 0; i < earlier->nnets; i++) {
		const struct earlier_net *net = &earlier->nets[i];

		was[i] = (struct net){&net->net.ip, net->net.bits, net->term, net->domain};
		before[i] = range_of(&net->net.ip, net->net.bits);
	}
	for (size_t i = 0; i < spf->nnets; i++) {
		const struct inspect_net *net = &spf->nets[i];

		is[i] = (struct net){&net->ip, net->bits, net->text, net->domain};
		now[i] = range_of(&net->ip, net->bits);
	}
	tell_nets(inspection, was, earlier->nnets, now, spf->nnets, true);
	tell_nets(inspection, is, spf->nnets, before, earlier->nnets, false);
}

/* Is the term in the domain's own record now? */
static bool
has_now(const struct inspection *inspection, struct slice text)
{
	for (size_t i = 0; i < inspection->spf.n; i++)
		if (inspection->spf.terms[i].depth == 0 &&
			slice_ieq(inspection->spf.terms[i].text, text))
			return true;
	return false;
}

static bool
had(const struct inspection *inspection, struct slice text)
{
	for (size_t i = 0; i < inspection->earlier->nterms; i++)
		if (inspection->earlier->terms[i].depth == 0 &&
			slice_ieq(inspection->earlier->terms[i].text, text))
			return true;
	return false;
}

static void
compare_terms(struct inspection *inspection)
{
	const struct inspect_earlier *earlier = inspection->earlier;
	const struct inspect_spf *spf = &inspection->spf;

	for (size_t i = 0; i < earlier->nterms; i++)
		if (earlier->terms[i].depth == 0 && !has_now(inspection, earlier->terms[i].text))
			ADD(inspection, FINDING_NOTE, "change-spf-term",
				"%s is gone from the record",
				shown(inspection, earlier->terms[i].text));
	for (size_t i = 0; i < spf->n; i++)
		if (spf->terms[i].depth == 0 && !had(inspection, spf->terms[i].text))
			ADD(inspection, FINDING_NOTE, "change-spf-term", "%s is new in the record",
				shown(inspection, spf->terms[i].text));
}

/* Compares the domains that the record includes or redirects to, whoever owns them. */
static void
compare_included(struct inspection *inspection)
{
	const struct inspect_earlier *earlier = inspection->earlier;

	for (size_t i = 0; i < inspection->spf.n; i++) {
		const struct inspect_term *term = &inspection->spf.terms[i];
		size_t k = 0;

		while (k < earlier->nterms &&
			(earlier->terms[k].record.n == 0 ||
				!slice_ieq(earlier->terms[k].target, term->target)))
			k++;
		if (term->record.n > 0 && k < earlier->nterms)
			inspect_change_add(inspection, "TXT", term->target,
				earlier->terms[k].record, term->record);
	}
}

static bool
answered(const struct inspection *inspection)
{
	for (const struct finding *f = inspection->findings.first; f != NULL; f = f->next)
		if (strcmp(f->id, "spf-no-answer") == 0)
			return false;
	return true;
}

/*
 * Compares whether there is a usable record, one that leads to terms, and the results for all other
 * addresses. Without a usable record the SPF result is permerror, or none if there is no record.
 */
static void
compare_whole(struct inspection *inspection)
{
	const struct inspect_earlier *earlier = inspection->earlier;
	const struct inspect_spf *spf = &inspection->spf;
	const bool was = earlier->nterms > 0 || earlier->others.n > 0;
	const bool is = spf->n > 0 || spf->others != NULL;
	const char *now = spf->others != NULL ? spf->others : "none";

	if (was && !is)
		ADD(inspection, FINDING_WARNING, "change-spf-gone",
			"there is no longer a usable SPF record: no mail passes SPF");
	else if (!was && is)
		ADD(inspection, FINDING_WARNING, "change-spf-new",
			"there is now a usable SPF record: the senders that it allows pass SPF");
	if (was && is && earlier->others.n > 0 && !slice_eq(earlier->others, slice_str(now)))
		ADD(inspection, FINDING_WARNING, "change-spf-others",
			"the SPF result for all others is %s, and was %s", now,
			shown(inspection, earlier->others));
}

void
inspect_changes_spf(struct inspection *inspection)
{
	const struct inspect_earlier *earlier = inspection->earlier;

	if (!earlier->spf_known || !answered(inspection)) {
		ADD(inspection, FINDING_NOTE, "change-unknown",
			"SPF is not compared: DNS did not answer, now or then");
		return;
	}
	inspect_change_add(
		inspection, "TXT", inspection->domain, earlier->spf, inspection->spf.record);
	compare_included(inspection);
	compare_whole(inspection);
	compare_terms(inspection);
	if (!earlier->spf_whole || inspection->spf.incomplete)
		ADD(inspection, FINDING_NOTE, "change-unknown",
			"the networks that SPF allows are not compared: not all of them are known, "
			"now or then");
	else
		compare_nets(inspection);
}

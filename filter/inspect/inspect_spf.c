/*
 * inspect_spf.c: examines the SPF record and all records that it leads to, independent of a client.
 *
 * auth/spf/ stops at the first term that matches; here every term is followed, to find the worst
 * case.
 */
#include <stdint.h>

#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "filter/inspect/inspect.h"
#include "mime/buf.h"

static const char no_record[] = "no SPF record there";
static const char several[] = "more than one SPF record there";
static const char bad_syntax[] = "the record there is broken";
static const char no_answer[] = "DNS did not answer";
static const char no_name[] = "not a domain name";
static const char by_message[] = "depends on the message";
static const char loop[] = "leads back to itself";
static const char too_deep[] = "not followed further";
static const char many_names[] = "more than 10 MX names";
static const char nothing_there[] = "nothing there";

enum { NETS_MAX = 1000, NAMES_MAX = 10 };

struct walk {
	struct inspection *inspection;
	struct inspect_spf *spf;
	struct arena *arena;
	struct slice path[INSPECT_SPF_DEPTH];
};

static struct inspect_term *
add_term(struct walk *walk, unsigned depth, struct slice domain, struct slice text)
{
	struct inspect_spf *spf = walk->spf;

	if (spf->n == INSPECT_SPF_ROWS) {
		spf->incomplete = true;
		return NULL;
	}
	spf->terms[spf->n] = (struct inspect_term){.depth = depth, .domain = domain, .text = text};
	return &spf->terms[spf->n++];
}

static void
add_net(struct walk *walk, const struct inspect_term *term, const struct ip *ip, unsigned bits)
{
	struct inspect_spf *spf = walk->spf;
	double count = 1;

	if (ip->family == 4)
		for (unsigned i = bits; i < 32; i++)
			count *= 2;
	if (ip->family == 4)
		spf->addresses4 += count;
	spf->everyone |= bits == 0;
	if (spf->nnets == NETS_MAX) {
		spf->incomplete = true;
		return;
	}
	spf->nets[spf->nnets++] = (struct inspect_net){
		.ip = *ip, .bits = bits, .text = term->text, .domain = term->domain};
}

static const struct dns_answer *
query(struct walk *walk, struct slice name, enum dns_type type)
{
	return dns_get(walk->inspection->in->dns, name, type, 0);
}

/* Fetches a domain's SPF record. NULL if there is exactly one, well-formed; else the problem. */
static const char *
fetch(struct walk *walk, struct slice domain, struct slice *text, struct spf_record *record)
{
	const struct dns_answer *answer = query(walk, domain, DNS_TXT);
	struct slice bad;
	size_t n = 0;

	if (answer->status == DNS_TEMP || answer->status == DNS_BAD)
		return no_answer;
	for (size_t i = 0; i < answer->n; i++)
		if (spf_is_record(answer->rr[i].text) && n++ == 0)
			*text = answer->rr[i].text;
	if (n != 1)
		return n == 0 ? no_record : several;
	return spf_parse(*text, walk->arena, record, &bad) == ST_OK ? NULL : bad_syntax;
}

static bool
is_void(const struct dns_answer *answer)
{
	return answer->status == DNS_NODATA || answer->status == DNS_NXDOMAIN;
}

/* Looks up the addresses of a name; if passing, adds them as networks. True if there are any. */
static bool
addresses(struct walk *walk, struct inspect_term *term, const struct spf_directive *directive,
	struct slice name, bool passing)
{
	static const enum dns_type types[] = {DNS_A, DNS_AAAA};
	size_t found = 0;

	for (size_t t = 0; t < 2; t++) {
		const struct dns_answer *answer = query(walk, name, types[t]);
		unsigned bits = types[t] == DNS_A ? directive->bits4 : directive->bits6;

		if (answer->status == DNS_TEMP || answer->status == DNS_BAD)
			term->problem = no_answer;
		for (size_t i = 0; i < answer->n && passing; i++)
			add_net(walk, term, &answer->rr[i].ip, bits);
		found += answer->n;
	}
	return found > 0;
}

static void
exchangers(struct walk *walk, struct inspect_term *term, const struct spf_directive *directive,
	bool passing)
{
	const struct dns_answer *answer = query(walk, term->target, DNS_MX);

	term->nothing = is_void(answer);
	if (answer->status == DNS_TEMP || answer->status == DNS_BAD)
		term->problem = no_answer;
	if (answer->n > NAMES_MAX)
		term->problem = many_names; /* RFC 7208 4.6.4 */
	term->fatal = term->problem == many_names;
	for (size_t i = 0; i < answer->n && i < NAMES_MAX; i++)
		if (answer->rr[i].name.n > 0)
			(void)addresses(walk, term, directive, answer->rr[i].name, passing);
}

/* A record's position in the tree of includes and redirects. */
struct place {
	unsigned depth;
	bool top;     /* its "all" term applies to the domain */
	bool passing; /* a match here is a pass for the domain */
};

static void walk_record(struct walk *walk, struct place place, struct slice domain,
	const struct spf_record *record);

/* Follows an include or redirect. */
static void
follow(struct walk *walk, struct place place, struct inspect_term *term)
{
	unsigned depth = place.depth++;
	struct spf_record record;

	for (unsigned i = 0; i <= depth && i < INSPECT_SPF_DEPTH; i++)
		if (slice_ieq(walk->path[i], term->target))
			term->problem = loop;
	term->fatal = term->problem != NULL;
	if (term->fatal)
		return;
	if (depth + 1 >= INSPECT_SPF_DEPTH || walk->spf->lookups > INSPECT_SPF_LOOKUPS) {
		term->problem = too_deep;
		walk->spf->incomplete = true;
		return;
	}
	term->problem = fetch(walk, term->target, &term->record, &record);
	term->nothing = is_void(query(walk, term->target, DNS_TXT));
	/* RFC 7208 5.2, 6.1 */
	term->fatal = term->problem != NULL && term->problem != no_answer;
	if (term->problem == NULL)
		walk_record(walk, place, term->target, &record);
}

/* Sets the name that a term queries; false if the term cannot be followed. */
static bool
set_target(struct walk *walk, struct inspect_term *term, struct slice spec)
{
	term->target = term->domain;
	if (spec.n == 0)
		return true;
	if (slice_find(spec, '%') < spec.n) {
		term->target = spec;
		term->problem = by_message;
		term->by_message = walk->spf->by_message = true;
		return false;
	}
	if (domain_normalize(spec, walk->arena, &term->target) != ST_OK) {
		term->target = spec;
		term->problem = no_name;
		return false;
	}
	return true;
}

static void
walk_lookup(struct walk *walk, struct place place, struct inspect_term *term,
	const struct spf_directive *directive)
{
	bool passing = place.passing;

	term->lookup = true;
	walk->spf->lookups++;
	if (!set_target(walk, term, directive->domain_spec))
		return;
	switch (directive->mechanism) {
	case SPF_INCLUDE:
		place.top = false;
		follow(walk, place, term);
		break;
	case SPF_A:
		term->nothing = !addresses(walk, term, directive, term->target, passing) &&
				term->problem == NULL;
		walk->spf->voids4 += is_void(query(walk, term->target, DNS_A));
		walk->spf->voids6 += is_void(query(walk, term->target, DNS_AAAA));
		break;
	case SPF_MX:
		exchangers(walk, term, directive, passing);
		break;
	case SPF_EXISTS:
		term->nothing = is_void(query(walk, term->target, DNS_A));
		walk->spf->everyone |= passing && query(walk, term->target, DNS_A)->n > 0;
		break;
	case SPF_PTR:
		walk->spf->by_message = true;
		break;
	case SPF_ALL:
	case SPF_IP4:
	case SPF_IP6:
		break;
	}
	if (term->nothing && term->problem == NULL)
		term->problem = nothing_there;
	walk->spf->voids += term->nothing;
	walk->spf->incomplete |= term->problem == no_answer;
}

static void
walk_all(struct walk *walk, struct place place, const struct spf_directive *directive)
{
	if (place.top)
		walk->spf->others = auth_code_word(directive->qualifier);
	walk->spf->everyone |= place.passing && directive->qualifier == AUTH_PASS;
}

static void
walk_redirect(
	struct walk *walk, struct place place, struct slice domain, const struct spf_record *record)
{
	struct inspect_term *term;
	struct buf text;

	buf_init(&text, walk->arena, 1024);
	buf_adds(&text, "redirect=");
	buf_add(&text, record->redirect);
	term = add_term(walk, place.depth, domain, buf_slice(&text));
	if (term == NULL)
		return;
	term->lookup = true;
	walk->spf->lookups++;
	if (!set_target(walk, term, record->redirect))
		return;
	follow(walk, place, term);
	walk->spf->voids += term->nothing;
	walk->spf->incomplete |= term->problem == no_answer;
}

/* Adds all terms of a record: at most INSPECT_SPF_ROWS in all, INSPECT_SPF_DEPTH levels deep. */
static void
walk_record(
	struct walk *walk, struct place place, struct slice domain, const struct spf_record *record)
{
	const bool passing = place.passing;

	walk->path[place.depth] = domain;
	for (size_t i = 0; i < record->n; i++) {
		const struct spf_directive *directive = &record->directives[i];
		struct inspect_term *term = add_term(walk, place.depth, domain, directive->text);

		if (term == NULL)
			return;
		if (directive->mechanism == SPF_ALL) {
			walk_all(walk, place, directive);
			return; /* RFC 7208 5.1: later terms are ignored */
		}
		place.passing = passing && directive->qualifier == AUTH_PASS;
		if (directive->mechanism == SPF_IP4 && place.passing)
			add_net(walk, term, &directive->ip, directive->bits4);
		else if (directive->mechanism == SPF_IP6 && place.passing)
			add_net(walk, term, &directive->ip, directive->bits6);
		else if (directive->mechanism != SPF_IP4 && directive->mechanism != SPF_IP6)
			walk_lookup(walk, place, term, directive);
		place.passing = passing;
	}
	if (record->redirect.n > 0)
		walk_redirect(walk, place, domain, record);
	else if (place.top)
		walk->spf->others = auth_code_word(AUTH_NEUTRAL); /* RFC 7208 4.7 */
}

/* Do the allowed IPv4 ranges together cover all addresses? */
static bool
covers_ipv4(const struct inspect_spf *spf)
{
	const uint64_t all = UINT64_C(1) << 32;
	uint64_t covered = 0, before;

	do {
		before = covered;
		for (size_t i = 0; i < spf->nnets; i++) {
			const struct inspect_net *net = &spf->nets[i];
			const unsigned char *at = net->ip.bytes;
			uint64_t first, size;

			if (net->ip.family != 4)
				continue;
			size = all >> net->bits;
			first = (uint64_t)at[0] << 24 | (uint64_t)at[1] << 16 |
				(uint64_t)at[2] << 8 | at[3];
			first -= first % size;
			if (first <= covered && first + size > covered)
				covered = first + size;
		}
	} while (covered < all && covered > before);
	return covered == all;
}

void
inspect_spf(struct inspection *inspection)
{
	struct inspect_spf *spf = &inspection->spf;
	struct walk walk = {.inspection = inspection, .spf = spf, .arena = inspection->in->arena};
	struct spf_record record;
	struct slice text = SLICE("");
	const char *problem;

	spf->terms = arena_array(walk.arena, INSPECT_SPF_ROWS, sizeof *spf->terms);
	spf->nets = arena_array(walk.arena, NETS_MAX, sizeof *spf->nets);
	problem = fetch(&walk, inspection->domain, &text, &record);
	if (problem == NULL || problem == bad_syntax)
		spf->record = text;
	if (problem == NULL)
		walk_record(&walk, (struct place){0, true, true}, inspection->domain, &record);
	spf->everyone |= covers_ipv4(spf);
	inspect_spf_findings(inspection);
}

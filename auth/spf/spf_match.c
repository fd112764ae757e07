#include "auth/base/domain.h"
#include "auth/dns/dns_name.h"
#include "auth/spf/spf_eval.h"

enum spf_match
spf_blame(struct spf_eval *eval, enum spf_match match, enum spf_reason reason)
{
	if (!eval->explaining)
		eval->result->reason = spf_reason(reason);
	return match;
}

enum spf_match
spf_count_lookup(struct spf_eval *eval)
{
	if (eval->explaining)
		return SPF_YES; /* RFC 7208 4.6.4: exp is not counted */
	if (eval->result->lookups >= SPF_MAX_LOOKUPS)
		return spf_blame(eval, SPF_PERM, SPF_R_LOOKUPS);
	eval->result->lookups++;
	return SPF_YES;
}

/*
 * RFC 7208 4.6.4 limits the number of terms with void lookups: further void lookups of the same
 * term (the hosts of an mx) are not counted.
 */
static enum spf_match
count_void(struct spf_eval *eval)
{
	if (eval->explaining || eval->term_void)
		return SPF_NO;
	eval->term_void = true;
	eval->result->voids++;
	return eval->result->voids > SPF_MAX_VOIDS ? spf_blame(eval, SPF_PERM, SPF_R_VOIDS)
						   : SPF_NO;
}

static bool
time_is_up(const struct spf_eval *eval)
{
	return eval->until != 0 && dns_clock_ms(eval->in->dns) >= eval->until;
}

enum spf_match
spf_lookup(struct spf_eval *eval, struct slice name, enum dns_type type,
	const struct dns_answer **answer)
{
	static const struct dns_answer nothing = {
		.status = DNS_NXDOMAIN, .outcome = DNS_OUT_NXDOMAIN};
	struct dns_name wire;

	*answer = &nothing;
	/*
	 * RFC 7208 4.8 does not define the result for a malformed name: it is treated as
	 * non-existent
	 */
	if (!dns_name_parse(name, &wire))
		return SPF_NO;
	if (time_is_up(eval))
		return spf_blame(eval, SPF_TEMP, SPF_R_TIME);
	*answer = dns_get(eval->in->dns, name, type, eval->until);
	switch ((*answer)->status) {
	case DNS_OK:
		return SPF_YES;
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		return count_void(eval);
	case DNS_BAD: /* RFC 7208 4.4, 5: a failed lookup is a temperror */
		if ((*answer)->outcome == DNS_OUT_MANY) /* RFC 7208 4.6.4 permits local limits */
			return spf_blame(eval, SPF_PERM, SPF_R_QUESTIONS);
		return spf_blame(eval, SPF_TEMP, SPF_R_DNS_BAD);
	case DNS_TEMP:
		break;
	}
	return spf_blame(eval, SPF_TEMP, time_is_up(eval) ? SPF_R_TIME : SPF_R_DNS);
}

static bool
has_address(const struct dns_answer *answer, const struct ip *client, unsigned bits)
{
	for (size_t i = 0; i < answer->n; i++)
		if (ip_in_prefix(client, &answer->rr[i].ip, bits))
			return true;
	return false;
}

static const struct ip *
client_of(const struct spf_eval *eval)
{
	return eval->macros.client;
}

static enum spf_match
match_address(struct spf_eval *eval, struct slice name, const struct spf_directive *directive)
{
	const unsigned bits = client_of(eval)->family == 6 ? directive->bits6 : directive->bits4;
	const struct dns_answer *answer;
	enum spf_match match = spf_lookup(eval, name, eval->address, &answer);

	if (match == SPF_YES && !has_address(answer, client_of(eval), bits))
		return SPF_NO;
	return match;
}

/* RFC 7208 5.4 */
static enum spf_match
match_mx(struct spf_eval *eval, struct slice name, const struct spf_directive *directive)
{
	const struct dns_answer *answer;
	const struct dns_rr *sorted[SPF_MAX_NAMES];
	enum spf_match match = spf_lookup(eval, name, DNS_MX, &answer);

	if (match != SPF_YES)
		return match;
	/*
	 * RFC 7208 4.6.4. Fails at once, and not when the eleventh host is reached: hosts of equal
	 * preference have no order, so the result would depend on chance.
	 */
	if (answer->n > SPF_MAX_NAMES)
		return spf_blame(eval, SPF_PERM, SPF_R_MX);
	for (size_t i = 0; i < answer->n; i++) {
		size_t at = i;
		for (; at > 0 && sorted[at - 1]->preference > answer->rr[i].preference; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = &answer->rr[i];
		if (!eval->in->options->no_ask)
			dns_ask(eval->in->dns, answer->rr[i].name, eval->address);
	}
	for (size_t i = 0; i < answer->n; i++) {
		match = match_address(eval, sorted[i]->name, directive);
		if (match != SPF_NO)
			return match;
	}
	return SPF_NO;
}

/* Queries the PTR records of the client's address; SPF_YES if there are any. */
static enum spf_match
client_names(struct spf_eval *eval)
{
	struct slice name;

	if (spf_macro_expand(SLICE("%{ir}.%{v}.arpa"), &eval->macros, false, eval->in->arena,
		    &name) != ST_OK)
		return SPF_NO;
	return spf_lookup(eval, name, DNS_PTR, &eval->ptrs);
}

/* Does the name have the client's address (RFC 7208 5.5)? If not, it does not count. */
static enum spf_match
confirm_name(struct spf_eval *eval, struct slice name)
{
	const struct dns_answer *answer;
	enum spf_match match = spf_lookup(eval, name, eval->address, &answer);

	if (match == SPF_TEMP)
		return SPF_NO; /* RFC 7208 5.5: the name is skipped */
	if (match == SPF_YES &&
		!has_address(answer, client_of(eval), client_of(eval)->family == 6 ? 128 : 32))
		return SPF_NO;
	return match;
}

/*
 * Finds, among the client's first ten names (RFC 7208 4.6.4), one that wanted() accepts and that
 * resolves to the client.
 */
static enum spf_match
find_name(struct spf_eval *eval, bool (*wanted)(struct slice name, struct slice domain),
	struct slice domain, struct slice *found)
{
	for (size_t i = 0; i < eval->ptrs->n && i < SPF_MAX_NAMES; i++) {
		enum spf_match match = SPF_NO;
		*found = eval->ptrs->rr[i].name;
		if (wanted(*found, domain))
			match = confirm_name(eval, *found);
		if (match != SPF_NO)
			return match;
	}
	return SPF_NO;
}

static bool
is_elsewhere(struct slice name, struct slice domain)
{
	return !domain_within(name, domain);
}

/* RFC 7208 5.5 */
static enum spf_match
match_ptr(struct spf_eval *eval, struct slice name)
{
	struct slice found;
	enum spf_match match = client_names(eval);

	if (match == SPF_TEMP)
		return SPF_NO; /* RFC 7208 5.5: after a DNS error the mechanism does not match */
	if (match == SPF_YES)
		match = find_name(eval, domain_within, name, &found);
	return match;
}

/* Sets %{p} (RFC 7208 7.3): the domain itself, a name below it, any other name, or "unknown". */
static enum spf_match
find_validated(struct spf_eval *eval, struct slice domain)
{
	static bool (*const wanted[])(struct slice, struct slice) = {
		slice_ieq, domain_within, is_elsewhere};
	struct slice found;
	/* RFC 7208 4.6.4: the PTR query for the macro counts as one of the ten lookups */
	enum spf_match match = eval->ptrs != NULL ? SPF_YES : spf_count_lookup(eval);

	eval->macros.validated = SLICE("unknown");
	if (match == SPF_YES)
		match = client_names(eval);
	if (match != SPF_YES)
		return match == SPF_PERM ? SPF_PERM : SPF_YES;
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		match = find_name(eval, wanted[i], domain, &found);
		if (match == SPF_YES)
			eval->macros.validated = found;
		if (match != SPF_NO)
			return match;
	}
	return SPF_YES;
}

enum spf_match
spf_target(struct spf_eval *eval, struct slice domain, struct slice domain_spec, struct slice *name)
{
	*name = domain;
	eval->macros.domain = domain;
	if (domain_spec.n == 0)
		return SPF_YES; /* RFC 7208 4.8 */
	if (spf_macro_needs_p(domain_spec)) {
		enum spf_match match = find_validated(eval, domain);
		if (match != SPF_YES)
			return match;
	}
	if (spf_macro_expand(domain_spec, &eval->macros, false, eval->in->arena, name) != ST_OK)
		return spf_blame(eval, SPF_PERM, SPF_R_LONG);
	return SPF_YES;
}

static enum spf_match
match_network(const struct spf_eval *eval, const struct spf_directive *directive)
{
	const unsigned bits = directive->ip.family == 6 ? directive->bits6 : directive->bits4;

	return ip_in_prefix(client_of(eval), &directive->ip, bits) ? SPF_YES : SPF_NO;
}

enum spf_match
spf_match_directive(
	struct spf_eval *eval, struct slice domain, const struct spf_directive *directive)
{
	const struct dns_answer *answer;
	struct slice name;
	enum spf_match match;

	if (directive->mechanism == SPF_ALL)
		return SPF_YES;
	if (directive->mechanism == SPF_IP4 || directive->mechanism == SPF_IP6)
		return match_network(eval, directive);
	match = spf_count_lookup(eval);
	if (match == SPF_YES)
		match = spf_target(eval, domain, directive->domain_spec, &name);
	if (match != SPF_YES)
		return match;
	switch (directive->mechanism) {
	case SPF_A:
		return match_address(eval, name, directive);
	case SPF_MX:
		return match_mx(eval, name, directive);
	case SPF_PTR:
		return match_ptr(eval, name);
	case SPF_EXISTS: /* RFC 7208 5.7: always A, whatever the client's address family */
		return spf_lookup(eval, name, DNS_A, &answer);
	case SPF_ALL:
	case SPF_INCLUDE:
	case SPF_IP4:
	case SPF_IP6:
		break;
	}
	return SPF_NO;
}

/* Starts the first query of a term, unless the queried name depends on other answers. */
static void
ask_term(struct spf_eval *eval, struct slice domain, struct slice spec, enum dns_type type)
{
	struct slice name;

	if (spf_macro_needs_p(spec) || spf_target(eval, domain, spec, &name) != SPF_YES)
		return;
	dns_ask(eval->in->dns, name, type);
}

static enum dns_type
first_type(const struct spf_eval *eval, enum spf_mechanism mechanism)
{
	if (mechanism == SPF_INCLUDE)
		return DNS_TXT;
	if (mechanism == SPF_MX)
		return DNS_MX;
	return mechanism == SPF_EXISTS ? DNS_A : eval->address;
}

void
spf_ask_ahead(struct spf_eval *eval, const struct spf_host *host)
{
	const struct spf_record *record = &host->record;
	unsigned left = SPF_MAX_LOOKUPS - eval->result->lookups;

	if (eval->in->options->no_ask)
		return;
	for (size_t i = 0; i < record->n; i++) {
		const struct spf_directive *directive = &record->directives[i];
		if (directive->mechanism == SPF_ALL)
			return;
		if (directive->mechanism == SPF_IP4 || directive->mechanism == SPF_IP6) {
			if (match_network(eval, directive) == SPF_YES)
				return;
			continue;
		}
		if (left-- == 0)
			return;
		if (directive->mechanism == SPF_PTR)
			ask_term(eval, host->domain, SLICE("%{ir}.%{v}.arpa"), DNS_PTR);
		else
			ask_term(eval, host->domain, directive->domain_spec,
				first_type(eval, directive->mechanism));
	}
	if (left > 0 && record->redirect.n > 0)
		ask_term(eval, host->domain, record->redirect, DNS_TXT);
}

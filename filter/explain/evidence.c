#include "filter/explain/evidence.h"

#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "auth/spf/spf.h"
#include "filter/text/i18n.h"
#include "filter/verdict/proof.h"

enum { HOSTS_MAX = 10, RECORDS_MAX = 20 };

static const struct {
	enum evidence_id id;
	const char *code, *text;
} kinds[] = {
	{EVIDENCE_OWN_LIST, "own_list", N_("your list of own senders names it")},
	{EVIDENCE_MX, "mx", N_("it is a host that takes the domain's mail (MX)")},
	{EVIDENCE_ADDRESS, "address", N_("it is the domain's own address")},
	{EVIDENCE_RANGE, "range", N_("it is a host of a provider that the domain's records name")},
	{EVIDENCE_RECORDS, "records", N_("the domain's records name it")},
};

const char *
evidence_code(enum evidence_id id)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].id == id)
			return kinds[i].code;
	return "none";
}

const char *
evidence_text(const char *code)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].code, code) == 0)
			return kinds[i].text;
	return NULL;
}

/* Is the address one of the name's? */
static bool
has_address(struct dns *dns, struct slice name, const struct ip *ip)
{
	const struct dns_answer *answer = dns_get(dns, name, ip->family == 6 ? DNS_AAAA : DNS_A, 0);

	for (size_t i = 0; answer->status == DNS_OK && i < answer->n; i++)
		if (ip_in_prefix(ip, &answer->rr[i].ip, ip->family == 6 ? 128 : 32))
			return true;
	return false;
}

static bool
is_mx(struct dns *dns, struct slice domain, const struct ip *ip)
{
	const struct dns_answer *answer = dns_get(dns, domain, DNS_MX, 0);

	for (size_t i = 0; answer->status == DNS_OK && i < answer->n && i < HOSTS_MAX; i++)
		if (answer->rr[i].name.n > 0 && has_address(dns, answer->rr[i].name, ip))
			return true;
	return false;
}

/* A name of the list that leads to the address: names that the client claims are only looked up. */
static bool
is_own_host(const struct evaluation *ev, const struct own_senders *own, struct slice said)
{
	struct slice name;

	return said.n > 0 && domain_normalize(said, ev->arena, &name) == ST_OK &&
	       own_senders_have_domain(own, name) &&
	       has_address(ev->in.dns, name, &ev->taken.envelope.client_ip);
}

/*
 * The name with the last labels that one organization has: without a list of public suffixes, so it
 * may be one label too long (example.co.jp, example.com).
 */
static struct slice
organization(struct slice name)
{
	struct slice two = domain_tail(name, 2);

	return domain_tail(name, slice_find(two, '.') <= 3 ? 3 : 2);
}

/* Does a name in the records refer to this domain (empty: to none), or to the service? */
static bool
stands_for(struct slice name, struct slice domain, const struct provider *provider)
{
	const struct provider *named = provider_of(name);

	if (name.n == 0)
		return false;
	if (provider != NULL && named != NULL && strcmp(named->name, provider->name) == 0)
		return true;
	if (domain.n == 0)
		return false;
	return domain_within(name, domain) || domain_within(domain, name) ||
	       slice_ieq(organization(name), organization(domain));
}

static bool
spf_names(const struct evaluation *ev, struct slice at, struct slice domain,
	const struct provider *provider)
{
	const struct dns_answer *answer = dns_get(ev->in.dns, at, DNS_TXT, 0);

	for (size_t i = 0; answer->status == DNS_OK && i < answer->n && i < RECORDS_MAX; i++) {
		struct spf_record record;
		struct slice bad;

		if (!spf_is_record(answer->rr[i].text) ||
			spf_parse(answer->rr[i].text, ev->arena, &record, &bad) != ST_OK)
			continue;
		for (size_t k = 0; k < record.n; k++)
			if (record.directives[k].qualifier == AUTH_PASS &&
				record.directives[k].mechanism == SPF_INCLUDE &&
				stands_for(record.directives[k].domain_spec, domain, provider))
				return true;
		if (stands_for(record.redirect, domain, provider))
			return true;
	}
	return false;
}

static bool
mx_names(const struct evaluation *ev, struct slice at, struct slice domain,
	const struct provider *provider)
{
	const struct dns_answer *answer = dns_get(ev->in.dns, at, DNS_MX, 0);

	for (size_t i = 0; answer->status == DNS_OK && i < answer->n && i < HOSTS_MAX; i++)
		if (stands_for(answer->rr[i].name, domain, provider))
			return true;
	return false;
}

/* A selector of the author's organization whose key is the service's (a CNAME). */
static bool
key_names(const struct evaluation *ev, struct slice domain, const struct provider *provider)
{
	const struct dkim_result *dkim = &ev->results.dkim;

	for (size_t i = 0; i < dkim->n; i++) {
		const struct dkim_sig *sig = &dkim->sigs[i].sig;
		const struct dns_answer *answer;
		struct slice name;

		if (!dkim->sigs[i].aligned || sig->s.n == 0 ||
			!dkim_key_name(sig->s, sig->d, ev->arena, &name))
			continue;
		answer = dns_get(ev->in.dns, name, DNS_CNAME, 0);
		if (answer->status == DNS_OK && stands_for(answer->rr[0].name, domain, provider))
			return true;
	}
	return false;
}

/* The domain, and the organization's where its policy is higher up. */
static bool
records_name(const struct evaluation *ev, struct slice at, struct slice domain,
	const struct provider *provider)
{
	const struct dmarc_result *dmarc = &ev->results.dmarc;
	struct slice above = dmarc->has_record ? dmarc->record_domain : SLICE("");

	if (spf_names(ev, at, domain, provider) || mx_names(ev, at, domain, provider) ||
		key_names(ev, domain, provider))
		return true;
	return above.n > 0 && !slice_ieq(above, at) && domain_within(at, above) &&
	       dmarc->source != DMARC_FROM_PSD &&
	       (spf_names(ev, above, domain, provider) || mx_names(ev, above, domain, provider));
}

struct evidence
evidence_of_client(const struct evaluation *ev, const struct own_senders *own, struct slice domain)
{
	const struct envelope *envelope = &ev->taken.envelope;
	const struct ip *ip = &envelope->client_ip;

	if (ip->family == 0)
		return (struct evidence){.id = EVIDENCE_NONE};
	if (proof_allows(ev, domain)) /* in the envelope of another domain */
		return (struct evidence){.id = EVIDENCE_RECORDS};
	if (own_senders_have_address(own, ip) || is_own_host(ev, own, envelope->client_name) ||
		is_own_host(ev, own, envelope->helo))
		return (struct evidence){.id = EVIDENCE_OWN_LIST};
	for (size_t i = 0; i < provider_count; i++) {
		const struct provider *provider = &provider_table[i];
		const bool listed = own_senders_have_provider(own, provider->name);

		if (provider->include == NULL ||
			(!listed && !records_name(ev, domain, SLICE(""), provider)))
			continue;
		if (proof_allows(ev, slice_str(provider->include)))
			return (struct evidence){
				listed ? EVIDENCE_OWN_LIST : EVIDENCE_RANGE, provider};
	}
	if (has_address(ev->in.dns, domain, ip))
		return (struct evidence){.id = EVIDENCE_ADDRESS};
	if (is_mx(ev->in.dns, domain, ip))
		return (struct evidence){.id = EVIDENCE_MX};
	return (struct evidence){.id = EVIDENCE_NONE};
}

struct evidence
evidence_of_domain(const struct evaluation *ev, const struct own_senders *own, struct slice domain)
{
	struct evidence evidence = {EVIDENCE_NONE, provider_of(domain)};
	const struct provider *provider = evidence.provider;

	if (own_senders_have_domain(own, domain) ||
		(provider != NULL && own_senders_have_provider(own, provider->name)) ||
		own_senders_have_address(own, &ev->taken.envelope.client_ip))
		evidence.id = EVIDENCE_OWN_LIST;
	else if (ev->results.dmarc.spf_pass ||
		 records_name(ev, ev->ids.author_domain, domain, provider))
		evidence.id = EVIDENCE_RECORDS;
	return evidence;
}

bool
evidence_of_message(const struct evaluation *ev, const struct own_senders *own)
{
	const struct auth_results *results = &ev->results;

	if (ev->ids.author_domain.n == 0 || ev->ids.ambiguous.id != FROM_R_NONE)
		return false;
	if (evidence_of_client(ev, own, ev->ids.author_domain).id != EVIDENCE_NONE)
		return true;
	if (results->spf.code == AUTH_PASS && results->spf.domain.n > 0 &&
		evidence_of_domain(ev, own, results->spf.domain).id != EVIDENCE_NONE)
		return true;
	for (size_t i = 0; i < results->dkim.n; i++)
		if (results->dkim.sigs[i].code == AUTH_PASS &&
			evidence_of_domain(ev, own, results->dkim.sigs[i].sig.d).id !=
				EVIDENCE_NONE)
			return true;
	return false;
}

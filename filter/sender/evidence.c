#include "filter/sender/evidence.h"

#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "filter/verdict/proof.h"
#include "mime/buf.h"

enum { HOSTS_MAX = 10, OWN_DOMAINS = 2 };

/* A name beside this one that only a wildcard answers (RFC 4592); empty if it would be too long. */
static struct slice
unpublished(struct slice name, struct arena *arena)
{
	struct buf buf;

	buf_init(&buf, arena, DOMAIN_MAX);
	buf_adds(&buf, "mailstamp-no-such-name");
	buf_add(&buf, slice_from(name, slice_find(name, '.')));
	return buf.over ? SLICE("") : buf_slice(&buf);
}

static bool
is_mx(struct dns *dns, struct slice domain, const struct ip *ip)
{
	const struct dns_answer *answer = dns_get(dns, domain, DNS_MX, 0);

	for (size_t i = 0; answer->status == DNS_OK && i < answer->n && i < HOSTS_MAX; i++)
		if (answer->rr[i].name.n > 0 && dns_has_address(dns, answer->rr[i].name, ip, 0))
			return true;
	return false;
}

/*
 * Is it, or could it be, a CNAME? Called only for names that have an address or MX, which therefore
 * stay evidence if the server does not answer; but not if the message has used up its queries or
 * its time, which a forger can arrange.
 */
static bool
is_alias(struct dns *dns, struct slice name)
{
	const struct dns_answer *answer = dns_get(dns, name, DNS_CNAME, 0);

	return answer->status == DNS_OK || answer->outcome == DNS_OUT_DEADLINE ||
	       answer->outcome == DNS_OUT_MANY || answer->outcome == DNS_OUT_UNASKED;
}

/*
 * Does the client have the domain's own address, or take its mail? Records that a wildcard made for
 * an invented name do not count, nor those of the target of a CNAME, which may be anybody's. A name
 * beside a registered domain is not tried, because it is not the owner's: anybody can register it.
 */
static enum evidence_id
evidence_at(const struct evaluation *ev, struct slice domain)
{
	const struct ip *ip = &ev->intake.envelope.client_ip;
	struct dns *dns = ev->in.dns;
	const bool address = dns_has_address(dns, domain, ip, 0);
	const enum dns_type type = !address ? DNS_MX : ip->family == 4 ? DNS_A : DNS_AAAA;
	const enum evidence_id found = address ? EVIDENCE_ADDRESS : EVIDENCE_MX;
	const struct slice beside = unpublished(domain, ev->arena);
	enum dns_status status;

	if ((!address && !is_mx(dns, domain, ip)) || is_alias(dns, domain))
		return EVIDENCE_NONE;
	if (domain_is_registry(slice_from(domain, slice_find(domain, '.') + 1)))
		return found;
	status = dns_get(dns, beside, type, 0)->status;
	if (status == DNS_NODATA || status == DNS_NXDOMAIN)
		return found;
	/* a wildcard that gives other answers shows that this name has its own */
	if (status == DNS_OK &&
		!(address ? dns_has_address(dns, beside, ip, 0) : is_mx(dns, beside, ip)))
		return found;
	return EVIDENCE_NONE;
}

/*
 * The target of the CNAME that the domain published for the selector; empty if it has none there,
 * or only by a wildcard, with which any selector that a forger invents has one.
 */
static struct slice
key_target(const struct evaluation *ev, struct slice selector, struct slice domain)
{
	const struct dns_answer *answer, *beside;
	struct slice name;

	if (selector.n == 0 || !dkim_key_name(selector, domain, ev->arena, &name))
		return SLICE("");
	answer = dns_get(ev->in.dns, name, DNS_CNAME, 0);
	if (answer->status != DNS_OK)
		return SLICE("");
	beside = dns_get(ev->in.dns, unpublished(name, ev->arena), DNS_CNAME, 0);
	if (beside->status != DNS_OK ? beside->status >= DNS_TEMP
				     : slice_eq(beside->rr[0].name, answer->rr[0].name))
		return SLICE("");
	return answer->rr[0].name;
}

/*
 * Is the client a host of a listed domain? A name that the client claims counts only if it resolves
 * to the address, and not by a CNAME: somebody may have taken over its target.
 */
static bool
is_own_host(const struct evaluation *ev, const struct own_senders *own, struct slice claimed)
{
	struct slice name;

	return claimed.n > 0 && domain_normalize(claimed, ev->arena, &name) == ST_OK &&
	       own_senders_have_host(own, name) &&
	       dns_has_address(ev->in.dns, name, &ev->intake.envelope.client_ip, 0) &&
	       !is_alias(ev->in.dns, name);
}

/*
 * Called for each name in a domain's records; true ends the search. included: an SPF record
 * includes it.
 */
typedef bool (*name_test)(void *arg, struct slice name, bool included);

/* Names that are searched for: of a domain (empty: none), and of a service (NULL: none). */
struct sought {
	const struct evaluation *ev;
	struct slice domain;
	const struct provider *provider;
};

/*
 * Does the name belong to the domain or service that is searched for? A service gives customers,
 * who know nothing of each other, names below its own name or beside it. So a name that is not
 * within the domain counts only if an SPF record includes it and it allows the client.
 */
static bool
stands_for(void *arg, struct slice name, bool included)
{
	const struct sought *sought = arg;
	const struct provider *named = provider_of(name);
	struct slice domain = sought->domain;

	if (sought->provider != NULL && named == sought->provider)
		return true;
	if (domain.n == 0)
		return false;
	if (domain_within(name, domain))
		return true;
	return included &&
	       (domain_within(domain, name) ||
		       slice_ieq(domain_organization(name), domain_organization(domain))) &&
	       proof_allows(sought->ev, name);
}

/* For the name of a single customer: a name below belongs to the same one. */
static bool
is_within(void *arg, struct slice name, bool included)
{
	(void)included;
	return provider_names_customer(name, ((const struct sought *)arg)->domain);
}

/* A test for the names that SPF records include. */
struct included {
	name_test test;
	void *arg;
};

static bool
test_included(void *arg, struct slice name)
{
	const struct included *included = arg;

	return included->test(included->arg, name, true);
}

/*
 * The record of a service names only its own suppliers. Any other record that the author's includes
 * may be his own in parts, or that of somebody who keeps it for him.
 */
static bool
is_no_service(struct slice name)
{
	return provider_of(name) == NULL;
}

static bool
seek_spf(const struct evaluation *ev, struct slice at, name_test test, void *arg)
{
	struct included included = {test, arg};

	return proof_names(ev, at, test_included, is_no_service, &included);
}

static bool
seek_mx(const struct evaluation *ev, struct slice at, name_test test, void *arg)
{
	const struct dns_answer *answer = dns_get(ev->in.dns, at, DNS_MX, 0);

	for (size_t i = 0; answer->status == DNS_OK && i < answer->n && i < HOSTS_MAX; i++)
		if (answer->rr[i].name.n > 0 && test(arg, answer->rr[i].name, false))
			return true;
	return false;
}

/* Do the CNAMEs that the service documents lead from the author's selectors to its customer? */
static bool
seek_customer_keys(const struct evaluation *ev, const struct provider *provider,
	struct slice author, struct slice customer)
{
	struct slice list = slice_str(provider->cnames), selector, form;

	while (provider_next_word(&list, &selector) && provider_next_word(&list, &form))
		if (!slice_eq(selector, SLICE("*")) &&
			provider_names_customer(key_target(ev, selector, author), customer))
			return true;
	return false;
}

/*
 * The domains whose records are evidence: the author domain and its organizational domain. Not
 * their sibling or child domains, because an organization may give such names, with addresses and
 * records, to its customers.
 */
static size_t
domains_of_author(const struct evaluation *ev, struct slice domains[OWN_DOMAINS])
{
	const struct dmarc_result *dmarc = &ev->results.dmarc;
	const struct slice author = ev->ids.author_domain;
	struct slice above = dmarc->org_domain;

	if (above.n == 0 && dmarc->has_record && dmarc->source == DMARC_FROM_ORG)
		above = dmarc->record_domain;
	domains[0] = author;
	domains[1] = above;
	return above.n > 0 && !slice_ieq(above, author) && domain_within(author, above) ? 2 : 1;
}

/*
 * Calls test with the CNAME target of each key of these domains that a signature names, because a
 * service may hold the key; true if test ended the search. A domain below may be a customer's.
 */
static bool
seek_keys(const struct evaluation *ev, name_test test, void *arg)
{
	struct slice domains[OWN_DOMAINS];
	const size_t n = domains_of_author(ev, domains);
	const struct dkim_result *dkim = &ev->results.dkim;

	for (size_t i = 0; i < dkim->n; i++) {
		const struct dkim_sig *sig = &dkim->sigs[i].sig;
		struct slice target;

		if (!dkim->sigs[i].aligned ||
			(!slice_ieq(sig->d, domains[0]) && !slice_ieq(sig->d, domains[n - 1])))
			continue;
		target = key_target(ev, sig->s, sig->d);
		if (target.n > 0 && test(arg, target, false))
			return true;
	}
	return false;
}

/* The records that name who sends: SPF, and CNAMEs of keys. */
static bool
seek_senders(const struct evaluation *ev, name_test test, void *arg)
{
	struct slice domains[OWN_DOMAINS];
	const size_t n = domains_of_author(ev, domains);

	for (size_t i = 0; i < n; i++)
		if (seek_spf(ev, domains[i], test, arg))
			return true;
	return seek_keys(ev, test, arg);
}

/* The MX records, which name only who receives. */
static bool
seek_receivers(const struct evaluation *ev, name_test test, void *arg)
{
	struct slice domains[OWN_DOMAINS];
	const size_t n = domains_of_author(ev, domains);

	for (size_t i = 0; i < n; i++)
		if (seek_mx(ev, domains[i], test, arg))
			return true;
	return false;
}

/* The records that name a single customer of a service. */
static bool
names_customer(const struct evaluation *ev, const struct own_senders *own,
	const struct provider *provider, struct slice customer)
{
	struct sought sought = {ev, customer, NULL};
	struct slice domains[OWN_DOMAINS];
	const size_t n = domains_of_author(ev, domains);

	if (own_senders_have_domain(own, customer))
		return true;
	for (size_t i = 0; i < n; i++)
		if (seek_customer_keys(ev, provider, domains[i], customer))
			return true;
	return seek_senders(ev, is_within, &sought);
}

static void
add_service(
	struct evidence_services *services, const struct provider *provider, enum evidence_id by)
{
	for (size_t i = 0; i < services->n; i++)
		if (services->list[i].provider == provider)
			return;
	if (provider != NULL && services->n < EVIDENCE_SERVICES)
		services->list[services->n++] = (struct evidence){by, provider};
}

static bool
collect_sender(void *arg, struct slice name, bool included)
{
	add_service(arg, provider_of(name), included ? EVIDENCE_RECORDS : EVIDENCE_KEY);
	return false;
}

static bool
collect_receiver(void *arg, struct slice name, bool included)
{
	(void)included;
	add_service(arg, provider_of(name), EVIDENCE_MX);
	return false;
}

void
evidence_services(const struct evaluation *ev, const struct own_senders *own,
	struct evidence_services *services)
{
	services->n = 0;
	for (size_t i = 0; own != NULL && i < own->nproviders; i++)
		add_service(services, provider_named(own->providers[i]), EVIDENCE_OWN_LIST);
	(void)seek_senders(ev, collect_sender, services);
	(void)seek_receivers(ev, collect_receiver, services);
}

/* Does the name that a record includes belong to a service, and allow the client? */
static bool
find_host(void *arg, struct slice name, bool included)
{
	struct sought *sought = arg;
	const struct provider *provider = provider_of(name);

	if (!included || provider == NULL || !proof_allows(sought->ev, name))
		return false;
	sought->provider = provider;
	return true;
}

const struct provider *
evidence_service_of_host(const struct evaluation *ev, const struct own_senders *own)
{
	const struct provider *of_name = provider_of(ev->intake.envelope.client_name);
	struct sought sought = {ev, SLICE(""), NULL};
	struct evidence_services services;

	evidence_services(ev, own, &services);
	for (size_t i = 0; i < services.n; i++) {
		const struct provider *one = services.list[i].provider;

		if (one == of_name ||
			(one->include != NULL && proof_allows(ev, slice_str(one->include))))
			return one;
	}
	return seek_senders(ev, find_host, &sought) ? sought.provider : NULL;
}

/*
 * Does the domain, for which SPF or a signature passed at a host of the service (NULL: of nobody
 * known), belong to somebody else than the service and the author, as far as his list and records
 * show?
 */
static bool
is_foreign(const struct evaluation *ev, const struct own_senders *own,
	const struct provider *service, struct slice domain)
{
	const struct provider *customers = provider_of_customer(domain);
	struct sought sought = {ev, domain, NULL};
	struct slice domains[OWN_DOMAINS];
	const size_t n = domains_of_author(ev, domains);

	if (own_senders_have_domain(own, domain) || domain_within(domain, domains[n - 1]))
		return false;
	if (customers != NULL)
		return !names_customer(ev, own, customers, domain);
	if (provider_has_mailboxes(domain))
		return true;
	return (service == NULL || provider_of(domain) != service) &&
	       !seek_senders(ev, stands_for, &sought);
}

/*
 * The first foreign domain for which SPF or a signature passes; empty if there is none. At a host
 * that others use, too, it shows that somebody else sent the message: another customer of the
 * service, if it is one's.
 */
static struct slice
foreign_pass(
	const struct evaluation *ev, const struct own_senders *own, const struct provider *service)
{
	const struct auth_results *results = &ev->results;

	if (results->spf.code == AUTH_PASS && results->spf.domain.n > 0 &&
		is_foreign(ev, own, service, results->spf.domain))
		return results->spf.domain;
	for (size_t i = 0; i < results->dkim.n; i++)
		if (results->dkim.sigs[i].code == AUTH_PASS &&
			is_foreign(ev, own, service, results->dkim.sigs[i].sig.d))
			return results->dkim.sigs[i].sig.d;
	return SLICE("");
}

/* Is it a host of a service, in a documented range, that the list or the records name? */
static struct evidence
evidence_of_range(const struct evaluation *ev, const struct own_senders *own)
{
	struct evidence_services services;

	evidence_services(ev, own, &services);
	for (size_t i = 0; i < services.n; i++) {
		const struct evidence *one = &services.list[i];

		/* other customers use its hosts, too, and may name the key without a pass */
		if (one->id != EVIDENCE_MX && one->provider->include != NULL &&
			(one->id != EVIDENCE_KEY || ev->results.dmarc.dkim_pass) &&
			proof_allows(ev, slice_str(one->provider->include)) &&
			foreign_pass(ev, own, one->provider).n == 0)
			return (struct evidence){
				one->id == EVIDENCE_OWN_LIST ? EVIDENCE_OWN_LIST : EVIDENCE_RANGE,
				one->provider};
	}
	return (struct evidence){.id = EVIDENCE_NONE};
}

struct slice
evidence_against_host(const struct evaluation *ev, const struct own_senders *own)
{
	return foreign_pass(ev, own, evidence_service_of_host(ev, own));
}

struct evidence
evidence_of_client(const struct evaluation *ev, const struct own_senders *own)
{
	const struct envelope *envelope = &ev->intake.envelope;
	const struct ip *ip = &envelope->client_ip;
	struct evidence found = {.id = EVIDENCE_NONE};
	struct slice domains[OWN_DOMAINS];
	size_t n;

	if (ip->family == 0)
		return found;
	/* the record does not tell who else uses the addresses that it allows */
	if (proof_allows(ev, ev->ids.author_domain) && evidence_against_host(ev, own).n == 0)
		return (struct evidence){EVIDENCE_RECORDS, evidence_of_range(ev, own).provider};
	if (own_senders_have_address(own, ip) || is_own_host(ev, own, envelope->client_name) ||
		is_own_host(ev, own, envelope->helo))
		return (struct evidence){.id = EVIDENCE_OWN_LIST};
	found = evidence_of_range(ev, own);
	n = domains_of_author(ev, domains);
	for (size_t i = 0; found.id == EVIDENCE_NONE && i < n; i++)
		found.id = evidence_at(ev, domains[i]);
	return found;
}

static enum evidence_id
judge_domain(const struct evaluation *ev, const struct own_senders *own, struct slice domain)
{
	const struct provider *provider = provider_sends_as(domain),
			      *customers = provider_of_customer(domain), *service;
	struct sought sought = {ev, domain, provider};

	if (own_senders_have_domain(own, domain) ||
		(provider != NULL && own_senders_have_provider(own, provider->name)) ||
		own_senders_have_address(own, &ev->intake.envelope.client_ip))
		return EVIDENCE_OWN_LIST;
	if (ev->results.dmarc.spf_pass)
		return EVIDENCE_RECORDS;
	if (provider_has_mailboxes(domain))
		return EVIDENCE_NONE;
	if (customers != NULL)
		return names_customer(ev, own, customers, domain) ? EVIDENCE_RECORDS
								  : EVIDENCE_NONE;
	service = evidence_service_of_host(ev, own);
	if (service != NULL && foreign_pass(ev, own, service).n > 0)
		return EVIDENCE_NONE;
	if (seek_senders(ev, stands_for, &sought))
		return EVIDENCE_RECORDS;
	return seek_receivers(ev, stands_for, &sought) ? EVIDENCE_MX : EVIDENCE_NONE;
}

struct evidence
evidence_of_domain(const struct evaluation *ev, const struct own_senders *own, struct slice domain)
{
	return (struct evidence){judge_domain(ev, own, domain), provider_of(domain)};
}

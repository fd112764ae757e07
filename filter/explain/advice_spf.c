#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "auth/spf/spf_eval.h"
#include "filter/explain/advice_parts.h"
#include "filter/explain/fix.h"
#include "mime/buf.h"

enum { RECORDS_MAX = FIX_RECORDS + 1, SERVICE_RECORDS = 2 };

static const char *
client_text(const struct advice *advice)
{
	return advice_shown(advice, ip_text(&advice->ev->intake.envelope.client_ip, advice->arena));
}

/* Returns an SPF term that allows the client. */
static const char *
client_term(const struct advice *advice, const struct evidence *evidence)
{
	const struct ip *ip = &advice->ev->intake.envelope.client_ip;
	struct buf term;

	buf_init(&term, advice->arena, 512);
	if (evidence->provider != NULL) {
		buf_addf(&term, "include:%s", evidence->provider->include);
	} else {
		buf_adds(&term, ip->family == 6 ? "ip6:" : "ip4:");
		buf_add(&term, ip_text(ip, advice->arena));
	}
	buf_addc(&term, '\0');
	return term.p;
}

/* Returns the only SPF record of a name; empty if there is none or more than one. */
static struct slice
spf_record_of(const struct advice *advice, struct slice domain)
{
	const struct dns_answer *answer = dns_get(advice->ev->in.dns, domain, DNS_TXT, 0);
	struct slice record = SLICE("");

	for (size_t i = 0; answer->status == DNS_OK && i < answer->n; i++) {
		if (!spf_is_record(answer->rr[i].text))
			continue;
		if (record.n > 0)
			return SLICE("");
		record = answer->rr[i].text;
	}
	return record;
}

/* Does SPF pass and is it aligned? Without a DMARC record, a pass is enough. */
static bool
passes(const struct auth_results *results)
{
	return results->spf.code == AUTH_PASS &&
	       (results->dmarc.spf_pass || !results->dmarc.has_record);
}

/*
 * Sets *record to the domain's record with the client added. True if this mail then passes and the
 * record stays within the limits of RFC 7208 4.6.4 for all other mail.
 */
static bool
with_client(const struct advice *advice, struct slice domain, struct slice now,
	const struct evidence *evidence, const struct envelope *envelope,
	struct proof_record *record)
{
	const unsigned char family = advice->ev->intake.envelope.client_ip.family;
	struct auth_results results;

	*record = (struct proof_record){
		domain, "TXT", fix_spf_add(now, client_term(advice, evidence), advice->arena)};
	return proof_with(advice->ev, record, 1, envelope, &results) && passes(&results) &&
	       proof_for_all(advice->ev, record, family);
}

/*
 * Fills records with those that a service documents for a custom envelope domain of its customer;
 * returns their number.
 */
static size_t
service_records(const struct advice *advice, const struct provider *provider, struct slice name,
	struct proof_record records[SERVICE_RECORDS])
{
	struct slice domain = advice->results->spf.domain, region;
	struct buf spf;

	if (provider == NULL || provider->include == NULL)
		return 0;
	buf_init(&spf, advice->arena, 1024);
	buf_addf(&spf, "v=spf1 include:%s ~all", provider->include);
	records[0] = (struct proof_record){name, "TXT", buf_slice(&spf)};
	if (provider->mx == NULL)
		return 1;
	/*
	 * the region comes first (ap-northeast-1.amazonses.com); amazonses.com alone is us-east-1
	 */
	region = slice_head(domain, slice_find(domain, '.'));
	if (slice_ieq(domain, slice_str(provider->paths)))
		region = SLICE("us-east-1");
	records[1] = (struct proof_record){
		name, "MX", advice_fill(advice, slice_str(provider->mx), region)};
	return 2;
}

/* Advises an envelope domain below the author domain, if the message passes with it. */
static void
mail_from(const struct advice *advice, const struct evidence *evidence)
{
	const struct provider *provider = evidence->provider;
	const struct ip *ip = &advice->ev->intake.envelope.client_ip;
	struct proof_record records[SERVICE_RECORDS], supposed;
	const bool named = provider != NULL && provider->mail_from != NULL;
	const char *domain = advice_shown(advice, advice->results->spf.domain);
	struct auth_results results;
	struct envelope envelope;
	struct finding *finding;
	struct buf name, text;
	size_t n;

	if (provider != NULL && !named)
		return; /* the service documents no records */
	buf_init(&name, advice->arena, DOMAIN_MAX + 16);
	buf_adds(&name, "bounce.");
	buf_add(&name, advice->ev->ids.author_domain);
	n = service_records(advice, provider, buf_slice(&name), records);
	/* the records are shown only in the customer's account: assumes that they allow the host */
	if (n == 0) {
		buf_init(&text, advice->arena, 512);
		buf_addf(&text, "v=spf1 ip%d:", ip->family == 6 ? 6 : 4);
		buf_add(&text, ip_text(ip, advice->arena));
		buf_adds(&text, " -all");
		supposed = (struct proof_record){buf_slice(&name), "TXT", buf_slice(&text)};
	}
	envelope = proof_envelope(advice->ev, buf_slice(&name));
	if (!proof_with(
		    advice->ev, n > 0 ? records : &supposed, n > 0 ? n : 1, &envelope, &results) ||
		!passes(&results))
		return;
	finding = named ? advice_add(advice, ADVICE_SPF_MAIL_FROM_AT, domain, advice->author)
			: advice_add(advice, ADVICE_SPF_MAIL_FROM, domain, advice->author);
	finding->proof = FINDING_AFTER;
	if (n == 0 || evidence->id == EVIDENCE_MX)
		return;
	advice_propose(advice, finding, &records[0], SLICE(""), FINDING_AFTER);
	advice_propose_more(advice, finding, records + 1, n - 1);
}

/* Advice if SPF passed for a domain that is not the author's. */
static void
unaligned(const struct advice *advice)
{
	static const struct advice_strict strict = {
		"aspf", ADVICE_SPF_OTHER, ADVICE_SPF_STRICT, ADVICE_SPF_STRICT_SEND};
	const struct spf_result *spf = &advice->results->spf;
	const char *domain = advice_shown(advice, spf->domain), *author = advice->author;
	struct evidence evidence;

	if (advise_strict(advice, spf->domain, advice->results->dmarc.record.aspf_strict, &strict))
		return;
	if (spf->identity == SPF_ID_HELO)
		return; /* a bounce has no MAIL FROM to change */
	if (provider_of(spf->domain) == NULL && advice_sent_on(advice)) {
		advice_add(advice, ADVICE_SPF_LIST, domain, author);
		return;
	}
	evidence = evidence_of_domain(advice->ev, advice->own, spf->domain);
	if (evidence.id == EVIDENCE_NONE)
		advice_add(advice, ADVICE_SPF_OTHER, domain, author);
	else
		mail_from(advice, &evidence);
}

/*
 * Advice if the author's record allows the host, which is no evidence because the message passes
 * for a foreign domain. False if it is not so.
 */
static bool
shared(const struct advice *advice)
{
	const struct slice passed = proof_allows(advice->ev, advice->ev->ids.author_domain)
					    ? evidence_against_host(advice->ev, advice->own)
					    : SLICE("");
	const struct provider *service;

	if (passed.n == 0)
		return false;
	service = evidence_service_of_host(advice->ev, advice->own);
	if (service != NULL)
		advice_add(advice, ADVICE_SPF_SHARED, advice->author, client_text(advice),
			service->name, advice_shown(advice, passed));
	else
		advice_add(advice, ADVICE_SPF_SHARED_HOST, advice->author, client_text(advice),
			advice_shown(advice, passed));
	return true;
}

/* Advice if the author's own record does not allow the client. */
static void
not_listed(const struct advice *advice)
{
	const struct spf_result *spf = &advice->results->spf;
	const struct evidence evidence = evidence_of_client(advice->ev, advice->own);
	const char *client = client_text(advice), *domain = advice_shown(advice, spf->domain);
	const char *why = advice_evidence(evidence.id);
	struct proof_record record;

	if (evidence.id != EVIDENCE_OWN_LIST && (advice_sent_on(advice) || advice->indirect))
		advice_add(advice, ADVICE_SPF_SENT_ON, client, domain);
	else if (evidence.id == EVIDENCE_NONE && advice->results->dmarc.dkim_pass)
		advice_add(advice, ADVICE_SPF_FORWARDER, client, domain);
	else if (evidence.id == EVIDENCE_NONE && shared(advice))
		return;
	else if (evidence.id == EVIDENCE_NONE)
		advice_add(advice, ADVICE_SPF_UNKNOWN, client, domain);
	else if (with_client(advice, spf->domain, spf->record, &evidence, NULL, &record))
		advice_propose(advice, advice_add(advice, ADVICE_SPF_ADD, client, domain, why),
			&record, spf->record, FINDING_PASSES);
	else
		advice_add(advice, ADVICE_SPF_NO_ROOM, client, domain, why);
}

/* Advice if the envelope domain, which is aligned, has no SPF record. */
static void
no_record(const struct advice *advice)
{
	const struct spf_result *spf = &advice->results->spf;
	const char *domain = advice_shown(advice, spf->domain);
	struct evidence evidence;
	struct proof_record record;

	evidence = evidence_of_client(advice->ev, advice->own);
	if (evidence.id == EVIDENCE_NONE) {
		/*
		 * the record of the organization may allow hosts that its other names use: that
		 * is too little for a proposal, but not nothing
		 */
		if (proof_allows(advice->ev, domain_organization(advice->ev->ids.author_domain)) &&
			evidence_against_host(advice->ev, advice->own).n == 0)
			advice_add(advice, ADVICE_SPF_PUBLISH, domain);
		else if (!shared(advice))
			advice_add(advice, ADVICE_SPF_PUBLISH_UNKNOWN, domain, client_text(advice));
		return;
	}
	if ((evidence.id == EVIDENCE_OWN_LIST || !advice_sent_on(advice)) &&
		with_client(advice, spf->domain, SLICE(""), &evidence, NULL, &record))
		advice_propose(advice, advice_add(advice, ADVICE_SPF_PUBLISH, domain), &record,
			SLICE(""), FINDING_PASSES);
	else
		advice_add(advice, ADVICE_SPF_PUBLISH, domain);
}

/* Advice if SPF neither passes nor is aligned: a known host should use the author's domain. */
static void
foreign(const struct advice *advice)
{
	const struct spf_result *spf = &advice->results->spf;
	const struct slice author = advice->ev->ids.author_domain;
	const struct evidence evidence = evidence_of_client(advice->ev, advice->own);
	const char *domain = advice_shown(advice, spf->domain);
	const struct slice now = spf_record_of(advice, author);
	struct envelope envelope;
	struct proof_record record;
	struct finding *finding;

	if (evidence.id == EVIDENCE_NONE) {
		if (!shared(advice))
			advice_add(advice, ADVICE_SPF_FOREIGN_UNKNOWN, domain, advice->author,
				client_text(advice));
		return;
	}
	envelope = proof_envelope(advice->ev, author);
	record = (struct proof_record){author, "TXT", now};
	if (proof_allows(advice->ev, author)) {
		finding = advice_add(advice, ADVICE_SPF_FOREIGN, domain, advice->author);
		finding->proof = FINDING_AFTER;
	} else if (with_client(advice, author, now, &evidence, &envelope, &record)) {
		finding = advice_add(advice, ADVICE_SPF_FOREIGN, domain, advice->author);
		advice_propose(advice, finding, &record, now, FINDING_AFTER);
	}
}

/* Proposes a correction of an unusable record, if it makes the record usable for all mail. */
static void
propose_fix(
	const struct advice *advice, struct finding *finding, struct slice now, struct slice fixed)
{
	const struct spf_result *spf = &advice->results->spf;
	const struct proof_record record = {spf->domain, "TXT", fixed};
	struct auth_results results;

	finding->name = advice_shown(advice, spf->domain);
	finding->now = now.n > 0 ? advice_shown(advice, now) : NULL;
	if (fixed.n == 0 || !proof_with(advice->ev, &record, 1, NULL, &results) ||
		results.spf.code == AUTH_PERMERROR || results.spf.code == AUTH_TEMPERROR ||
		!proof_for_all(advice->ev, &record, 4) || !proof_for_all(advice->ev, &record, 6) ||
		!proof_is_narrow(advice->ev, fixed))
		return;
	advice_propose(
		advice, finding, &record, now, passes(&results) ? FINDING_PASSES : FINDING_USABLE);
}

/* Advice for several SPF records at one name; the records are taken from the cached DNS answer. */
static void
several(const struct advice *advice)
{
	const struct spf_result *spf = &advice->results->spf;
	const struct dns_answer *answer = dns_get(advice->ev->in.dns, spf->domain, DNS_TXT, 0);
	struct slice records[RECORDS_MAX];
	struct finding *finding;
	struct buf count;
	size_t n = 0;

	for (size_t i = 0; i < answer->n && n < RECORDS_MAX; i++)
		if (spf_is_record(answer->rr[i].text))
			records[n++] = answer->rr[i].text;
	buf_init(&count, advice->arena, 32);
	buf_addf(&count, "%zu", n);
	buf_addc(&count, '\0');
	finding = advice_add(advice, ADVICE_SPF_JOIN, advice_shown(advice, spf->domain), count.p);
	if (n > 1)
		propose_fix(advice, finding, records[0], fix_spf_join(records, n, advice->arena));
}

static void
broken(const struct advice *advice)
{
	const struct spf_result *spf = &advice->results->spf;
	const char *domain = advice_shown(advice, spf->domain), *reason;
	struct slice fixed = SLICE("");
	struct finding *finding;

	if (spf->reason.id == SPF_R_SEVERAL && spf->term.n == 0) {
		several(advice);
		return;
	}
	reason = spf->reason.id != SPF_R_NONE ? reason_code(&spf->reason)
					      : auth_code_word(AUTH_PERMERROR);
	if (spf->term.n > 0)
		finding = advice_add(advice, ADVICE_SPF_BROKEN_TERM, domain, reason,
			advice_shown(advice, spf->term), advice_shown(advice, spf->term_domain));
	else
		finding = advice_add(advice, ADVICE_SPF_BROKEN, domain, reason);
	if (spf->reason.id == SPF_R_SYNTAX && slice_eq(spf->term_domain, spf->domain) &&
		!fix_spf_syntax(spf->record, advice->arena, &fixed))
		fixed = SLICE("");
	/* the domain's own record includes a domain without an SPF record: removes the include */
	if (spf->reason.id == SPF_R_INCLUDE && spf->term.p >= spf->record.p &&
		spf->term.p < spf->record.p + spf->record.n)
		fixed = fix_spf_replace(spf->record, spf->term, NULL, advice->arena);
	propose_fix(advice, finding, spf->record, fixed);
}

void
advise_spf(const struct advice *advice)
{
	const struct spf_result *spf = &advice->results->spf;

	if (spf->domain.n == 0 || (spf->code == AUTH_PASS && advice->spf_aligned))
		return;
	if (advice->ev->intake.envelope.client_ip.family == 0) /* the client is unknown */
		return;
	if (!advice->spf_aligned && advice->indirect)
		return;
	if (spf->code == AUTH_PASS)
		unaligned(advice);
	else if (spf->code == AUTH_TEMPERROR)
		advice_add(advice, ADVICE_SPF_DNS, advice_shown(advice, spf->domain));
	else if (advice->spf_aligned && spf->code == AUTH_PERMERROR)
		broken(advice);
	else if (!ip_is_public(&advice->ev->intake.envelope.client_ip))
		advice_add(advice, ADVICE_SPF_INSIDE, client_text(advice));
	else if (!advice->spf_aligned)
		foreign(advice);
	else if (spf->code == AUTH_NONE)
		no_record(advice);
	else
		not_listed(advice);
}

#include "auth/base/domain.h"
#include "auth/dkim/dkim.h"
#include "auth/dns/dns.h"
#include "filter/explain/advice_parts.h"
#include "filter/explain/remedy.h"
#include "filter/explain/setting.h"
#include "mime/buf.h"

enum { KEYS_MAX = 4 };

/* Is there evidence besides the signature that the mail is from the author? */
static bool
is_from_author(const struct advice *advice)
{
	const struct dmarc_result *dmarc = &advice->results->dmarc;

	return dmarc->dkim_pass || dmarc->spf_pass ||
	       (advice->results->spf.code == AUTH_PASS && advice->spf_aligned) ||
	       evidence_of_client(advice->ev, advice->own).id != EVIDENCE_NONE;
}

static void
services_of(const struct advice *advice, struct evidence_services *services)
{
	evidence_services(advice->ev, advice->own, services);
}

/* Does the author use a service that signs for its customers? */
static bool
has_service(const struct advice *advice)
{
	struct evidence_services services;

	services_of(advice, &services);
	for (size_t i = 0; i < services.n; i++)
		if (services.list[i].provider->dkim != NULL)
			return true;
	return false;
}

/*
 * Fills in the form of the target of a service's CNAME: %s is the selector, %d is own, %a is the
 * author domain with '-' for '.'. own: the signing domain of this customer, if the owner listed it.
 * If own is empty, so is the result of a form with %d.
 */
static struct slice
target_of(const struct advice *advice, struct slice form, struct slice selector, struct slice own)
{
	const struct slice author = advice->ev->ids.author_domain;
	struct buf out;

	buf_init(&out, advice->arena, DOMAIN_MAX);
	for (size_t i = 0; i < form.n; i++) {
		const char c = form.p[i], what = c == '%' && i + 1 < form.n ? form.p[i + 1] : '\0';

		i += what != '\0' ? 1 : 0;
		if (what == 's')
			buf_add(&out, selector);
		else if (what == 'd' && own.n == 0)
			return SLICE("");
		else if (what == 'd')
			buf_add(&out, own);
		else if (what == 'a')
			for (size_t k = 0; k < author.n; k++)
				buf_addc(&out, author.p[k] == '.' ? '-' : author.p[k]);
		else
			buf_addc(&out, c);
	}
	return out.over ? SLICE("") : buf_slice(&out);
}

/*
 * Finds a service that documents a CNAME for the selector, if the signature passes with this CNAME;
 * sets *record to the CNAME.
 */
static const struct provider *
key_of_service(
	const struct advice *advice, size_t which, struct slice name, struct proof_record *record)
{
	const struct dkim_sig *sig = &advice->results->dkim.sigs[which].sig;
	struct evidence_services services;

	services_of(advice, &services);
	for (size_t i = 0; i < services.n; i++) {
		const struct provider *provider = services.list[i].provider;
		struct slice list = slice_str(provider->cnames), selector, target;
		struct auth_results results;

		const bool sent = provider->include != NULL &&
				  proof_allows(advice->ev, slice_str(provider->include));

		if (services.list[i].id == EVIDENCE_MX)
			continue;
		while (provider_next_word(&list, &selector) && provider_next_word(&list, &target)) {
			/* with any selector a key may be another customer's */
			if (slice_eq(selector, SLICE("*")) ? !sent : !slice_ieq(selector, sig->s))
				continue;
			*record = (struct proof_record){
				name, "CNAME", target_of(advice, target, sig->s, SLICE(""))};
			if (record->text.n > 0 &&
				proof_with(advice->ev, record, 1, NULL, &results) &&
				which < results.dkim.n &&
				results.dkim.sigs[which].code == AUTH_PASS)
				return provider;
		}
	}
	return NULL;
}

static const struct diagnosis *
diagnosis_of(const struct advice *advice, size_t signature)
{
	for (size_t i = 0; i < advice->outcome->ndiagnoses; i++)
		if (advice->outcome->diagnoses[i].signature == signature)
			return &advice->outcome->diagnoses[i];
	return NULL;
}

/* Returns the code of the proved cause, for remedy_text, or NULL. */
static const char *
proved_code(const struct diagnosis *diagnosis)
{
	if (diagnosis->found)
		return REMEDY_PROVED;
	switch (diagnosis->half) {
	case DIAGNOSE_HEADER:
		return REMEDY_BODY;
	case DIAGNOSE_BODY:
		return diagnosis->key_proved ? REMEDY_FIELD : NULL;
	case DIAGNOSE_KEY:
		return REMEDY_KEY;
	case DIAGNOSE_GENUINE:
		return REMEDY_BOTH;
	case DIAGNOSE_WHOLE:
	default:
		return NULL;
	}
}

/*
 * Adds advice for each setting that would have prevented a change, at the place where the message
 * was changed.
 */
static void
advise_changes(const struct advice *advice, const struct diagnosis *diagnosis)
{
	const struct setting *setting;

	for (size_t at = 0; (setting = setting_next(diagnosis, &at)) != NULL;)
		advice_say(advice->findings, advice->level, ADVICE_SETTING, setting->id,
			(const char *const[]){setting->id, setting->page, NULL});
}

/* Returns the key record at that name, or an empty text. */
static struct slice
key_now(const struct advice *advice, struct slice name)
{
	const struct dns_answer *answer = dns_get(advice->ev->in.dns, name, DNS_TXT, 0);

	return answer->n > 0 ? answer->rr[0].text : SLICE("");
}

/* Advice for a signature of the author's organization that does not pass. */
static void
advise_failing(const struct advice *advice, size_t which)
{
	const struct dkim_sig_result *sig = &advice->results->dkim.sigs[which];
	const bool no_key = sig->reason.id == DKIM_R_NO_KEY;
	const struct provider *provider = NULL;
	struct proof_record record;
	const struct diagnosis *diagnosis = diagnosis_of(advice, which);
	const char *code = diagnosis != NULL ? proved_code(diagnosis) : NULL;
	struct slice name;

	if (code == NULL)
		code = remedy_code(&sig->reason);
	if (sig->sig.s.n == 0 || sig->sig.d.n == 0 ||
		!dkim_key_name(sig->sig.s, sig->sig.d, advice->arena, &name))
		name = sig->sig.d;
	else if (no_key || sig->mismatch)
		provider = key_of_service(advice, which, name, &record);
	if (provider != NULL && no_key)
		advice_propose(advice,
			advice_add(advice, ADVICE_DKIM_CNAME, advice_shown(advice, name),
				provider->name),
			&record, SLICE(""), FINDING_PASSES);
	else if (provider != NULL)
		advice_propose(advice,
			advice_add(advice, ADVICE_DKIM_ROTATED, advice_shown(advice, name),
				provider->name),
			&record, key_now(advice, name), FINDING_PASSES);
	else if (no_key && !is_from_author(advice) && !has_service(advice))
		advice_add(advice, ADVICE_DKIM_UNKNOWN, advice_shown(advice, name));
	else
		advice_say(advice->findings, advice->level, ADVICE_DKIM_FAILS,
			remedy_id(&sig->reason),
			(const char *const[]){advice_shown(advice, name), code, NULL});
	if (diagnosis != NULL && diagnosis->found)
		advise_changes(advice, diagnosis);
}

/*
 * Would the message pass with a signature of the author domain? Only then is the owner advised to
 * ask the service for one.
 */
static bool
passes_signed(const struct advice *advice)
{
	struct auth_results results;

	return proof_signed(advice->ev, advice->ev->ids.author_domain, &results) &&
	       results.dkim.n > 0 && results.dkim.sigs[0].code == AUTH_PASS &&
	       (results.dmarc.code == AUTH_PASS || !results.dmarc.has_record);
}

/*
 * Proposes CNAMEs to existing keys of a service. Keys below d, the signing domain, are proposed
 * only if the owner listed d: it may belong to another customer, whose mail would then pass.
 */
static void
propose_keys(const struct advice *advice, struct finding *finding, const struct provider *provider,
	struct slice d)
{
	const struct slice own = own_senders_have_domain(advice->own, d) ? d : SLICE("");
	struct slice list = slice_str(provider->cnames);
	struct proof_record records[KEYS_MAX];
	struct slice selector, target;
	size_t n = 0;

	while (n < KEYS_MAX && provider_next_word(&list, &selector) &&
		provider_next_word(&list, &target)) {
		records[n] = (struct proof_record){
			.type = "CNAME", .text = target_of(advice, target, selector, own)};
		if (slice_eq(selector, SLICE("*")) || records[n].text.n == 0 ||
			!dkim_key_name(selector, advice->ev->ids.author_domain, advice->arena,
				&records[n].name) ||
			dns_get(advice->ev->in.dns, records[n].text, DNS_TXT, 0)->status != DNS_OK)
			continue;
		n++;
	}
	if (n == 0)
		return;
	advice_propose(advice, finding, &records[0], SLICE(""), FINDING_AFTER);
	advice_propose_more(advice, finding, records + 1, n - 1);
}

/* Advice for a signature that passes for another domain. */
static void
advise_unaligned(const struct advice *advice, const struct dkim_sig_result *sig)
{
	static const struct advice_strict strict = {
		"adkim", ADVICE_DKIM_OTHER, ADVICE_DKIM_STRICT, ADVICE_DKIM_STRICT_SIGN};
	const struct slice d = sig->sig.d;
	const char *domain = advice_shown(advice, d), *author = advice->author;
	const struct spf_result *spf = &advice->results->spf;
	struct evidence evidence;
	struct finding *finding;

	if (advise_strict(advice, d, advice->results->dmarc.record.adkim_strict, &strict))
		return;
	evidence = evidence_of_domain(advice->ev, advice->own, d);
	if (evidence.id == EVIDENCE_NONE) {
		/* SPF has already led to advice for the same domain */
		if (spf->code != AUTH_PASS || !slice_eq(spf->domain, d))
			advice_add(advice, ADVICE_DKIM_OTHER, domain, author);
		return;
	}
	if (!passes_signed(advice))
		return;
	if (evidence.provider != NULL && evidence.provider->dkim != NULL)
		finding = advice_add(advice, ADVICE_DKIM_DOMAIN_AT, domain, author);
	else
		finding = advice_add(advice, ADVICE_DKIM_DOMAIN, domain, author);
	finding->proof = FINDING_AFTER;
	if (evidence.provider != NULL && evidence.id != EVIDENCE_MX)
		propose_keys(advice, finding, evidence.provider, d);
}

void
advise_dkim(const struct advice *advice)
{
	const struct dkim_result *dkim = &advice->results->dkim;
	const struct dmarc_result *dmarc = &advice->results->dmarc;
	struct slice author = advice->ev->ids.author_domain;
	bool own = false;

	if (dkim->n == 0) {
		if (is_from_author(advice) && passes_signed(advice))
			advice_add(advice, ADVICE_DKIM_SIGN, advice->author)->proof = FINDING_AFTER;
		return;
	}
	for (size_t i = 0; i < dkim->n; i++) {
		const struct dkim_sig_result *sig = &dkim->sigs[i];
		bool aligned = sig->aligned || slice_eq(sig->sig.d, author) ||
			       (!dmarc->has_record && advice_related(advice, sig->sig.d));

		own |= aligned && sig->code == AUTH_PASS;
		if (aligned && sig->code != AUTH_PASS)
			advise_failing(advice, i);
	}
	for (size_t i = 0; i < dkim->n && !own && !advice->indirect; i++)
		if (dkim->sigs[i].code == AUTH_PASS) {
			advise_unaligned(advice, &dkim->sigs[i]);
			return; /* one finding is enough, because the others would say the same */
		}
}

#include "filter/sender/classify.h"

#include "filter/sender/evidence.h"
#include "filter/text/i18n.h"
#include "filter/verdict/proof.h"

enum { SEALERS_MAX = 128 };

static enum sender_evidence
evidence_word(enum evidence_id id)
{
	static const enum sender_evidence words[] = {
		[EVIDENCE_NONE] = SENDER_BY_NOTHING,
		[EVIDENCE_OWN_LIST] = SENDER_BY_OWN_LIST,
		[EVIDENCE_MX] = SENDER_BY_MX,
		[EVIDENCE_ADDRESS] = SENDER_BY_ADDRESS,
		[EVIDENCE_RANGE] = SENDER_BY_RANGE,
		[EVIDENCE_RECORDS] = SENDER_BY_RECORDS,
	};

	return words[id];
}

/*
 * Looks for evidence that the domain, for which SPF or a signature passed, sends for the author,
 * and stores it in facts; false if there is none.
 */
static bool
domain_sends(const struct evaluation *ev, const struct own_senders *own, struct slice domain,
	struct sender_facts *facts)
{
	const struct evidence evidence = evidence_of_domain(ev, own, domain);

	if (evidence.id == EVIDENCE_NONE)
		return false;
	facts->own = evidence.id == EVIDENCE_MX ? SENDER_BY_RECORDS : evidence_word(evidence.id);
	facts->service = evidence.provider != NULL || evidence.id != EVIDENCE_OWN_LIST;
	return true;
}

static void
find_own(const struct evaluation *ev, const struct own_senders *own, struct sender_facts *facts)
{
	const struct auth_results *results = &ev->results;
	const struct evidence client = evidence_of_client(ev, own);

	if (client.id != EVIDENCE_NONE) {
		facts->own = evidence_word(client.id);
		facts->service = client.provider != NULL ||
				 (client.id == EVIDENCE_RECORDS &&
					 evidence_service_of_host(ev, own) != NULL);
		return;
	}
	if (results->spf.code == AUTH_PASS && results->spf.domain.n > 0 &&
		domain_sends(ev, own, results->spf.domain, facts))
		return;
	for (size_t i = 0; i < results->dkim.n; i++)
		if (results->dkim.sigs[i].code == AUTH_PASS &&
			domain_sends(ev, own, results->dkim.sigs[i].sig.d, facts))
			return;
	/* the service that receives the domain's mail may also send its mail, or a forger's */
	facts->known = evidence_service_of_host(ev, own) != NULL;
}

/* Do known sealers vouch for the author? */
static bool
is_sealed(const struct evaluation *ev)
{
	const struct strings *trusted = &ev->options->trusted_sealers;
	const char *sealers[SEALERS_MAX];
	struct arc_vouch vouch = {.instance = 0};
	size_t n = 0;

	if (ev->results.arc.code != AUTH_PASS)
		return false;
	for (size_t i = 0; i < trusted->n && n < SEALERS_MAX; i++)
		sealers[n++] = trusted->v[i];
	for (size_t i = 0; i < provider_count; i++) {
		struct slice list = slice_str(provider_table[i].seals), word;

		while (n < SEALERS_MAX && provider_next_word(&list, &word))
			sealers[n++] = arena_cstr(ev->arena, word);
	}
	return arc_vouches(&ev->results.arc, &ev->ids, sealers, n, ev->arena, &vouch);
}

static enum sender_evidence
find_forwarder(const struct evaluation *ev)
{
	const struct auth_results *results = &ev->results;

	if (ev->verdict.override.reason != NULL)
		return SENDER_BY_TRUST;
	if (is_sealed(ev))
		return SENDER_BY_SEAL;
	if (results->spf.code == AUTH_PASS && provider_forwards(results->spf.domain) != NULL)
		return SENDER_BY_FORWARDING;
	for (size_t i = 0; i < results->dkim.n; i++)
		if (results->dkim.sigs[i].code == AUTH_PASS &&
			provider_forwards(results->dkim.sigs[i].sig.d) != NULL)
			return SENDER_BY_FORWARDING;
	return SENDER_BY_NOTHING;
}

/* Collects the evidence that a forger could also produce. */
static void
find_signs(const struct evaluation *ev, struct sender_facts *facts)
{
	const struct auth_results *results = &ev->results;
	const char *fields[POLICY_INDICATORS];

	facts->pass = results->spf.code == AUTH_PASS || results->arc.code == AUTH_PASS;
	for (size_t i = 0; i < results->dkim.n; i++) {
		const struct dkim_sig_result *sig = &results->dkim.sigs[i];

		facts->pass |= sig->code == AUTH_PASS;
		facts->signature |= sig->aligned && sig->code == AUTH_FAIL;
	}
	facts->known |= provider_of(ev->intake.envelope.client_name) != NULL;
	facts->fields = policy_field_indicators(&ev->message, fields) > 0;
}

struct sender
classify_message(const struct evaluation *ev, const struct own_senders *own)
{
	const struct auth_results *results = &ev->results;
	struct sender_facts facts = {.aligned = false};

	if (!ev->evaluated || evaluate_not_judged(ev))
		return (struct sender){SENDER_UNJUDGED, SENDER_BY_NOTHING};
	facts.aligned = results->dmarc.code == AUTH_PASS || results->dmarc.dkim_pass ||
			(results->spf.code == AUTH_PASS && results->dmarc.spf_aligned);
	if (facts.aligned)
		return sender_of(&facts);
	if (results->dmarc.code == AUTH_TEMPERROR)
		return (struct sender){SENDER_UNJUDGED, SENDER_BY_NOTHING};
	if (ev->ids.author_domain.n > 0 && ev->ids.ambiguous.id == FROM_R_NONE) {
		find_own(ev, own, &facts);
		facts.passed = find_forwarder(ev);
	}
	find_signs(ev, &facts);
	return sender_of(&facts);
}

#include "filter/explain/advice.h"

#include "auth/base/domain.h"
#include "filter/explain/advice_parts.h"
#include "filter/verdict/first_record.h"
#include "mime/buf.h"

const char *
advice_shown(const struct advice *advice, struct slice text)
{
	return findings_shown(advice->findings, text);
}

bool
advice_related(const struct advice *advice, struct slice domain)
{
	return evaluate_related(advice->ev, domain) >= EVALUATE_BELOW;
}

/* Returns the name _dmarc.domain, in the arena. */
static struct slice
under_dmarc(const struct advice *advice, struct slice domain)
{
	struct buf name;

	buf_init(&name, advice->arena, DOMAIN_MAX + 16);
	buf_adds(&name, "_dmarc.");
	buf_add(&name, domain);
	return buf_slice(&name);
}

/*
 * Removes a tag from the DMARC record; true with the proposal in *record if the message then
 * passes.
 */
static bool
without_tag(const struct advice *advice, const char *tag, struct proof_record *record)
{
	const struct dmarc_result *dmarc = &advice->results->dmarc;
	struct slice rest = dmarc->record.text;
	struct auth_results results;
	bool had = false;
	struct buf out;

	buf_init(&out, advice->arena, 4096);
	while (rest.n > 0) {
		size_t end = slice_find(rest, ';');
		struct slice one = slice_trim(slice_head(rest, end));
		struct slice name = slice_trim(slice_head(one, slice_find(one, '=')));

		rest = slice_from(rest, end + 1);
		had |= slice_ieq(name, slice_str(tag));
		if (one.n == 0 || slice_ieq(name, slice_str(tag)))
			continue;
		buf_adds(&out, out.n > 0 ? "; " : "");
		buf_add(&out, one);
	}
	*record = (struct proof_record){
		under_dmarc(advice, dmarc->record_domain), "TXT", buf_slice(&out)};
	return had && proof_with(advice->ev, record, 1, NULL, &results) &&
	       results.dmarc.code == AUTH_PASS;
}

struct slice
advice_fill(const struct advice *advice, struct slice form, struct slice value)
{
	size_t at = slice_find(form, '%');
	struct buf out;

	buf_init(&out, advice->arena, 1024);
	buf_add(&out, slice_head(form, at));
	if (at < form.n) {
		buf_add(&out, value);
		buf_add(&out, slice_from(form, at + 2));
	}
	return buf_slice(&out);
}

void
advice_propose(const struct advice *advice, struct finding *finding,
	const struct proof_record *record, struct slice now, enum finding_proof proof)
{
	finding->name = advice_shown(advice, record->name);
	finding->now = now.n > 0 ? advice_shown(advice, now) : NULL;
	finding->should = advice_shown(advice, record->text);
	finding->type = strcmp(record->type, "TXT") != 0 ? record->type : NULL;
	finding->proof = proof;
}

void
advice_propose_more(const struct advice *advice, struct finding *finding,
	const struct proof_record *records, size_t n)
{
	struct finding_record *more = arena_array(advice->arena, n, sizeof *more);

	for (size_t i = 0; i < n; i++)
		more[i] = (struct finding_record){records[i].type,
			advice_shown(advice, records[i].name),
			advice_shown(advice, records[i].text)};
	finding->more = more;
	finding->nmore = n;
}

bool
advice_sent_on(const struct advice *advice)
{
	const struct slice sender = advice->ev->intake.envelope.mail_from;
	const char *signs[POLICY_INDICATORS];

	if (policy_field_indicators(advice->ev->in.message, signs) > 0)
		return true;
	return slice_istarts(sender, SLICE("SRS0=")) || slice_istarts(sender, SLICE("SRS1="));
}

/*
 * Is the client one of the author's own hosts, or does his list name it, or the domain for which
 * SPF or a signature passed? The hosts of a service are those of all its customers.
 */
static bool
is_known(const struct advice *advice, struct evidence client, struct slice domain)
{
	return own_senders_have_domain(advice->own, domain) || client.id == EVIDENCE_MX ||
	       client.id == EVIDENCE_ADDRESS ||
	       (client.id == EVIDENCE_OWN_LIST && client.provider == NULL);
}

bool
advise_strict(const struct advice *advice, struct slice passed, bool strict,
	const struct advice_strict *ids)
{
	const struct slice author_domain = advice->ev->ids.author_domain;
	const char *domain = advice_shown(advice, passed), *author = advice->author;
	struct proof_record record;
	struct evidence client;

	if (!strict || !advice_related(advice, passed))
		return false;
	client = evidence_of_client(advice->ev, advice->own);
	if (!is_known(advice, client, passed))
		/* a name below may be a customer's, or somebody may have taken it over */
		advice_add(advice,
			client.id != EVIDENCE_RECORDS && domain_within(passed, author_domain)
				? ids->other
				: ids->exact,
			domain, author);
	else if (without_tag(advice, ids->tag, &record))
		advice_propose(advice, advice_add(advice, ids->relax, domain, author), &record,
			advice->results->dmarc.record.text, FINDING_PASSES);
	else
		advice_add(advice, ids->exact, domain, author);
	return true;
}

/* Proposes a harmless DMARC record, which only asks for reports. */
static void
advise_dmarc(const struct advice *advice)
{
	const struct dmarc_result *dmarc = &advice->results->dmarc;
	struct slice domain = dmarc->has_record ? dmarc->record_domain : dmarc->from_domain;
	struct proof_record record = {under_dmarc(advice, domain), "TXT", SLICE("")};
	struct auth_results results;
	struct finding *finding;

	if (dmarc->code != AUTH_NONE && !dmarc->unusable)
		return;
	if (dmarc->code == AUTH_NONE)
		finding = advice_add(advice, ADVICE_DMARC_PUBLISH, advice->author);
	else
		finding = advice_add(advice, ADVICE_DMARC_POLICY, advice_shown(advice, domain));
	record.text = first_record_text(advice->ev->in.dns, domain, advice->arena);
	if (dmarc->record.rua_valid || !proof_with(advice->ev, &record, 1, NULL, &results) ||
		!results.dmarc.has_record || results.dmarc.unusable ||
		results.dmarc.policy != DMARC_P_NONE)
		return;
	advice_propose(advice, finding, &record, dmarc->has_record ? dmarc->record.text : SLICE(""),
		results.dmarc.code == AUTH_PASS ? FINDING_PASSES : FINDING_USABLE);
}

/* Did the message come through a list or forwarder? Then the client is not the original sender. */
static bool
is_indirect(const struct advice *advice)
{
	const struct auth_results *results = advice->results;

	if (advice->ev->verdict.indicator != NULL && !advice->ev->verdict.only_refused)
		return true;
	for (size_t i = 0; i < results->dkim.n; i++)
		if (results->dkim.sigs[i].mismatch && results->dkim.sigs[i].aligned)
			return true;
	return false;
}

/*
 * Advice if SPF and a signature pass for the same other domain: its owner may have meant to send in
 * that domain's own name.
 */
static void
advise_author(const struct advice *advice)
{
	const struct auth_results *results = advice->results;
	const struct slice spf = results->spf.domain;

	if (results->spf.code != AUTH_PASS || advice->spf_aligned || results->dmarc.dkim_pass)
		return;
	for (size_t i = 0; i < results->dkim.n; i++) {
		struct slice d = results->dkim.sigs[i].sig.d;

		if (results->dkim.sigs[i].code != AUTH_PASS || !slice_eq(d, spf) ||
			advice_related(advice, d))
			continue;
		advice_add(advice, ADVICE_AUTHOR, advice_shown(advice, d), advice->author);
		return;
	}
}

void
advice_make(const struct evaluation *ev, const struct outcome *outcome,
	const struct own_senders *own, struct findings *findings)
{
	const struct auth_results *results = &ev->results;
	struct slice author = ev->ids.author_domain;
	struct advice advice = {.ev = ev,
		.outcome = outcome,
		.results = results,
		.own = own,
		.findings = findings,
		.arena = ev->arena,
		.level = results->dmarc.code == AUTH_PASS ? FINDING_NOTE : FINDING_WARNING};

	if (!ev->evaluated || results->local)
		return;
	if (ev->ids.ambiguous.id != FROM_R_NONE || author.n == 0) {
		advice_add(&advice, ADVICE_FROM, NULL);
		return;
	}
	advice.author = advice_shown(&advice, author);
	/* without a DMARC record, alignment was never evaluated */
	advice.spf_aligned =
		results->dmarc.spf_aligned ||
		(!results->dmarc.has_record && advice_related(&advice, results->spf.domain)) ||
		slice_eq(results->spf.domain, author);
	advice.indirect = is_indirect(&advice);
	if (evaluate_not_judged(ev)) {
		advice_add(&advice, ADVICE_ENVELOPE, NULL);
		advise_dkim(&advice);
		advise_dmarc(&advice);
		return;
	}
	advise_spf(&advice);
	advise_dkim(&advice);
	if (advice.indirect)
		advice_add(&advice, ADVICE_INDIRECT, NULL);
	else
		advise_author(&advice);
	advise_dmarc(&advice);
}

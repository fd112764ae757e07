#include "filter/explain/advice.h"

#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "auth/spf/spf_eval.h"
#include "filter/explain/advice_parts.h"
#include "filter/explain/fix.h"
#include "filter/provider/provider.h"
#include "filter/text/words.h"
#include "mime/buf.h"

enum { RECORDS_MAX = 20 };

const char *
advice_shown(const struct advice *advice, struct slice text)
{
	return findings_shown(advice->findings, text);
}

/* With a record of the same organization: is it only strictness that keeps them apart? */
bool
advice_related(struct slice a, struct slice b)
{
	return a.n > 0 && b.n > 0 && (domain_within(a, b) || domain_within(b, a));
}

/* The DMARC record without a tag; empty where it has no such tag. */
struct slice
advice_without_tag(const struct advice *advice, const char *tag)
{
	struct slice rest = advice->results->dmarc.record.text;
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
	return had ? buf_slice(&out) : SLICE("");
}

void
advice_records(const struct advice *advice, struct finding *finding, const char *prefix,
	struct slice domain, struct slice now, struct slice should)
{
	struct buf name;

	buf_init(&name, advice->arena, 1024);
	buf_addf(&name, "%s%s", prefix, advice_shown(advice, domain));
	buf_addc(&name, '\0');
	finding->name = name.over ? NULL : name.p;
	finding->now = now.n > 0 ? advice_shown(advice, now) : NULL;
	finding->should = should.n > 0 ? advice_shown(advice, should) : NULL;
}

const char *
advice_provider(struct slice domain, bool dkim)
{
	const struct provider *provider = provider_of(domain);

	if (provider == NULL)
		return NULL;
	return dkim ? provider->dkim : provider->mail_from;
}

/* The term that lets the client in. */
static const char *
client_term(const struct advice *advice)
{
	const struct ip *ip = &advice->ev->taken.envelope.client_ip;
	struct buf term;

	buf_init(&term, advice->arena, 128);
	buf_adds(&term, ip->family == 6 ? "ip6:" : "ip4:");
	buf_add(&term, ip_text(ip, advice->arena));
	buf_addc(&term, '\0');
	return term.p;
}

static const char *
client_text(const struct advice *advice)
{
	return advice_shown(advice, ip_text(&advice->ev->taken.envelope.client_ip, advice->arena));
}

/* By its fields or its rewritten sender (SRS): did a list or a forwarder send it on? */
static bool
was_sent_on(const struct advice *advice)
{
	const struct slice sender = advice->ev->taken.envelope.mail_from;
	const char *signs[POLICY_SIGNS];

	if (policy_field_signs(advice->ev->in.message, signs) > 0)
		return true;
	return slice_istarts(sender, SLICE("SRS0=")) || slice_istarts(sender, SLICE("SRS1="));
}

/* SPF passed for a domain that is not the author's. */
static void
spf_unaligned(const struct advice *advice)
{
	const struct spf_result *spf = &advice->results->spf;
	const char *domain = advice_shown(advice, spf->domain), *author = advice->author;
	const char *hint = advice_provider(spf->domain, false);
	struct finding *finding;
	struct buf name, should;

	if (advice->results->dmarc.record.aspf_strict &&
		advice_related(spf->domain, advice->ev->ids.author_domain)) {
		finding = advice_add(advice, ADVICE_SPF_STRICT, domain, author);
		advice_records(advice, finding, "_dmarc.", advice->results->dmarc.record_domain,
			advice->results->dmarc.record.text, advice_without_tag(advice, "aspf"));
		return;
	}
	if (spf->identity == SPF_ID_HELO)
		return; /* a bounce has no MAIL FROM to change */
	if (hint == NULL && was_sent_on(advice)) {
		advice_add(advice, ADVICE_SPF_LIST, domain, author);
		return;
	}
	if (hint != NULL)
		finding = advice_add(advice, ADVICE_SPF_MAIL_FROM_AT, domain, author);
	else
		finding = advice_add(advice, ADVICE_SPF_MAIL_FROM, domain, author);
	buf_init(&name, advice->arena, DOMAIN_MAX + 16);
	buf_addf(&name, "bounce.%s", author);
	buf_init(&should, advice->arena, 1024);
	buf_addf(&should, "v=spf1 include:%s ~all", domain);
	advice_records(advice, finding, "", buf_slice(&name), SLICE(""), buf_slice(&should));
}

/* The author's own record does not let the client in. */
static void
spf_not_listed(const struct advice *advice)
{
	const struct spf_result *spf = &advice->results->spf;
	struct finding *finding;

	if (advice->results->dmarc.dkim_pass) {
		advice_add(advice, ADVICE_SPF_FORWARDER, client_text(advice),
			advice_shown(advice, spf->domain));
		return;
	}
	if (advice->ev->verdict.sign != NULL && !advice->ev->verdict.only_refused)
		finding = advice_add(advice, ADVICE_SPF_ADD_UNLESS, client_text(advice),
			advice_shown(advice, spf->domain));
	else
		finding = advice_add(advice, ADVICE_SPF_ADD, client_text(advice),
			advice_shown(advice, spf->domain));
	advice_records(advice, finding, "", spf->domain, spf->record,
		fix_spf_add(spf->record, client_term(advice), advice->arena));
}

/* Several records: what they are is asked again, of the answers that are there. */
static void
spf_several(const struct advice *advice)
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
		advice_records(advice, finding, "", spf->domain, records[0],
			fix_spf_join(records, n, advice->arena));
}

static void
spf_broken(const struct advice *advice)
{
	const struct spf_result *spf = &advice->results->spf;
	const char *domain = advice_shown(advice, spf->domain), *reason;
	struct slice fixed = SLICE("");
	struct finding *finding;

	if (spf->reason.id == SPF_R_SEVERAL && spf->term.n == 0) {
		spf_several(advice);
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
	/* an include that leads nowhere, in the domain's own record */
	if (spf->reason.id == SPF_R_INCLUDE && spf->term.p >= spf->record.p &&
		spf->term.p < spf->record.p + spf->record.n)
		fixed = fix_spf_replace(spf->record, spf->term, NULL, advice->arena);
	advice_records(advice, finding, "", spf->domain, spf->record, fixed);
}

static void
advise_spf(const struct advice *advice)
{
	const struct spf_result *spf = &advice->results->spf;
	struct finding *finding;

	if (spf->domain.n == 0 || (spf->code == AUTH_PASS && advice->spf_aligned))
		return;
	if (!advice->spf_aligned && advice->indirect)
		return;
	if (spf->code == AUTH_PASS) {
		spf_unaligned(advice);
		return;
	}
	if (spf->code == AUTH_TEMPERROR) {
		advice_add(advice, ADVICE_SPF_DNS, advice_shown(advice, spf->domain));
		return;
	}
	if (!advice->spf_aligned) {
		advice_add(advice, ADVICE_SPF_FOREIGN, advice_shown(advice, spf->domain),
			advice->author);
		return;
	}
	if (spf->code == AUTH_PERMERROR) {
		spf_broken(advice);
	} else if (spf->code == AUTH_NONE) {
		if (advice->ev->taken.envelope.client_ip.family == 0)
			return;
		finding = advice_add(advice, ADVICE_SPF_PUBLISH, advice_shown(advice, spf->domain));
		advice_records(advice, finding, "", spf->domain, SLICE(""),
			fix_spf_add(SLICE(""), client_term(advice), advice->arena));
	} else {
		spf_not_listed(advice);
	}
}

static void
advise_dmarc(const struct advice *advice)
{
	const struct dmarc_result *dmarc = &advice->results->dmarc;
	struct slice domain = dmarc->has_record ? dmarc->record_domain : dmarc->from_domain;
	struct finding *finding;
	struct buf should;

	buf_init(&should, advice->arena, 1024);
	buf_addf(&should, "v=DMARC1; p=none; rua=mailto:postmaster@%s",
		advice_shown(advice, domain));
	if (dmarc->code == AUTH_NONE) {
		finding = advice_add(advice, ADVICE_DMARC_PUBLISH, advice->author);
		advice_records(advice, finding, "_dmarc.", dmarc->from_domain, SLICE(""),
			buf_slice(&should));
	} else if (dmarc->unusable) {
		finding = advice_add(advice, ADVICE_DMARC_POLICY, advice_shown(advice, domain));
		advice_records(advice, finding, "_dmarc.", domain, dmarc->record.text,
			dmarc->record.rua_valid ? SLICE("") : buf_slice(&should));
	}
}

/* Does something speak for a list or forwarder on the way? Then who sent it last is no sender. */
static bool
is_indirect(const struct advice *advice)
{
	const struct auth_results *results = advice->results;

	if (advice->ev->verdict.sign != NULL && !advice->ev->verdict.only_refused)
		return true;
	for (size_t i = 0; i < results->dkim.n; i++)
		if (results->dkim.sigs[i].mismatch && results->dkim.sigs[i].aligned)
			return true;
	return false;
}

/* All that passes is of one other domain: does it perhaps write in its own name? */
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
			advice_related(d, advice->ev->ids.author_domain))
			continue;
		advice_add(advice, ADVICE_AUTHOR, advice_shown(advice, d), advice->author);
		return;
	}
}

void
advice_make(const struct evaluation *ev, const struct outcome *outcome, struct findings *findings)
{
	const struct auth_results *results = &ev->results;
	struct slice author = ev->ids.author_domain;
	struct advice advice = {.ev = ev,
		.outcome = outcome,
		.results = results,
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
	/* without a record alignment was never asked for */
	advice.spf_aligned =
		results->dmarc.spf_aligned ||
		(!results->dmarc.has_record && advice_related(results->spf.domain, author)) ||
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

#include "filter/rules/rules.h"

#include <stdio.h>

#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "filter/intake/received.h"
#include "filter/text/i18n.h"
#include "filter/verdict/names.h"

enum { RULES_MOST = 9 };

enum rules_state {
	RULES_MET,
	RULES_UNMET,
	RULES_UNKNOWN /* the message does not show it, or DNS did not answer */
};

struct rules_result {
	const char *id;   /* "spf", "dkim" ...: for programs */
	const char *text; /* the requirement, English (N_) */
	const char *code; /* the enhanced status codes of a refusal, or "" */
	enum rules_state state;
};

static const struct {
	const char *word, *page;
} providers[RULES_PROVIDERS] = {
	[RULES_GMAIL] = {"gmail", "https://support.google.com/a/answer/81126"},
	[RULES_YAHOO] = {"yahoo", "https://senders.yahooinc.com/best-practices/"},
	[RULES_OUTLOOK] = {"outlook",
		"https://support.microsoft.com/en-au/topic/"
		"fix-ndr-error-550-5-7-515-in-outlook-com-34cfe8f8-6fbf-457e-9e8b-9e4dbaf4e0ef"},
};

static enum rules_state
state(bool met)
{
	return met ? RULES_MET : RULES_UNMET;
}

static enum rules_state
check_spf(const struct evaluation *ev)
{
	const enum auth_code code = ev->results.spf.code;

	if (evaluate_not_judged(ev) || code == AUTH_TEMPERROR)
		return RULES_UNKNOWN;
	return state(code == AUTH_PASS);
}

static enum rules_state
check_dkim(const struct evaluation *ev)
{
	const struct dkim_result *dkim = &ev->results.dkim;
	bool unsure = false;

	for (size_t i = 0; i < dkim->n; i++) {
		if (dkim->sigs[i].code == AUTH_PASS)
			return RULES_MET;
		unsure |= dkim->sigs[i].code == AUTH_TEMPERROR;
	}
	return unsure ? RULES_UNKNOWN : RULES_UNMET;
}

static enum rules_state
check_record(const struct evaluation *ev)
{
	const struct dmarc_result *dmarc = &ev->results.dmarc;

	if (ev->ids.author_domain.n == 0 || (dmarc->code == AUTH_TEMPERROR && !dmarc->has_record))
		return RULES_UNKNOWN;
	return state(dmarc->has_record && !dmarc->unusable);
}

/* Is the domain, which passed, aligned? For an author domain without a DMARC record. */
static enum rules_state
related(const struct evaluation *ev, struct slice domain)
{
	const enum evaluate_related found = evaluate_related(ev, domain);

	if (found == EVALUATE_RELATED || found == EVALUATE_UNRELATED)
		return state(found == EVALUATE_RELATED);
	return RULES_UNKNOWN;
}

static enum rules_state
check_related(const struct evaluation *ev)
{
	const struct auth_results *results = &ev->results;
	enum rules_state best = RULES_UNMET, one;

	if (results->spf.code == AUTH_PASS)
		best = related(ev, results->spf.domain);
	for (size_t i = 0; i < results->dkim.n && best != RULES_MET; i++) {
		if (results->dkim.sigs[i].code != AUTH_PASS)
			continue;
		one = related(ev, results->dkim.sigs[i].sig.d);
		best = one != RULES_UNMET ? one : best;
	}
	return best;
}

static enum rules_state
check_aligned(const struct evaluation *ev)
{
	const struct auth_results *results = &ev->results;
	enum rules_state names = RULES_UNMET;

	if (!results->dmarc.has_record && results->dmarc.code != AUTH_TEMPERROR &&
		ev->ids.author_domain.n > 0)
		names = check_related(ev);
	if (names != RULES_UNMET)
		return names;
	if (results->dmarc.dkim_pass ||
		(results->spf.code == AUTH_PASS && results->dmarc.spf_aligned))
		return RULES_MET;
	return results->dmarc.code == AUTH_TEMPERROR || evaluate_not_judged(ev) ? RULES_UNKNOWN
										: RULES_UNMET;
}

/* Does the address have a name that resolves back to it? */
static enum rules_state
check_names(const struct evaluation *ev)
{
	const struct ip *ip = &ev->intake.envelope.client_ip;
	const struct dns_answer *names;

	if (ip->family == 0 || ip_is_private(ip) || ev->in.dns == NULL)
		return RULES_UNKNOWN;
	names = dns_get(ev->in.dns, ip_reverse_name(ip, ev->arena), DNS_PTR, 0);
	if (names->status == DNS_TEMP || names->status == DNS_BAD)
		return RULES_UNKNOWN;
	return state(names_of_client(ev->in.dns, ip, 0, ev->arena).n > 0);
}

static bool
has_text(struct slice in, struct slice what)
{
	for (size_t i = 0; i + what.n <= in.n; i++)
		if (slice_ieq(slice_head(slice_from(in, i), what.n), what))
			return true;
	return false;
}

/* RFC 3848 and RFC 6531 4.3: the protocols over TLS; SMTPS is Yahoo's word. */
static bool
is_tls_protocol(struct slice with)
{
	static const char *const words[] = {"ESMTPS", "ESMTPSA", "SMTPS", "LMTPS", "LMTPSA",
		"UTF8SMTPS", "UTF8SMTPSA", "UTF8LMTPS", "UTF8LMTPSA"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (slice_ieq(with, slice_str(words[i])))
			return true;
	return false;
}

static bool
is_one_of(struct slice word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (slice_ieq(word, slice_str(*words)))
			return true;
	return false;
}

/*
 * Do the clauses, from "by" on, contain TLS, or "CIPHER encrypted" as qmail writes it? The words
 * after "by", "id" and "for" are skipped: they are names, which may contain "TLS" by chance. So is
 * a word after "no".
 */
static bool
says_tls(struct slice clauses)
{
	static const char *const names[] = {"by", "id", "for", NULL}, *const no[] = {"no", NULL};
	struct slice before = SLICE("by");

	while (clauses.n > 0 && clauses.p[0] != ';') {
		struct slice word;
		size_t n = 0;

		while (n < clauses.n && !slice_is_blank(clauses.p[n]) &&
			strchr("();", clauses.p[n]) == NULL)
			n++;
		word = slice_head(clauses, n);
		if (n > 0 && !is_one_of(before, names) && !is_one_of(before, no) &&
			(has_text(word, SLICE("TLS")) ||
				(slice_ieq(word, SLICE("encrypted")) &&
					(slice_find(before, '-') < before.n ||
						slice_find(before, '_') < before.n))))
			return true;
		before = n > 0 ? word : before;
		/* a semicolon begins the date */
		clauses = slice_from(clauses, n < clauses.n && clauses.p[n] != ';' ? n + 1 : n);
	}
	return false;
}

/*
 * Does the border's Received field show TLS: by its protocol, or by anything else that the server
 * wrote?
 */
static enum rules_state
check_tls(const struct evaluation *ev)
{
	const struct envelope_source *source = &ev->intake.source;
	const size_t n = source->headers && source->border > 0 ? source->border - 1 : 0;
	const struct field *field = source->headers && source->border > 0
					    ? message_field(&ev->message, "Received", n)
					    : NULL;
	struct received received;
	struct slice value;

	if (field == NULL)
		return RULES_UNKNOWN;
	value = field_unfold(field, ev->arena);
	received_parse(value, &received);
	if (received.with.n == 0)
		return RULES_UNKNOWN;
	return state(is_tls_protocol(received.with) || says_tls(received.after_from));
}

static bool
is_signed(const struct evaluation *ev, struct slice name)
{
	const struct dkim_result *dkim = &ev->results.dkim;

	for (size_t i = 0; i < dkim->n; i++)
		for (size_t k = 0; dkim->sigs[i].code == AUTH_PASS && k < dkim->sigs[i].sig.nh; k++)
			if (slice_ieq(dkim->sigs[i].sig.h[k], name))
				return true;
	return false;
}

/* RFC 8058 3.1, 4: requires both fields, an https URI, and a signature that covers both. */
static enum rules_state
check_unsubscribe(const struct evaluation *ev)
{
	const struct field *list = message_field(&ev->message, "List-Unsubscribe", 0);
	const struct field *post = message_field(&ev->message, "List-Unsubscribe-Post", 0);

	if (list == NULL && post == NULL)
		return RULES_UNKNOWN; /* only promotional mail needs it */
	return state(list != NULL && post != NULL &&
		     has_text(field_unfold(list, ev->arena), SLICE("<https://")) &&
		     slice_ieq(slice_trim(field_unfold(post, ev->arena)),
			     SLICE("List-Unsubscribe=One-Click")) &&
		     is_signed(ev, SLICE("List-Unsubscribe")) &&
		     is_signed(ev, SLICE("List-Unsubscribe-Post")));
}

/* The author domain may be a mailbox provider's only if that provider sent the message. */
static enum rules_state
check_from(const struct evaluation *ev)
{
	static const char *const mailboxes[] = {"gmail.com", "googlemail.com", "yahoo.com",
		"yahoo.co.jp", "aol.com", "outlook.com", "hotmail.com", "live.com", "msn.com",
		"icloud.com", "me.com"};

	if (ev->ids.author_domain.n == 0)
		return RULES_UNKNOWN; /* no From field, or several */
	if (check_aligned(ev) == RULES_MET)
		return RULES_MET;
	for (size_t i = 0; i < sizeof mailboxes / sizeof mailboxes[0]; i++)
		if (slice_ieq(ev->ids.author_domain, slice_str(mailboxes[i])))
			return RULES_UNMET;
	return RULES_MET;
}

/* codes: each provider's status codes for the requirement; NULL: not required by it. */
static const struct {
	const char *id, *text;
	enum rules_state (*check)(const struct evaluation *evaluation);
	const char *codes[RULES_PROVIDERS];
} rules[RULES_MOST] = {
	{"spf", N_("SPF passes"), check_spf, {"4.7.27, 5.7.27, 5.7.26", "5.7.9", "5.7.515"}},
	{"dkim", N_("a DKIM signature passes"), check_dkim,
		{"4.7.30, 5.7.30, 5.7.26", "5.7.9", "5.7.515"}},
	{"dmarc-record", N_("the author domain has a DMARC record, at least p=none"), check_record,
		{"4.7.31, 4.7.40, 5.7.40", "5.7.9", "5.7.515"}},
	{"alignment", N_("SPF or DKIM passes for the domain of From (alignment)"), check_aligned,
		{"4.7.32, 5.7.32", "5.7.9", "5.7.515"}},
	{"ptr", N_("the sending address has a name that leads back to it (PTR)"), check_names,
		{"4.7.23, 5.7.25", "", NULL}},
	{"tls", N_("it was sent over TLS"), check_tls, {"4.7.29, 5.7.29", NULL, NULL}},
	{"unsubscribe", N_("promotional mail: unsubscribing with one click, both fields signed"),
		check_unsubscribe, {"", "", NULL}},
	{"from", N_("From is not an address of a mailbox provider, sent by somebody else"),
		check_from, {"5.7.26", "5.7.9", "5.7.515"}},
};

/*
 * Fills results with the rules of that provider; returns their number. May query DNS for the
 * client's names.
 */
static size_t
check_rules(const struct evaluation *ev, enum rules_of provider,
	struct rules_result results[RULES_MOST])
{
	size_t n = 0;

	for (size_t i = 0; i < RULES_MOST && rules[i].id != NULL; i++)
		if (rules[i].codes[provider] != NULL)
			results[n++] = (struct rules_result){rules[i].id, rules[i].text,
				rules[i].codes[provider], rules[i].check(ev)};
	return n;
}

const char *
rules_word(enum rules_of provider)
{
	return providers[provider].word;
}

const char *
rules_page(enum rules_of provider)
{
	return providers[provider].page;
}

bool
rules_read(const char *list, bool wanted[RULES_PROVIDERS], struct slice *word)
{
	struct slice rest = slice_str(list);
	size_t known;

	for (size_t i = 0; i < RULES_PROVIDERS; i++)
		wanted[i] = false;
	do {
		*word = slice_head(rest, slice_find(rest, ','));
		rest = slice_from(rest, word->n + 1);
		for (known = 0; known < RULES_PROVIDERS; known++)
			if (slice_eq(*word, slice_str(providers[known].word)))
				break;
		if (known == RULES_PROVIDERS)
			return false;
		wanted[known] = true;
	} while (rest.n > 0);
	return true;
}

/* Adds a requirement that is not met, with the values of the sentence for programs. */
static void
add_unmet(struct findings *findings, enum rules_of provider, const struct rules_result *result)
{
	static const char *const names[] = {"provider", "requirement", "codes", "page"};
	const char *const texts[] = {
		rules_word(provider), result->text, result->code, rules_page(provider)};
	const size_t n = sizeof names / sizeof *names;
	struct finding_value *values = arena_alloc(findings->arena, n * sizeof *values);
	struct finding *finding = findings_add(findings, FINDING_WARNING, "rules", result->id,
		"%s requires: %s. It refuses with %s; see %s", rules_word(provider), result->text,
		result->code[0] != '\0' ? result->code : "no code", rules_page(provider));

	for (size_t i = 0; i < n; i++)
		values[i] = (struct finding_value){names[i], texts[i]};
	finding->code = "provider_requires";
	finding->values = values;
	finding->nvalues = n;
}

void
rules_findings(const struct evaluation *ev, const char *list, struct findings *findings)
{
	bool wanted[RULES_PROVIDERS];
	struct slice word;

	if (!ev->evaluated || !rules_read(list, wanted, &word))
		return;
	for (int i = 0; i < RULES_PROVIDERS; i++) {
		const enum rules_of provider = (enum rules_of)i;
		struct rules_result results[RULES_MOST];
		const size_t n = wanted[i] ? check_rules(ev, provider, results) : 0;

		for (size_t k = 0; k < n; k++)
			if (results[k].state == RULES_UNMET)
				add_unmet(findings, provider, &results[k]);
	}
}

void
rules_print(const struct evaluation *ev, const char *list)
{
	static const char *const states[] = {
		[RULES_MET] = N_("yes"), [RULES_UNMET] = N_("NO"), [RULES_UNKNOWN] = N_("unknown")};
	bool wanted[RULES_PROVIDERS];
	struct slice word;

	if (!ev->evaluated || !rules_read(list, wanted, &word))
		return;
	for (int i = 0; i < RULES_PROVIDERS; i++) {
		const enum rules_of provider = (enum rules_of)i;
		struct rules_result results[RULES_MOST];
		const size_t n = wanted[i] ? check_rules(ev, provider, results) : 0;

		if (n > 0)
			printf(_("\nWhat %s requires of bulk senders (%s):\n"),
				rules_word(provider), rules_page(provider));
		for (size_t k = 0; k < n; k++) {
			fputs("  ", stdout);
			text_pad(translated(states[results[k].state]), 9, stdout);
			fputs(translated(results[k].text), stdout);
			if (results[k].state == RULES_UNMET && results[k].code[0] != '\0')
				printf(_("; refused with %s"), results[k].code);
			fputc('\n', stdout);
		}
	}
}

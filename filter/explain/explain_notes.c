#include "filter/explain/explain_notes.h"

#include <stdio.h>

#include "auth/base/domain.h"
#include "auth/dns/dns.h"
#include "filter/io/clock.h"
#include "filter/result/warnings.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "filter/text/reason_words.h"
#include "filter/verdict/proof.h"

enum { SHOWN_MAX = 1024, ADDRESSES = 4, DIGITS = 15, YEARS = 20 * 365 * DAY_SECONDS };

void
explain_notes(const struct evaluation *ev)
{
	const struct warning *list;
	size_t n;

	list = warnings_collect(ev, &n);
	if (n > 0)
		printf("\n%s\n", _("Ignored, because it does not change the result:"));
	for (size_t i = 0; i < n; i++) {
		const struct warning *w = &list[i];

		printf("  %s", printable(w->about, SHOWN_MAX, ev->arena));
		if (w->d.n > 0)
			printf(" (d=%s)", printable(w->d, SHOWN_MAX, ev->arena));
		printf(": %s\n", reason_words(&w->note->reason, ev->arena));
	}
}

static bool
has_macro_h(struct slice record)
{
	for (size_t i = 0; i + 3 <= record.n; i++)
		if (record.p[i] == '%' && record.p[i + 1] == '{' &&
			slice_lower(record.p[i + 2]) == 'h')
			return true;
	return false;
}

/* Is t= in milliseconds: close to the current time when divided by 1,000? */
static bool
is_millis(const struct dkim_sig *sig, int64_t now)
{
	const struct tag *tag = taglist_get(&sig->tags, "t");
	int64_t t = 0;

	for (size_t i = 0; tag != NULL && i < tag->value.n; i++) {
		const char c = tag->value.p[i];

		if (c < '0' || c > '9' || tag->value.n > DIGITS)
			return false;
		t = t * 10 + (c - '0');
	}
	return t / 1000 > now - YEARS && t / 1000 < now + YEARS;
}

/*
 * Prints a hint if the client connected by IPv6, its HELO name resolves to its address, and SPF
 * allows that host only by IPv4.
 */
static void
hint_ipv6(const struct evaluation *ev)
{
	const struct envelope *envelope = &ev->intake.envelope;
	const struct dns_answer *answer;
	struct slice name;

	if (envelope->client_ip.family != 6 || ev->results.spf.code == AUTH_PASS ||
		ev->results.spf.domain.n == 0 ||
		domain_normalize(envelope->helo, ev->arena, &name) != ST_OK ||
		!dns_has_address(ev->in.dns, name, &envelope->client_ip, 0))
		return;
	answer = dns_get(ev->in.dns, name, DNS_A, 0);
	for (size_t i = 0; answer->status == DNS_OK && i < answer->n && i < ADDRESSES; i++) {
		struct evaluation again = *ev;
		struct envelope other = *envelope;

		other.client_ip = answer->rr[i].ip;
		again.intake.envelope = other;
		again.in.envelope = &again.intake.envelope;
		if (!proof_allows(&again, ev->results.spf.domain))
			continue;
		printf(_("\n%s connected by IPv6 (%s); the SPF record of %s allows it only by "
			 "IPv4.\n"),
			printable(name, SHOWN_MAX, ev->arena),
			printable(ip_text(&envelope->client_ip, ev->arena), SHOWN_MAX, ev->arena),
			printable(ev->results.spf.domain, SHOWN_MAX, ev->arena));
		return;
	}
}

void
explain_hints(const struct evaluation *ev)
{
	const struct dkim_result *dkim = &ev->results.dkim;

	if (!ev->evaluated)
		return;
	if (ev->intake.envelope.helo.n == 0 && has_macro_h(ev->results.spf.record))
		printf(_("\nThe SPF record of %s uses the HELO name (%%{h}), which is not known "
			 "here: set it with --helo.\n"),
			printable(ev->results.spf.domain, SHOWN_MAX, ev->arena));
	for (size_t i = 0; i < dkim->n; i++)
		if (is_millis(&dkim->sigs[i].sig, ev->in.now))
			printf(_("\nThe signature of %s has t= in milliseconds: it must be seconds "
				 "since "
				 "1970.\n"),
				printable(dkim->sigs[i].sig.d, SHOWN_MAX, ev->arena));
	hint_ipv6(ev);
}

void
explain_sealer(const struct evaluation *ev)
{
	const struct arc_vouch *sealers = &ev->verdict.sealers;

	if (sealers->doubted > 0)
		printf(_("The trusted sealer %s (i=%u) does not vouch for it: %s.\n"),
			printable(sealers->doubted_sealer, SHOWN_MAX, ev->arena), sealers->doubted,
			reason_words(&sealers->doubt, ev->arena));
}

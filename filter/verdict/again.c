#include "filter/verdict/again.h"

#include "auth/dns/dns.h"
#include "filter/verdict/override.h"

static struct auth_input
input_of(const struct evaluation *ev, struct dns *dns, const struct envelope *envelope)
{
	struct auth_input in = ev->in;

	if (dns != NULL)
		in.dns = dns;
	if (envelope != NULL)
		in.envelope = envelope;
	in.until_ms = evaluate_until_ms(ev->options, in.dns);
	return in;
}

enum status
evaluate_again(const struct evaluation *ev, struct dns *dns, const struct envelope *envelope,
	struct auth_results *results)
{
	const struct auth_input in = input_of(ev, dns, envelope);

	*results = (struct auth_results){.spf = {.code = AUTH_NONE}};
	return auth_run(&in, results);
}

enum status
evaluate_over(const struct evaluation *ev, struct dns *dns, struct evaluation *again)
{
	enum status st;

	*again = *ev;
	again->in = input_of(ev, dns, NULL);
	again->own_psl = NULL;
	again->signer = NULL;
	again->below = NULL;
	again->borrowed = true;
	again->verdict = (struct verdict){.disposition = DISP_ACCEPT};
	again->results = (struct auth_results){.spf = {.code = AUTH_NONE}};
	st = auth_run(&again->in, &again->results);
	if (st != ST_OK)
		return st;
	policy_decide(ev->options, &again->in, &again->results, &again->verdict);
	override_decide(ev->options, &again->in, &again->results, &again->verdict);
	return ST_OK;
}

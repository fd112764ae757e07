/*
 * override.h: who may vouch for a message that fails DMARC (mailstamp(1), Policy): trusted sealers
 * by their ARC chain, and trusted forwarders.
 */
#ifndef FILTER_VERDICT_OVERRIDE_H
#define FILTER_VERDICT_OVERRIDE_H

#include "filter/verdict/policy.h"

/*
 * After policy_decide: makes an accept of a disposition that DMARC's fail earned, where somebody
 * trusted vouches, and tells it in verdict->override. A message that is ambiguous, and any result
 * but fail, is left as it is. May ask for the names of the client's address, and only then.
 */
void override_decide(const struct options *options, const struct auth_input *in,
	const struct auth_results *results, struct verdict *verdict);

#endif

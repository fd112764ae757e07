/*
 * override.h: who may vouch for a message that fails DMARC (mailstamp(1), Policy): trusted sealers
 * by their ARC chain, trusted forwarders, and signers or clients named by --accept-from.
 */
#ifndef FILTER_VERDICT_OVERRIDE_H
#define FILTER_VERDICT_OVERRIDE_H

#include "filter/verdict/policy.h"

/*
 * After policy_decide: if a trusted party vouches for a message that fails DMARC, changes its
 * disposition to accept and records that in verdict->override. Does nothing for an ambiguous
 * message, or if the result is not fail; otherwise it may query DNS for the names of the client's
 * address.
 */
void override_decide(const struct options *options, const struct auth_input *in,
	const struct auth_results *results, struct verdict *verdict);

#endif

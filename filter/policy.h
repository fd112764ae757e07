/*
 * policy.h: results → disposition. Pure: no DNS, no clock, no output (PROGRAM 5).
 */
#ifndef FILTER_POLICY_H
#define FILTER_POLICY_H

#include "auth/auth.h"
#include "filter/options.h"

struct verdict {
	enum disposition disposition;
	const char *reason; /* why, from a fixed table */
	const char *sign;   /* the sign of an indirect flow that kept it from reject, or NULL */
};

/* results NULL: the message was over the size limit and nothing was evaluated; then
 * only in->envelope is read. */
void policy_decide(const struct options *options, const struct auth_input *in,
	const struct auth_results *results, struct verdict *verdict);

/* "accept", "quarantine", "reject", "tempfail" */
const char *policy_word(enum disposition disposition);

#endif

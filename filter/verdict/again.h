/*
 * again.h: a second evaluation of a message, with other DNS or another envelope.
 */
#ifndef FILTER_VERDICT_AGAIN_H
#define FILTER_VERDICT_AGAIN_H

#include "filter/verdict/evaluate.h"

/*
 * Runs all mechanisms over the same message. dns NULL: the DNS of the evaluation; envelope NULL:
 * its envelope. The results are in the arena of the evaluation, which is not changed otherwise; dns
 * and envelope must outlive the results. ST_TEMP on an internal error.
 */
enum status evaluate_again(const struct evaluation *evaluation, struct dns *dns,
	const struct envelope *envelope, struct auth_results *results);

/* The same, and decides the verdict: *again is a copy of the evaluation that owns nothing. */
enum status evaluate_over(
	const struct evaluation *evaluation, struct dns *dns, struct evaluation *again);

#endif

/*
 * again.h: a second evaluation of a message, with other DNS or another envelope.
 */
#ifndef FILTER_VERDICT_AGAIN_H
#define FILTER_VERDICT_AGAIN_H

#include "filter/verdict/evaluate.h"

/*
 * All mechanisms over the same message: dns NULL: the evaluation's; envelope NULL: its envelope.
 * The results are in the arena of the evaluation, which is not changed; dns and envelope must
 * outlive their use. ST_TEMP if it fails.
 */
enum status evaluate_again(const struct evaluation *evaluation, struct dns *dns,
	const struct envelope *envelope, struct auth_results *results);

/* The same with its verdict: *again is a copy of the evaluation that owns nothing. */
enum status evaluate_over(
	const struct evaluation *evaluation, struct dns *dns, struct evaluation *again);

#endif

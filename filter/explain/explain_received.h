/* explain_received.h: compares our results with those of the receiver of a stored message. */
#ifndef FILTER_EXPLAIN_EXPLAIN_RECEIVED_H
#define FILTER_EXPLAIN_EXPLAIN_RECEIVED_H

#include "filter/receiver/agree.h"
#include "filter/verdict/evaluate.h"

/*
 * Compares our results with the receiver's, for --compare-received; the comparison is in the arena.
 */
const struct agreement *agree_with_received(const struct evaluation *evaluation);

/* Prints the comparison; for Gmail also the meaning of the lines in its "Show original". */
void explain_received(const struct evaluation *evaluation, const struct agreement *agreement);

#endif

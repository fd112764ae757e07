/* explain_received.h: what the receiver said of a stored message, beside our results. */
#ifndef FILTER_EXPLAIN_EXPLAIN_RECEIVED_H
#define FILTER_EXPLAIN_EXPLAIN_RECEIVED_H

#include "filter/receiver/agree.h"
#include "filter/verdict/evaluate.h"

/* --compare-received, of an evaluated message; in the arena. */
const struct agreement *agree_with_received(const struct evaluation *evaluation);

/* Prints it for a person, with what the lines of Gmail's "Show original" mean where it is Gmail. */
void explain_received(const struct evaluation *evaluation, const struct agreement *agreement);

#endif

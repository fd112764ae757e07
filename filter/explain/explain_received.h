/* explain_received.h: the results of the receiver of a stored message, compared with ours. */
#ifndef FILTER_EXPLAIN_EXPLAIN_RECEIVED_H
#define FILTER_EXPLAIN_EXPLAIN_RECEIVED_H

#include "filter/receiver/agree.h"
#include "filter/verdict/evaluate.h"

/* --compare-received, of an evaluated message; in the arena. */
const struct agreement *agree_with_received(const struct evaluation *evaluation);

/* Prints it for a person; for Gmail also what the lines of its "Show original" mean. */
void explain_received(const struct evaluation *evaluation, const struct agreement *agreement);

#endif

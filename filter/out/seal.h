/*
 * seal.h: an ARC set on top of the message that is passed on (mailstamp(1), "What is written").
 */
#ifndef FILTER_OUT_SEAL_H
#define FILTER_OUT_SEAL_H

#include "filter/verdict/evaluate.h"

/*
 * If sealing is configured: reads the key, after evaluate_open. EVALUATE_CONFIG with *error if it
 * is unusable, readable by others, or belongs to another user; EVALUATE_TEMP on an internal error.
 */
enum evaluate_status seal_open(struct evaluation *evaluation, struct error *error);

/*
 * results: the value of our Authentication-Results field, which the set repeats.
 *
 * If sealing is configured and the message was evaluated: sets evaluation->sealed. A message that
 * must not be sealed is not an error: sealed.reason says why. EVALUATE_TEMP as above.
 */
enum evaluate_status seal_make(
	struct evaluation *evaluation, struct slice results, struct error *error);

#endif

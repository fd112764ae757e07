/* seal.h: adds an ARC set to the message (mailstamp(1), "What is written"). */
#ifndef FILTER_OUT_SEAL_H
#define FILTER_OUT_SEAL_H

#include "filter/verdict/evaluate.h"

/*
 * If sealing is configured, reads the key; call it after evaluate_open. EVALUATE_CONFIG with *error
 * if the key is unusable, readable by others, or owned by another user; EVALUATE_TEMP on an
 * internal error.
 */
enum evaluate_status seal_open(struct evaluation *evaluation, struct error *error);

/*
 * results: the value of our Authentication-Results field, which the set repeats.
 *
 * If sealing is configured and the message was evaluated: sets evaluation->sealed. A message that
 * must not be sealed is not an error; sealed.reason gives the reason. EVALUATE_TEMP as above.
 */
enum evaluate_status seal_make(
	struct evaluation *evaluation, struct slice results, struct error *error);

#endif

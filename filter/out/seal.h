/*
 * seal.h: an ARC set on top of the message that is passed on (PROGRAM 3 a).
 */
#ifndef FILTER_OUT_SEAL_H
#define FILTER_OUT_SEAL_H

#include "filter/verdict/evaluate.h"

/*
 * Where sealing is asked for: reads the key, after evaluate_open. EVALUATE_CONFIG with one line in
 * *error where it is of no use, is others' to read, or belongs to another user; EVALUATE_TEMP where
 * our own work could not be done.
 */
enum evaluate_status seal_open(struct evaluation *evaluation, const char **error);

/*
 * results: the value of our Authentication-Results field, which the set repeats.
 *
 * Where sealing is asked for and the message was evaluated: sets evaluation->sealed. A message that
 * must not be sealed is no error: sealed.reason tells why. EVALUATE_TEMP as above.
 */
enum evaluate_status seal_make(
	struct evaluation *evaluation, struct slice results, const char **error);

#endif

/* explain_from.h: for a person, why a From field cannot be read, or what was ignored in it. */
#ifndef FILTER_EXPLAIN_EXPLAIN_FROM_H
#define FILTER_EXPLAIN_EXPLAIN_FROM_H

#include "auth/base/identities.h"

/*
 * Writes to stdout, in the language of words_choose: the value, escaped and cut around the place, a
 * mark under the place, and the cause. Nothing if the field was read by the grammar and the
 * message is not ambiguous about its author.
 */
void explain_from(const struct identities *ids, struct arena *arena);

#endif

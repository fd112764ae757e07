/* explain_identities.h: shows the identities of a message to a person. */
#ifndef FILTER_EXPLAIN_EXPLAIN_IDENTITIES_H
#define FILTER_EXPLAIN_EXPLAIN_IDENTITIES_H

#include "filter/verdict/evaluate.h"

/*
 * Prints the author domain, the client, HELO and MAIL FROM and, for stored mail, the lines that
 * they were taken from. If From cannot be read, or was read although it breaks the grammar, also
 * prints its value, escaped and cut around the octet at fault, a mark under that octet, and the
 * cause.
 */
void explain_identities(const struct evaluation *evaluation);

#endif

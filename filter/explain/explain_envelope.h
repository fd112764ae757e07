/*
 * explain_envelope.h: from which lines of stored mail the envelope was taken, for a person.
 */
#ifndef FILTER_EXPLAIN_EXPLAIN_ENVELOPE_H
#define FILTER_EXPLAIN_EXPLAIN_ENVELOPE_H

#include "filter/intake/envelope_values.h"

/* Each prints a line to stdout behind label blanks, or nothing where an option said it: "from
 * Received field 3; those above it are inside: mailbox loopback (Gmail)". */
void explain_client_source(const struct envelope_source *source, int label);
void explain_path_source(const struct envelope_source *source, int label);

#endif

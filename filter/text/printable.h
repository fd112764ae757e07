/* printable.h: text of a stranger, safe for a terminal or a log. */
#ifndef FILTER_TEXT_PRINTABLE_H
#define FILTER_TEXT_PRINTABLE_H

#include "mime/buf.h"

/* each octet as \xHH */
void printable_octets(struct slice octets, struct buf *out);

/*
 * Printable ASCII as it is, every other octet and the backslash as \xHH; cut with "..." where more
 * than max octets of text would be told. NUL-terminated, in the arena.
 */
const char *printable(struct slice text, size_t max, struct arena *arena);

/* Does this UTF-8 character act on a terminal or a page rather than show (C1, directions,
 * separators)? */
bool printable_acts(struct slice character);

#endif

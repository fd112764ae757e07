/* printable.h: untrusted text, made safe for a terminal or a log. */
#ifndef FILTER_TEXT_PRINTABLE_H
#define FILTER_TEXT_PRINTABLE_H

#include "mime/buf.h"

/* appends each octet as \xHH */
void printable_octets(struct slice octets, struct buf *out);

/*
 * Printable ASCII unchanged, every other octet and the backslash as \xHH; truncated with "..." if
 * text has more than max octets. NUL-terminated, in the arena.
 */
const char *printable(struct slice text, size_t max, struct arena *arena);

/* The same; "-" for an empty text. */
const char *printable_or_dash(struct slice text, size_t max, struct arena *arena);

/*
 * Visible UTF-8 unchanged, every other octet and the backslash as \xHH. NUL-terminated, in the
 * arena.
 */
const char *printable_utf8(struct slice text, struct arena *arena);

enum printable_kind {
	PRINTABLE_SHOWS, /* printable ASCII or a visible UTF-8 character */
	PRINTABLE_ACTS,  /* a control character, or one that affects a terminal or a page (direction
			    marks, separators) */
	PRINTABLE_BAD    /* one octet that is not UTF-8 */
};

/*
 * Removes the first character from *left, which must not be empty. *one is set to its octets; the
 * return value classifies it.
 */
enum printable_kind printable_next(struct slice *left, struct slice *one);

/* The same, but *one is U+FFFD in place of an octet that is not UTF-8. */
enum printable_kind printable_next_utf8(struct slice *left, struct slice *one);

#endif

/* charset.h: text in another character set, by the C library's iconv. */
#ifndef MIME_CHARSET_H
#define MIME_CHARSET_H

#include "mime/arena.h"

/*
 * text of the character set from, in the character set to, in the arena. False where one of them is
 * not known, text is not of it, or a character has no place in the other. UTF-8, US-ASCII and
 * ISO-8859-1 need no iconv.
 */
bool charset_convert(struct slice from, struct slice to, struct slice text, struct arena *arena,
	struct slice *out);

#endif

/*
 * address_map.h: an address field as a person may see it, as far as `@` and dots are concerned:
 * encoded words decoded, and every character that NFKC (UAX 15) maps to `@` or dots written as
 * these.
 */
#ifndef MIME_ADDRESS_MAP_H
#define MIME_ADDRESS_MAP_H

#include "mime/buf.h"

/* put between adjacent encoded words if they are not joined */
#define ADDRESS_SEAM '\x01'

/*
 * Appends value to out, decoded and mapped. Octets that are neither ASCII nor UTF-8 stay as they
 * are. If value is not UTF-8, a pair of octets that is a fullwidth `@` or dot in some East Asian
 * character set counts as one if a letter or digit follows. joined: adjacent encoded words are one
 * text, even if a character is split between them (RFC 2047 6.2). false if an encoded word cannot
 * be decoded with certainty: unknown charset or coding, malformed, `=?` that does not begin one,
 * encoded words within encoded words. Linear time.
 */
bool address_map(struct slice value, bool joined, struct buf *out);

/*
 * Is there neither an `@` nor a dotted name in value, however it is displayed? false if that is not
 * certain: control characters, or an encoded word that cannot be decoded.
 */
bool address_names_nobody(struct slice value, struct arena *arena);

#endif

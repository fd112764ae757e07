/* dmarc_uri.h: lists in a DMARC record, and one URI of a rua or ruf tag. */
#ifndef AUTH_DMARC_DMARC_URI_H
#define AUTH_DMARC_DMARC_URI_H

#include "mime/slice.h"

/*
 * Is it a URI (RFC 3986 3, any scheme) in which ',' and '!' are percent-encoded, possibly with the
 * obsolete "!size" after it (RFC 9989 4.8, RFC 7489 6.4)?
 */
bool dmarc_uri_valid(struct slice uri);

/* Removes SP and HTAB at both ends (RFC 9989 4.8). */
struct slice dmarc_trim(struct slice s);

/*
 * Removes the text up to the next separator from *rest, and returns it trimmed: a tag
 * of a record, or a URI of rua or ruf.
 */
struct slice dmarc_cut(struct slice *rest, char separator);

#endif

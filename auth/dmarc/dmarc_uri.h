/* dmarc_uri.h: one URI of a rua or ruf tag. */
#ifndef AUTH_DMARC_DMARC_URI_H
#define AUTH_DMARC_DMARC_URI_H

#include "mime/slice.h"

/*
 * Is it a URI (RFC 3986 3, any scheme) in which ',' and '!' are percent-encoded, possibly with the
 * obsolete "!size" after it (RFC 9989 4.8, RFC 7489 6.4)?
 */
bool dmarc_uri_valid(struct slice uri);

#endif

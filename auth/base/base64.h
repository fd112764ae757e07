/* base64.h: base64 of RFC 6376 2.10 (base64string: FWS allowed between any two characters). */
#ifndef AUTH_BASE_BASE64_H
#define AUTH_BASE_BASE64_H

#include "mime/arena.h"
#include "mime/status.h"

/*
 * text → bytes in the arena. ST_BAD for an invalid character, a wrong length or more than two pads
 * (any number up to two is accepted, RFC 6376 2.10); the empty text gives no bytes. Bits past the
 * last octet may be set (RFC 4648 3.5 allows either).
 */
enum status base64_decode(struct slice text, struct arena *arena, struct slice *bytes);

/* bytes → text without line breaks, in the arena. */
struct slice base64_encode(struct slice bytes, struct arena *arena);

/* The first octet that is neither a base64 digit, "=" nor white space, or NULL. */
const char *base64_outside(struct slice text);

#endif

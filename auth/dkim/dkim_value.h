/* dkim_value.h: decodes tag values of a signature, and finds an octet at fault. */
#ifndef AUTH_DKIM_DKIM_VALUE_H
#define AUTH_DKIM_DKIM_VALUE_H

#include "mime/arena.h"

/*
 * Decodes quoted-printable (RFC 6376 2.11) without its white space. Returns NULL, with the octets
 * in the arena, or a pointer to the first "=" that two hexadecimal digits do not follow.
 */
const char *dkim_decode_qp(struct slice text, struct arena *arena, struct slice *bytes);

/* Reads 1*DIGIT of at most max_digits; false for anything else. A number over max becomes max. */
bool dkim_digits(struct slice text, size_t max_digits, uint64_t max, uint64_t *value);

/* The first octet that is not a digit, or NULL. */
const char *dkim_outside_digits(struct slice text);

/* The first octet that hdr-name = field-name (RFC 5322 3.6.8) does not allow, or NULL. */
const char *dkim_outside_field_name(struct slice name);

#endif

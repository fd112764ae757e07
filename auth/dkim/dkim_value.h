/* dkim_value.h: values of the tags of a signature, and which octet of one is at fault. */
#ifndef AUTH_DKIM_DKIM_VALUE_H
#define AUTH_DKIM_DKIM_VALUE_H

#include "mime/arena.h"

/*
 * Quoted-printable (RFC 6376 2.11), white space left out. Returns NULL, with the octets in the
 * arena, or the "=" that is not followed by two digits.
 */
const char *dkim_decode_qp(struct slice text, struct arena *arena, struct slice *bytes);

/* 1*DIGIT up to max_digits; a larger number becomes max */
bool dkim_digits(struct slice text, size_t max_digits, uint64_t max, uint64_t *value);

/* The first octet that is not a digit, or NULL. */
const char *dkim_outside_digits(struct slice text);

/* The first octet that hdr-name = field-name (RFC 5322 3.6.8) does not allow, or NULL. */
const char *dkim_outside_field_name(struct slice name);

#endif

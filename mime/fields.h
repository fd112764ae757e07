/*
 * fields.h: the byte-exact header reader (RFC 5322 2.2, 3.6.8, 4.5.8).
 *
 * A field is the octets on the wire: nothing is unfolded, decoded or copied. LF and CRLF each end a
 * line; a bare CR is data. A line that begins with SP or HTAB continues the field before it. Any
 * other line without a colon is a field without a name (FIELD_JUNK): it does not end the header and
 * has no meaning.
 */
#ifndef MIME_FIELDS_H
#define MIME_FIELDS_H

#include "mime/slice.h"

enum field_flags {
	FIELD_JUNK = 1,    /* no colon, or no name before it, or a name with bytes outside 33-126 */
	FIELD_SPACED = 2,  /* white space between name and colon (`From :`, RFC 5322 4.5.8) */
	FIELD_OVERSIZE = 4 /* raw is longer than the limit; value is not to be parsed */
};

struct field {
	struct slice name;  /* without white space after it; empty for FIELD_JUNK */
	struct slice value; /* after the colon, folds included, without the last line end;
			       FIELD_JUNK: the whole field without the last line end */
	struct slice raw;   /* the whole field with its last line end, if it has one */
	unsigned flags;     /* enum field_flags */
};

/*
 * Cuts the next field off *rest, which must begin at the start of a line inside the header.
 * Returns false at the end of the header: if *rest is empty or begins with an empty line.
 * max_field: octets of raw above which FIELD_OVERSIZE is set. No allocation, linear time.
 */
bool fields_next(struct slice *rest, size_t max_field, struct field *field);

/* Is this a field of that name? ASCII case does not matter; a FIELD_JUNK field never is. */
bool field_is(const struct field *field, const char *name);

/*
 * The length of the line end at the start of s: 2 for CRLF, 1 for LF, 0 for neither.
 */
size_t line_end(struct slice s);

/* Cuts the next line off *rest, its line end included; false if *rest is empty. */
bool line_next(struct slice *rest, struct slice *line);

#endif

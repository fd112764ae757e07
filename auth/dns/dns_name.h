/*
 * dns_name.h: names in wire form (RFC 1035 3.1), which is unambiguous for labels with any bytes.
 *
 * As text, a name is its labels joined by dots, without a final dot; bytes are not escaped. A name
 * with a dot in a label has no text form and exists only in wire form.
 */
#ifndef AUTH_DNS_DNS_NAME_H
#define AUTH_DNS_DNS_NAME_H

#include "mime/buf.h"

enum { DNS_NAME_WIRE_MAX = 255, DNS_NAME_TEXT_MAX = 253, DNS_NAME_LABEL_MAX = 63 };

struct dns_name {
	size_t n; /* octets of wire, the root label included; 0 is not a name */
	unsigned char wire[DNS_NAME_WIRE_MAX]; /* lower case */
};

/*
 * text → wire; false if a label is empty or longer than 63 octets, or the whole is empty or longer
 * than 253. Escapes are not interpreted.
 */
bool dns_name_parse(struct slice text, struct dns_name *name);

/*
 * A name of a master file (RFC 1035 5.1) with its escapes: absolute with a dot at the end,
 * otherwise below origin; "@" is origin. False if it is not a name.
 */
bool dns_name_parse_master(
	struct slice token, const struct dns_name *origin, struct dns_name *name);

/*
 * wire → text, lower case; "" for the root. False if a label holds a dot.
 */
bool dns_name_text(const struct dns_name *name, struct arena *arena, struct slice *text);

/*
 * Reads a name at *at in a message, compressed or not (RFC 1035 4.1.4), and moves *at past it.
 * False if it extends beyond the message, is too long, or has a pointer that does not point
 * backwards.
 */
bool dns_name_read(struct slice message, size_t *at, struct dns_name *name);

bool dns_name_eq(const struct dns_name *a, const struct dns_name *b);

/* text as an absolute master-file name, escaped as RFC 1035 5.1 requires */
void dns_name_write(struct buf *out, struct slice text);

/* reads an escape, \DDD or \X (RFC 1035 5.1); *at is after the backslash */
bool dns_unescape(struct slice *at, unsigned char *c);

/* appends c as \DDD */
void dns_escape(struct buf *out, unsigned char c);

#endif

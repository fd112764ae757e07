/*
 * received.h: what a Received field tells of the host that handed the message over.
 */
#ifndef FILTER_INTAKE_RECEIVED_H
#define FILTER_INTAKE_RECEIVED_H

#include "auth/base/ip.h"

struct received {
	bool has_from;     /* there is a from clause */
	struct ip ip;      /* of the client; family 0 where the field does not tell */
	struct slice helo; /* its HELO argument, or empty */
	struct slice by;   /* the by clause's host, brackets left on; or empty */
};

/*
 * value: the field's value, folds included. Reads what Postfix, Exim, Sendmail, qmail, Courier,
 * Microsoft, Google, Yahoo and CommuniGate write (RFC 5321 4.4 leaves the form open). The address
 * is taken from where the server writes it, and never from the HELO argument beside it. Everything
 * that cannot be read is left empty; nothing fails. Slices point into value.
 */
void received_parse(struct slice value, struct received *received);

#endif

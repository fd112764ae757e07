/* received.h: parses a Received field for the host that handed the message over. */
#ifndef FILTER_INTAKE_RECEIVED_H
#define FILTER_INTAKE_RECEIVED_H

#include "auth/base/ip.h"

struct received {
	bool has_from;     /* there is a from clause */
	struct ip ip;      /* the client's address; family 0 if the field has none */
	bool bare;         /* ip was in a comment, without brackets, as written by qmail */
	bool local_socket; /* a comment of the from clause names a socket: [unix socket], [local] */
	bool from_comments;      /* the from clause has comments */
	struct slice from;       /* the first word of the from clause */
	struct slice helo;       /* the HELO argument, or empty */
	struct slice by;         /* the host in the by clause, brackets included; or empty */
	struct slice by_comment; /* the comment after that host, or empty */
	struct slice with;       /* the first word of the with clause */
	struct slice with_next;  /* the word or the text of the comment after it */
	struct slice lead;       /* the comment before all clauses, or empty */
	struct slice after_from; /* everything after the from clause and the word that ends it,
				    including the date */
	bool whole;              /* every comment is closed, and nothing follows the date */
	bool ambiguous; /* there is a second by clause, or an unterminated comment after the first
			   one, which may then be part of the HELO argument */
};

/*
 * value: the field's value, folds included. RFC 5321 4.4 leaves the form open:
 * tests/filter/intake/test_received.c lists the servers whose formats are supported. The address is
 * taken only from where the server writes it, never from the HELO argument. Unreadable parts, and
 * the address in an ambiguous field, are empty; there are no errors. Slices point into value.
 */
void received_parse(struct slice value, struct received *received);

/*
 * Parses an address in the forms of a Received field: with `IPv6:` in front, or with a port after a
 * colon or (Exim 3) a dot.
 */
bool received_address(struct slice word, struct ip *ip);

#endif

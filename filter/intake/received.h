/*
 * received.h: what a Received field says about the host that handed the message over.
 */
#ifndef FILTER_INTAKE_RECEIVED_H
#define FILTER_INTAKE_RECEIVED_H

#include "auth/base/ip.h"

struct received {
	bool has_from;     /* there is a from clause */
	struct ip ip;      /* of the client; family 0 if the field does not have it */
	bool bare;         /* that address was in a comment, without brackets, as qmail writes it */
	bool local_socket; /* a comment of the from clause is a socket's: [unix socket], [local] */
	bool from_comments;      /* the from clause has comments */
	struct slice from;       /* its first word */
	struct slice helo;       /* the HELO argument, or empty */
	struct slice by;         /* the by clause's host, with brackets; or empty */
	struct slice by_comment; /* the comment after that host, or empty */
	struct slice with;       /* the first word of the with clause, and what follows it: */
	struct slice with_next;  /* a word, or a comment's text */
	struct slice lead;       /* the comment before all clauses, or empty */
	struct slice after_from; /* everything from the by clause on, including the date */
	bool whole;              /* every comment is closed, and nothing follows the date */
	bool ambiguous; /* a second by clause, or an unterminated comment after it: the first one
			   may be a part of the HELO argument */
};

/*
 * value: the field's value, folds included. RFC 5321 4.4 leaves the form open: tests/filter/intake/
 * test_received.c lists the servers whose format is read. The address is taken from where the
 * server writes it, never from the HELO argument next to it. Unreadable parts are left empty, and
 * so is the address of an ambiguous field; there are no errors. Slices point into value.
 */
void received_parse(struct slice value, struct received *received);

/*
 * An address in the forms of a Received field: with `IPv6:`, with a port after a colon or, as Exim
 * 3 writes it, after a dot.
 */
bool received_address(struct slice word, struct ip *ip);

#endif

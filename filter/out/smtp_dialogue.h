/*
 * smtp_dialogue.h: the steps of one SMTP transaction with the next hop (RFC 5321), each bounded by
 * wire.until_ms. A step that fails sets error.
 */
#ifndef FILTER_OUT_SMTP_DIALOGUE_H
#define FILTER_OUT_SMTP_DIALOGUE_H

#include "filter/out/delivery_error.h"
#include "filter/out/smtp_wire.h"
#include "mime/buf.h"

/* the extensions that the server announces */
struct smtp_offer {
	bool size, eight_bit, utf8, dsn, codes;
	struct slice most;     /* the argument of SIZE, or empty */
	struct slice xforward; /* the names of the XFORWARD attributes, separated by spaces */
};

struct smtp_dialogue {
	struct arena *arena; /* set by the caller */
	struct smtp_wire wire;
	struct smtp_offer offer;
	struct error error;
};

/* an attribute of XFORWARD; an empty value is sent as [UNAVAILABLE] */
struct smtp_attribute {
	const char *name;
	struct slice value;
};

/* Sets error; always false. */
bool smtp_fail(struct smtp_dialogue *d, enum delivery_error why);

/* Connects and sends EHLO. End with smtp_end, even after an error. */
bool smtp_begin(struct smtp_dialogue *d, const char *next_hop, const char *our_name);

/*
 * Sends the attributes of the client that the server offers to take, for its log and Received
 * field, with one XFORWARD command each. An attribute that the server refuses with a 5xx reply is
 * left out, because it must not delay mail; false after a 4xx reply or without a reply.
 */
bool smtp_xforward(struct smtp_dialogue *d, const struct smtp_attribute *attributes, size_t n);

/*
 * Sends a command, given without line end; true if the first digit of the reply code is hundred.
 * name: for error. whole, unless NULL, gets the reply to be relayed to another client: all lines
 * with line ends, 421 and 521 changed to 451 and 550; empty without a reply.
 */
bool smtp_command(struct smtp_dialogue *d, struct slice line, const char *name, int hundred,
	struct buf *whole);

/*
 * Sends size octets of the file fd, from its current offset, after DATA; the final dot is sent with
 * smtp_command. LF and CRLF are written as CRLF, and a bare CR as a space, like Postfix's
 * cleanup(8), so that nothing but the final CRLF.CRLF looks like the end of the data.
 */
bool smtp_text(struct smtp_dialogue *d, int fd, int64_t size);

/* Sends QUIT if possible, and closes the connection. A second call does nothing. */
void smtp_end(struct smtp_dialogue *d);

#endif

/*
 * smtp_dialogue.h: the steps of one SMTP transaction with the next hop (RFC 5321), each bounded by
 * wire.until_ms. A step that fails sets error.
 */
#ifndef FILTER_OUT_SMTP_DIALOGUE_H
#define FILTER_OUT_SMTP_DIALOGUE_H

#include "filter/out/delivery_error.h"
#include "filter/out/smtp_wire.h"
#include "mime/buf.h"

/* the extensions in the server's EHLO */
struct smtp_offer {
	bool size, eight_bit, utf8, dsn, codes;
	struct slice most;     /* the argument of SIZE, or empty */
	struct slice xforward; /* the attributes' names, separated by spaces */
};

struct smtp_dialogue {
	struct arena *arena; /* set by the caller */
	struct smtp_wire wire;
	struct smtp_offer offer;
	struct error error;
};

/* of the command XFORWARD: an empty value is [UNAVAILABLE] */
struct smtp_attribute {
	const char *name;
	struct slice value;
};

/* Sets error; always false. */
bool smtp_fail(struct smtp_dialogue *d, enum delivery_error why);

/* Connects and sends EHLO. End with smtp_end, even after an error. */
bool smtp_begin(struct smtp_dialogue *d, const char *next_hop, const char *our_name);

/*
 * Sends XFORWARD with the client, for the server's log and Received, in as many commands as needed.
 * An attribute that the server refuses is left out: mail must not wait for it.
 */
bool smtp_xforward(struct smtp_dialogue *d, const struct smtp_attribute *attributes, size_t n);

/*
 * Sends a command, given without its line end; true if the reply is of that class (hundred). name
 * is for error. whole, if it is not NULL, gets the reply to be relayed to another client: all lines
 * with their ends, 421 and 521 as 451 and 550; empty without a reply.
 */
bool smtp_command(struct smtp_dialogue *d, struct slice line, const char *name, int hundred,
	struct buf *whole);

/*
 * After DATA: size octets from the file fd, from its offset on, up to the final dot, which is a
 * smtp_command. LF and CRLF end a line and are written as CRLF; a bare CR is written as a space, as
 * Postfix's cleanup(8) does, so that CRLF.CRLF ends the data and nothing else looks like it.
 */
bool smtp_text(struct smtp_dialogue *d, int fd, int64_t size);

/* Sends QUIT if possible, and closes the connection. A second call does nothing. */
void smtp_end(struct smtp_dialogue *d);

#endif

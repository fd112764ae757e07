/*
 * command.h: parses the command lines of Postfix's smtpd(8), our SMTP client.
 *
 * Most of a line comes from smtpd's own client and is untrusted.
 */
#ifndef FILTER_PROXY_COMMAND_H
#define FILTER_PROXY_COMMAND_H

#include "auth/base/input.h"
#include "mime/arena.h"

enum proxy_verb {
	PROXY_EHLO,
	PROXY_XFORWARD,
	PROXY_MAIL,
	PROXY_RCPT,
	PROXY_DATA,
	PROXY_RSET,
	PROXY_NOOP,
	PROXY_QUIT,
	PROXY_OTHER,    /* any other command, which is not supported */
	PROXY_BAD_PATH, /* MAIL or RCPT with an ambiguous path */
	PROXY_BAD_LINE  /* a line that contains a NUL, CR or LF */
};

struct proxy_command {
	enum proxy_verb verb;
	struct slice line; /* the whole line */
	struct slice rest; /* the text after the verb, trimmed */
	struct slice path; /* of MAIL and RCPT, as written: with or without <> */
};

/* Parses a line, which is given without its line end. The slices of the result point into it. */
struct proxy_command proxy_command_read(struct slice line);

/* the client according to XFORWARD; unavailable attributes are empty */
struct proxy_client {
	struct slice name, address, port, helo, ident, protocol, source;
};

/*
 * Adds the attributes of one XFORWARD (Postfix, XFORWARD_README) to *client: NAME=value in xtext
 * (RFC 3461 4). Values are in the arena. False, and nothing is added, if an attribute is unknown or
 * malformed.
 */
bool proxy_xforward(struct slice rest, struct arena *arena, struct proxy_client *client);

/* The client's address; false if there is none. */
bool proxy_client_ip(const struct proxy_client *client, struct ip *ip);

#endif

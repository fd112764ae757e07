/*
 * command.h: the commands of an SMTP client that is Postfix's smtpd(8), read from one line.
 *
 * Most of a line is what smtpd's own client wrote, who may be anybody.
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
	PROXY_OTHER,    /* not ours to answer */
	PROXY_BAD_PATH, /* MAIL or RCPT whose path cannot be read in one way */
	PROXY_BAD_LINE  /* with a NUL, CR or LF in it */
};

struct proxy_command {
	enum proxy_verb verb;
	struct slice line; /* all of it */
	struct slice rest; /* what follows the verb, without blanks around it */
	struct slice path; /* of MAIL and RCPT, as written: with or without <> */
};

/* A line without its end. Slices point into it. */
struct proxy_command proxy_command_read(struct slice line);

/* what XFORWARD told; an attribute that is not available is empty */
struct proxy_client {
	struct slice name, address, port, helo, ident, protocol, source;
};

/*
 * The attributes of one XFORWARD (Postfix, XFORWARD_README): NAME=value of xtext (RFC 3461 4). They
 * are added to *client; values lie in the arena. false, with nothing added, where one is not known
 * or not of that form.
 */
bool proxy_xforward(struct slice rest, struct arena *arena, struct proxy_client *client);

/* The client's address; false where there is none. */
bool proxy_client_ip(const struct proxy_client *client, struct ip *ip);

#endif

/*
 * bounce.h: reads a bounce (RFC 3464 in a multipart/report): the status codes of mailbox providers
 * in it, and the returned header.
 */
#ifndef FILTER_RULES_BOUNCE_H
#define FILTER_RULES_BOUNCE_H

#include "filter/rules/rules.h"

enum { BOUNCE_CODES = 10, BOUNCE_OCTETS = 1024 * 1024 /* limits of the search */ };

struct bounce {
	struct {
		struct slice code; /* "5.7.26", as written */
		enum rules_of provider;
		const char *text; /* its meaning, English (N_) */
	} codes[BOUNCE_CODES];    /* each once, in the order of the table */
	size_t n;
	/* the content of a text/rfc822-headers or message/global-headers part, or empty */
	struct slice returned;
};

/* Reads the bounce; false if the message is not a delivery status report. */
bool bounce_find(const struct message *message, struct arena *arena, struct bounce *bounce);

/* Prints the codes and their meaning to stdout; nothing if there are none. */
void bounce_print(const struct bounce *bounce);

#endif

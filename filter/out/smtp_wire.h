/*
 * smtp_wire.h: a connection to an SMTP server: lines out, replies in, in bounded memory and with a
 * deadline.
 */
#ifndef FILTER_OUT_SMTP_WIRE_H
#define FILTER_OUT_SMTP_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "mime/arena.h"
#include "mime/slice.h"

enum {
	SMTP_LINE = 2048,    /* octets of a reply line that are read; RFC 5321 4.5.3.1.5 has 512 */
	SMTP_LINES = 128,    /* lines of a reply */
	SMTP_OUT = 64 * 1024 /* octets that are sent together */
};

struct smtp_wire {
	int fd;           /* -1: not connected */
	int64_t until_ms; /* by clock_ms(): reads and writes end by then */
	char in[SMTP_LINE];
	size_t in_n;
	char out[SMTP_OUT];
	size_t out_n;
	bool failed; /* a write failed, or the time-out has passed */
};

/* code 0: no reply (the connection is closed, the time-out has passed, or it is not SMTP) */
struct smtp_reply {
	int code;
	char text[SMTP_LINE]; /* the last line of the reply, after the code; NUL-terminated */
};

/* Is it `HOST:PORT`, `[ADDR]:PORT` or `unix:PATH` (absolute)? */
bool smtp_address_valid(const char *address);

/*
 * The same with addresses instead of a name, in the order in which they are tried, separated by
 * spaces; "" if there are none. Reads files and queries DNS, which the sandbox does not allow.
 */
const char *smtp_resolve(const char *address, struct arena *arena);

/*
 * Connects by wire->until_ms, to the first of several addresses where a server listens; false if
 * none does. End with smtp_close.
 */
bool smtp_connect(struct smtp_wire *wire, const char *address);

/* Adds octets unchanged; written when the buffer is full or by smtp_flush. */
void smtp_put(struct smtp_wire *wire, struct slice octets);

/* false if not everything could be written */
bool smtp_flush(struct smtp_wire *wire);

/*
 * Reads one reply. each, if it is not NULL, is called with the text of every line of it, including
 * NUL and control characters from the server.
 */
void smtp_read(struct smtp_wire *wire, struct smtp_reply *reply,
	void (*each)(void *arg, struct slice line), void *arg);

void smtp_close(struct smtp_wire *wire);

#endif

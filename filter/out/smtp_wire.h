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
	SMTP_LINE = 2048,    /* maximum octets of a reply line; RFC 5321 4.5.3.1.5 has 512 */
	SMTP_LINES = 128,    /* maximum lines of a reply */
	SMTP_OUT = 64 * 1024 /* size of the output buffer */
};

struct smtp_wire {
	int fd;           /* -1: not connected */
	int64_t until_ms; /* deadline for reads and writes, in terms of clock_ms() */
	char in[SMTP_LINE];
	size_t in_n;
	char out[SMTP_OUT];
	size_t out_n;
	bool failed; /* a write failed, or the time-out has passed */
};

/* code 0: no reply (connection closed, time-out, or not SMTP) */
struct smtp_reply {
	int code;
	char text[SMTP_LINE]; /* the last line of the reply, after the code; NUL-terminated */
};

/* Is the address `HOST:PORT`, `[ADDR]:PORT` or `unix:PATH` (absolute)? */
bool smtp_address_valid(const char *address);

/*
 * Replaces a host name by its addresses, in the order in which they are tried, separated by spaces;
 * "" if there are none. Reads files and queries DNS, so call it before the sandbox is entered.
 */
const char *smtp_resolve(const char *address, struct arena *arena);

/*
 * Connects to the first of the addresses where a server listens, before wire->until_ms; false if
 * there is none. Call smtp_close at the end.
 */
bool smtp_connect(struct smtp_wire *wire, const char *address);

/* Adds octets to the buffer, which is written when it is full or by smtp_flush. */
void smtp_put(struct smtp_wire *wire, struct slice octets);

/* false if not everything could be written */
bool smtp_flush(struct smtp_wire *wire);

/*
 * Reads one reply. each, unless NULL, is called with the text of every line, which may contain NUL
 * and control characters.
 */
void smtp_read(struct smtp_wire *wire, struct smtp_reply *reply,
	void (*each)(void *arg, struct slice line), void *arg);

void smtp_close(struct smtp_wire *wire);

#endif

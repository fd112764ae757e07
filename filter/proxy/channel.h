/* channel.h: stdin and stdout as the connection to an SMTP client; every wait is bounded. */
#ifndef FILTER_PROXY_CHANNEL_H
#define FILTER_PROXY_CHANNEL_H

#include "mime/slice.h"

enum {
	PROXY_IN = 64 * 1024,
	PROXY_SPARE_S = 10
}; /* SIGALRM ends the program if a wait exceeds its limit by PROXY_SPARE_S */

/* The caller sets read_ms and clears the rest. */
struct proxy_channel {
	int64_t read_ms; /* time limit of a read */
	bool gone;       /* the client has disconnected or cannot be written to */
	bool late;       /* gone because of a time-out */
	char in[PROXY_IN];
	size_t in_at, in_n; /* the octets of in that are not yet consumed: in_at to in_n - 1 */
};

/* Writes all octets, or sets gone. */
void proxy_channel_put(struct proxy_channel *channel, struct slice octets);

/* Reads more octets into in; false at the end, after a time-out, or when in is full. */
bool proxy_channel_fill(struct proxy_channel *channel);

/*
 * Reads the next line, without its line end; *line is valid until the next call. An overlong line,
 * or one that ends in a bare LF, keeps its LF, so that it is not taken for a command. False if no
 * line arrives.
 */
bool proxy_channel_line(struct proxy_channel *channel, struct slice *line);

/*
 * Is the client still waiting for our answer? smtpd sends nothing while it waits. Anything to read
 * is QUIT or the end of the connection: smtpd gave up and answered its own client, which will try
 * again.
 */
bool proxy_channel_is_quiet(const struct proxy_channel *channel);

#endif

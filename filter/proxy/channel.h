/*
 * channel.h: stdin and stdout as the connection of an SMTP client, every wait bounded.
 */
#ifndef FILTER_PROXY_CHANNEL_H
#define FILTER_PROXY_CHANNEL_H

#include "mime/slice.h"

enum {
	PROXY_IN = 64 * 1024,
	PROXY_SPARE_S = 10
}; /* SIGALRM ends a wait that exceeds its limit by this */

/* The caller sets read_ms and clears the rest. */
struct proxy_channel {
	int64_t read_ms; /* that a read may take */
	bool gone;       /* the other side has closed, or cannot be written to */
	bool late;       /* because of a time-out */
	char in[PROXY_IN];
	size_t in_at, in_n; /* read, but not yet taken */
};

/* Writes all of it, or sets gone. */
void proxy_channel_put(struct proxy_channel *channel, struct slice octets);

/* Reads more octets into in; false at the end, after a time-out, or when in is full. */
bool proxy_channel_fill(struct proxy_channel *channel);

/*
 * The next line without its line end, valid until the next call. A line that is too long, or ends
 * in a bare LF, keeps that LF, so that it is not a command. False if no line arrives.
 */
bool proxy_channel_line(struct proxy_channel *channel, struct slice *line);

/*
 * Is the client still waiting for our answer? smtpd sends nothing meanwhile. If there is something
 * to read, it is the end of the connection or QUIT: smtpd gave up waiting and answered its client,
 * which will try again.
 */
bool proxy_channel_is_quiet(const struct proxy_channel *channel);

#endif

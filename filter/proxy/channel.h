/*
 * channel.h: stdin and stdout as the connection of an SMTP client, every wait bounded.
 */
#ifndef FILTER_PROXY_CHANNEL_H
#define FILTER_PROXY_CHANNEL_H

#include "mime/slice.h"

enum {
	PROXY_IN = 64 * 1024,
	PROXY_SPARE_S = 10
}; /* what hangs so long beyond its time is ended by
      SIGALRM */

/* The caller sets read_ms and clears the rest. */
struct proxy_channel {
	int64_t read_ms; /* that a read may take */
	bool gone;       /* the other side has closed, or cannot be written to */
	bool late;       /* and the reason is that the time was over */
	char in[PROXY_IN];
	size_t in_at, in_n; /* what was read and nobody has taken */
};

/* Writes all of it, or sets gone. */
void proxy_channel_put(struct proxy_channel *channel, struct slice octets);

/* More octets into in; false where none come, or there is no room. */
bool proxy_channel_fill(struct proxy_channel *channel);

/*
 * The next line without its end, which stays until the next call. One that is too long, or ends in
 * a bare LF, keeps that LF, so that it is no command. false where none comes.
 */
bool proxy_channel_line(struct proxy_channel *channel, struct slice *line);

/*
 * Does the client wait for our answer? smtpd says nothing meanwhile: what can be read is its end,
 * or QUIT of one that waits no more (it has answered for us, and its client will try again).
 */
bool proxy_channel_is_quiet(const struct proxy_channel *channel);

#endif

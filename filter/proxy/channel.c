#include "filter/proxy/channel.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "filter/io/clock.h"

enum { LINE_MAX_OCTETS = 8192, WRITE_MS = 60 * 1000 };

/* Waits until stdin or stdout is ready; false after a time-out. */
static bool
wait_for(int fd, short events, int64_t ms)
{
	const int64_t until_ms = clock_ms() + ms;
	struct pollfd wanted = {.fd = fd, .events = events};

	(void)alarm((unsigned)(ms / 1000 + PROXY_SPARE_S));
	for (;;) {
		int64_t left = until_ms - clock_ms();
		int n;

		if (left <= 0)
			return false;
		n = poll(&wanted, 1, (int)left);
		if (n > 0 || (n < 0 && errno != EINTR))
			return true; /* the read or write reports the error */
	}
}

void
proxy_channel_put(struct proxy_channel *channel, struct slice octets)
{
	while (octets.n > 0 && !channel->gone) {
		ssize_t n;

		if (!wait_for(STDOUT_FILENO, POLLOUT, WRITE_MS)) {
			channel->gone = true;
			return;
		}
		n = write(STDOUT_FILENO, octets.p, octets.n);
		if (n > 0)
			octets = slice_from(octets, (size_t)n);
		else if (n == 0 || (errno != EINTR && errno != EAGAIN))
			channel->gone = true;
	}
}

bool
proxy_channel_fill(struct proxy_channel *channel)
{
	ssize_t n;

	if (channel->in_at > 0) {
		memmove(channel->in, channel->in + channel->in_at, channel->in_n - channel->in_at);
		channel->in_n -= channel->in_at;
		channel->in_at = 0;
	}
	do {
		if (channel->gone)
			return false;
		if (!wait_for(STDIN_FILENO, POLLIN, channel->read_ms)) {
			channel->gone = channel->late = true;
			return false;
		}
		n = read(STDIN_FILENO, channel->in + channel->in_n,
			sizeof channel->in - channel->in_n);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	if (n <= 0)
		channel->gone = true;
	else
		channel->in_n += (size_t)n;
	return !channel->gone;
}

bool
proxy_channel_line(struct proxy_channel *channel, struct slice *line)
{
	bool cut = false;

	for (;;) {
		struct slice rest =
			slice_make(channel->in + channel->in_at, channel->in_n - channel->in_at);
		size_t n = slice_find(rest, '\n');

		if (n < rest.n) {
			channel->in_at += n + 1;
			*line = slice_head(rest, n + 1);
			if (!cut && n > 0 && n < LINE_MAX_OCTETS && rest.p[n - 1] == '\r')
				line->n -= 2;
			return true;
		}
		if (rest.n > LINE_MAX_OCTETS) {
			/*
			 * skips the part of an overlong line that is in the buffer, but keeps
			 * looking for its end
			 */
			channel->in_at = channel->in_n;
			cut = true;
		}
		if (!proxy_channel_fill(channel))
			return false;
	}
}

bool
proxy_channel_is_quiet(const struct proxy_channel *channel)
{
	struct pollfd client = {.fd = STDIN_FILENO, .events = POLLIN};

	return !channel->gone && channel->in_at == channel->in_n && poll(&client, 1, 0) == 0;
}

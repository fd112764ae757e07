#include "filter/out/output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PIECES = 64, REST_SIZE = 256 * 1024 };

/* Writes gathered here go out together; slices must live until then. */
struct gather {
	int fd;
	int n;
	struct iovec piece[PIECES];
};

static void
wait_writable(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};

	(void)poll(&ready, 1, -1);
}

static bool
flush(struct gather *g)
{
	int first = 0;

	while (first < g->n) {
		ssize_t put = writev(g->fd, g->piece + first, g->n - first);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			wait_writable(g->fd);
			continue;
		}
		if (put < 0)
			return false;
		for (size_t left = (size_t)put; first < g->n; first++) {
			struct iovec *piece = &g->piece[first];

			if (left < piece->iov_len) {
				piece->iov_base = (char *)piece->iov_base + left;
				piece->iov_len -= left;
				break;
			}
			left -= piece->iov_len;
		}
	}
	g->n = 0;
	return true;
}

/* writev takes at most SSIZE_MAX octets at once; we stay far below it */
static bool
add(struct gather *g, struct slice s)
{
	const size_t most = 1u << 30;

	while (s.n > 0) {
		size_t n = s.n < most ? s.n : most;

		if (g->n == PIECES && !flush(g))
			return false;
		/* iovec serves reading, too, and has no const; writev changes nothing */
		g->piece[g->n++] = (struct iovec){.iov_base = (void *)(uintptr_t)s.p, .iov_len = n};
		if (n == most && !flush(g))
			return false;
		s = slice_from(s, n);
	}
	return true;
}

bool
output_bytes(int fd, struct slice s)
{
	struct gather g = {.fd = fd};

	return add(&g, s) && flush(&g);
}

/* The header without what scrub drops, in as few ranges as there are. */
static bool
add_header(struct output *output, struct gather *g)
{
	struct slice rest = output->message->header;
	const char *from = rest.p;
	struct field field;

	output->dropped = 0;
	while (fields_next(&rest, output->max_field, &field)) {
		if (!scrub_drops(output->scrub, &field))
			continue;
		output->dropped++;
		if (!add(g, slice_make(from, (size_t)(field.raw.p - from))))
			return false;
		from = field.raw.p + field.raw.n;
	}
	/* and everything behind the header, which is one range with its end */
	return add(g, slice_from(output->message->raw, (size_t)(from - output->message->raw.p)));
}

static bool
copy_rest(struct input *input, int fd)
{
	char *buffer = malloc(REST_SIZE);
	long got = -1;

	while (buffer != NULL && (got = input_rest(input, buffer, REST_SIZE)) > 0) {
		if (!output_bytes(fd, slice_make(buffer, (size_t)got))) {
			got = -1;
			break;
		}
	}
	free(buffer);
	return got == 0;
}

enum status
output_message(struct output *output, int fd)
{
	const struct message *message = output->message;
	struct gather g = {.fd = fd};
	/* an mbox line without an end would swallow our first field */
	bool mbox =
		message->mbox_from.n > 0 && message->mbox_from.p[message->mbox_from.n - 1] == '\n';

	if (output->rest != NULL && (message->flags & MESSAGE_NO_BLANK_LINE) != 0)
		return ST_BAD;
	if (mbox && !add(&g, message->mbox_from))
		return ST_TEMP;
	if (!add(&g, output->block))
		return ST_TEMP;
	if (!mbox && !add(&g, message->mbox_from))
		return ST_TEMP;
	if (message->raw.n > 0 && !add_header(output, &g))
		return ST_TEMP;
	if (!flush(&g))
		return ST_TEMP;
	if (output->rest != NULL && !copy_rest(output->rest, fd))
		return ST_TEMP;
	return ST_OK;
}

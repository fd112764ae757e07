#include "filter/io/write.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

static void
wait_writable(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};

	(void)poll(&ready, 1, -1);
}

bool
write_flush(struct write_gather *g)
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

bool
write_add(struct write_gather *g, struct slice s)
{
	const size_t most = 1u << 30; /* writev takes at most SSIZE_MAX octets at once */

	while (s.n > 0) {
		size_t n = s.n < most ? s.n : most;

		if (g->n == WRITE_PIECES && !write_flush(g))
			return false;
		/* writev does not write through iov_base, but its type is not const */
		g->piece[g->n++] = (struct iovec){.iov_base = (void *)(uintptr_t)s.p, .iov_len = n};
		if (n == most && !write_flush(g))
			return false;
		s = slice_from(s, n);
	}
	return true;
}

bool
write_bytes(int fd, struct slice s)
{
	struct write_gather g = {.fd = fd};

	return write_add(&g, s) && write_flush(&g);
}

#include "filter/io/read.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIECE = 128 * 1024 };

/* Reads at the offset *at, or at the file's own if at is NULL. */
static ssize_t
read_all(int fd, char *to, size_t n, const uint64_t *at)
{
	size_t had = 0;

	while (had < n) {
		ssize_t got = at == NULL ? read(fd, to + had, n - had)
					 : pread(fd, to + had, n - had, (off_t)(*at + had));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		had += (size_t)got;
	}
	return (ssize_t)had;
}

ssize_t
read_once(int fd, char *to, size_t n)
{
	ssize_t got;

	do
		got = read(fd, to, n);
	while (got < 0 && errno == EINTR);
	return got;
}

ssize_t
read_bytes(int fd, char *to, size_t n)
{
	return read_all(fd, to, n, NULL);
}

ssize_t
read_at(int fd, char *to, size_t n, uint64_t at)
{
	return read_all(fd, to, n, &at);
}

bool
read_whole(read_piece_fn *piece, void *from, size_t max, char **bytes, size_t *n, enum fault *error)
{
	size_t room = 0;
	long got;

	*bytes = NULL;
	*n = 0;
	do {
		if (room - *n < PIECE) {
			char *more = realloc(*bytes, room = room * 2 + PIECE);

			if (more == NULL) {
				*error = FAULT_NO_MEMORY;
				return false;
			}
			*bytes = more;
		}
		got = piece(from, *bytes + *n, PIECE, error);
		*n += got > 0 ? (size_t)got : 0;
	} while (got > 0 && *n <= max);
	return got >= 0;
}

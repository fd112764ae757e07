/* write.h: all bytes to a descriptor, however many writes it takes. */
#ifndef FILTER_IO_WRITE_H
#define FILTER_IO_WRITE_H

#include <sys/uio.h>

#include "mime/slice.h"

enum { WRITE_PIECES = 64 };

/* Ranges that are written together; each must live until write_flush. Starts as {.fd = fd}. */
struct write_gather {
	int fd;
	int n;
	struct iovec piece[WRITE_PIECES];
};

/* Adds a range; writes when there is no room for more. False with errno. */
bool write_add(struct write_gather *g, struct slice s);

/* Writes what was added. False with errno if not all of it could be written. */
bool write_flush(struct write_gather *g);

/* All of s to fd; false with errno. A descriptor that would block is waited for. */
bool write_bytes(int fd, struct slice s);

#endif

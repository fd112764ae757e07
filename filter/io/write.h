/* write.h: writes all bytes to a descriptor, with as many calls as needed. */
#ifndef FILTER_IO_WRITE_H
#define FILTER_IO_WRITE_H

#include <sys/uio.h>

#include "mime/slice.h"

enum { WRITE_PIECES = 64 };

/*
 * Ranges that are written together; each must stay valid until write_flush. Initialize with {.fd =
 * fd}.
 */
struct write_gather {
	int fd;
	int n;
	struct iovec piece[WRITE_PIECES];
};

/* Adds a range; writes if there is no more room. False with errno. */
bool write_add(struct write_gather *g, struct slice s);

/* Writes the added ranges. False with errno if not everything could be written. */
bool write_flush(struct write_gather *g);

/* Writes all of s to fd, waiting if fd would block; false with errno. */
bool write_bytes(int fd, struct slice s);

#endif

#define _GNU_SOURCE /* MAP_POPULATE, memfd_create, mkostemp, O_TMPFILE */
#include "filter/io/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "filter/io/write.h"

enum { PIECE_SIZE = 64 * 1024 };

#ifndef MAP_POPULATE
#define MAP_POPULATE 0 /* without it (not Linux), there is a page fault for every few pages */
#endif

bool
spool_needs_name(int error)
{
	return error == EOPNOTSUPP || error == EISDIR || error == EINVAL;
}

static int
open_unlinked(const char *dir)
{
	char path[PATH_MAX];
	int n, fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);

	if (fd >= 0 || !spool_needs_name(errno))
		return fd;
	n = snprintf(path, sizeof path, "%s/mailstamp.XXXXXX", dir);
	if (n < 0 || (size_t)n >= sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0 && unlink(path) != 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

const char *
spool_folder(const char *dir)
{
	if (dir == NULL)
		dir = getenv("TMPDIR");
	return dir == NULL || dir[0] == '\0' ? "/var/tmp" : dir;
}

int
spool_open(const char *dir, size_t size)
{
	if (size <= SPOOL_MEMORY) {
		int fd = memfd_create("mailstamp", MFD_CLOEXEC);

		if (fd >= 0 || errno != ENOSYS)
			return fd;
	}
	return open_unlinked(spool_folder(dir));
}

static enum fault
copy(int spool, const struct spool_source *source, size_t max, size_t *size)
{
	char piece[PIECE_SIZE];

	while (*size < max) {
		enum fault fault = FAULT_NONE;
		size_t room = max - *size < sizeof piece ? max - *size : sizeof piece;
		ssize_t got = source->read(source->arg, piece, room, &fault);

		if (got < 0)
			return fault;
		if (got == 0)
			break;
		if (!write_bytes(spool, slice_make(piece, (size_t)got)))
			return FAULT_NO_SPOOL;
		*size += (size_t)got;
	}
	return FAULT_NONE;
}

enum fault
spool_fill_at(int spool, const struct spool_source *source, size_t max, struct slice *bytes)
{
	enum fault fault = FAULT_NO_SPOOL;
	size_t size = bytes->n;

	if (write_bytes(spool, *bytes))
		fault = copy(spool, source, max, &size);
	return fault == FAULT_NONE ? spool_map(spool, size, bytes) : fault;
}

enum fault
spool_fill(const char *dir, const struct spool_source *source, size_t max, struct slice *bytes)
{
	const int spool = spool_open(dir, max);
	enum fault fault;

	if (spool < 0)
		return FAULT_NO_SPOOL;
	fault = spool_fill_at(spool, source, max, bytes);
	close(spool);
	return fault;
}

enum fault
spool_map(int fd, size_t size, struct slice *bytes)
{
	void *mapped;

	if (size == 0) {
		*bytes = SLICE("");
		return FAULT_NONE;
	}
	mapped = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (mapped == MAP_FAILED)
		return FAULT_NOT_MAPPED;
	*bytes = slice_make(mapped, size);
	return FAULT_NONE;
}

void
spool_release(struct slice bytes)
{
	if (bytes.n > 0)
		(void)munmap((void *)(uintptr_t)bytes.p, bytes.n);
}

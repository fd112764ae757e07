#define _GNU_SOURCE /* memfd_create, mkostemp */
#include "filter/io/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int
open_unlinked(const char *dir)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/mailstamp.XXXXXX", dir);
	int fd;

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

int
spool_open(const char *dir, size_t size)
{
	if (size <= SPOOL_MEMORY) {
		int fd = memfd_create("mailstamp", MFD_CLOEXEC);

		if (fd >= 0 || errno != ENOSYS)
			return fd;
	}
	if (dir == NULL)
		dir = getenv("TMPDIR");
	if (dir == NULL || dir[0] == '\0')
		dir = "/var/tmp";
	return open_unlinked(dir);
}

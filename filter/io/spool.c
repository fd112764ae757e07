#define _GNU_SOURCE /* memfd_create, mkostemp, O_TMPFILE */
#include "filter/io/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

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

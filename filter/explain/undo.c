#define _XOPEN_SOURCE 700 /* O_NOFOLLOW, O_CLOEXEC */
#include "filter/explain/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "filter/io/write.h"

const struct diagnosis *
undo_find(const struct diagnosis *diagnoses, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (diagnoses[i].found && diagnoses[i].rebuilt.n > 0)
			return &diagnoses[i];
	return NULL;
}

enum fault
undo_write(const char *path, struct slice message)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600), error = 0;

	if (fd < 0)
		return errno == EEXIST ? FAULT_EXISTS : fault_of_path(errno);
	if (!write_bytes(fd, message) || fsync(fd) != 0)
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	if (error == 0)
		return FAULT_NONE;
	(void)unlink(path);
	return fault_of_write(error);
}

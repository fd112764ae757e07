#define _XOPEN_SOURCE 700 /* O_NOFOLLOW, O_CLOEXEC */
#include "filter/explain/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "filter/io/paths.h"
#include "filter/io/write.h"
#include "filter/text/words.h"

const struct diagnosis *
undo_find(const struct diagnosis *diagnoses, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (diagnoses[i].found && diagnoses[i].rebuilt.n > 0)
			return &diagnoses[i];
	return NULL;
}

enum status
undo_write(const char *path, struct slice message, const char **why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool good;

	if (fd < 0) {
		*why = errno == EEXIST ? N_("exists already") : path_error();
		return ST_TEMP;
	}
	good = write_bytes(fd, message) && fsync(fd) == 0;
	good = close(fd) == 0 && good;
	if (good)
		return ST_OK;
	*why = N_("cannot be written");
	(void)unlink(path);
	return ST_TEMP;
}

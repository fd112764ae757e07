#include "filter/io/wholefile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/io/read.h"

static enum status
read_octets(int fd, size_t size, struct arena *arena, struct slice *bytes, enum fault *why)
{
	char *p = arena_alloc(arena, size);
	ssize_t n = read_bytes(fd, p, size);

	if (n < 0) {
		*why = fault_of_path(errno);
		return ST_BAD;
	}
	*bytes = slice_make(p, (size_t)n);
	return ST_OK;
}

static enum status
read_checked(const char *path, size_t max, mode_t refused, bool own, struct arena *arena,
	struct slice *bytes, enum fault *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	enum status st = ST_BAD;
	struct stat info;

	if (fd < 0) {
		*why = fault_of_path(errno);
		return ST_BAD;
	}
	if (fstat(fd, &info) != 0)
		*why = fault_of_path(errno);
	else if (!S_ISREG(info.st_mode))
		*why = FAULT_NOT_REGULAR;
	else if (own && info.st_uid != geteuid() && info.st_uid != 0)
		*why = FAULT_OTHER_OWNER;
	else if ((info.st_mode & refused) != 0 ||
		 (own && (info.st_mode & S_IRGRP) != 0 && info.st_gid != getegid()))
		*why = FAULT_OTHERS_READ;
	else if (info.st_size < 0 || (unsigned long long)info.st_size > max)
		*why = FAULT_TOO_LARGE;
	else
		st = read_octets(fd, (size_t)info.st_size, arena, bytes, why);
	close(fd);
	return st;
}

enum status
wholefile_read(
	const char *path, size_t max, struct arena *arena, struct slice *bytes, enum fault *why)
{
	return read_checked(path, max, 0, false, arena, bytes, why);
}

enum status
wholefile_key(const char *path, size_t max, struct arena *arena, struct slice *key, enum fault *why)
{
	return read_checked(path, max, S_IWGRP | S_IXGRP | S_IRWXO, true, arena, key, why);
}

enum status
wholefile_secret(
	const char *path, size_t max, struct arena *arena, struct slice *secret, enum fault *why)
{
	enum status st = read_checked(path, max, S_IROTH | S_IWOTH, false, arena, secret, why);

	if (st != ST_OK)
		return st;
	while (secret->n > 0 &&
		(secret->p[secret->n - 1] == '\n' || secret->p[secret->n - 1] == '\r'))
		secret->n--;
	if (secret->n > 0)
		return ST_OK;
	*why = FAULT_NOTHING_IN_IT;
	return ST_BAD;
}

#define _XOPEN_SOURCE 700 /* realpath */
#include "filter/io/ownfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mime/buf.h"

enum { PATH_OCTETS = 8192, TRIES = 100 };

static enum status
too_long(enum fault *why)
{
	*why = FAULT_LONG_NAME;
	return ST_TEMP;
}

/* folder/.name.NUMBER.part */
static const char *
part_name(const char *target, unsigned long number, struct arena *arena)
{
	struct slice path = slice_str(target);
	size_t slash = slice_rfind(path, '/');
	size_t at = slash < path.n ? slash + 1 : 0;
	struct buf name;

	buf_init(&name, arena, PATH_OCTETS);
	buf_add(&name, slice_head(path, at));
	buf_addf(&name, ".%.200s.%lu.part", target + at, number);
	buf_addc(&name, '\0');
	return name.over ? NULL : name.p;
}

/* FAULT_NONE if the file is empty or begins like our files; any other file is kind->another. */
static enum fault
find_kind(const char *path, const struct ownfile_kind *kind)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char there[OWNFILE_FIRST];
	ssize_t n;

	if (fd < 0)
		return fault_of_lack(errno, kind->another);
	n = pread(fd, there, kind->first.n, 0);
	close(fd);
	return n == 0 || (n > 0 && slice_eq(slice_make(there, (size_t)n), kind->first))
		       ? FAULT_NONE
		       : kind->another;
}

/*
 * Checks the existing file, if there is one: a rename would destroy a device or a FIFO. *mode is
 * set to its mode.
 */
static enum status
find_target(struct ownfile *file, const char *path, const struct ownfile_kind *kind, mode_t *mode,
	struct arena *arena, enum fault *why)
{
	struct stat info;
	char *real;

	file->target = path;
	if (stat(path, &info) != 0) {
		*why = fault_of_path(errno);
		return errno == ENOENT ? ST_OK : ST_TEMP;
	}
	if (!S_ISREG(info.st_mode)) {
		*why = S_ISDIR(info.st_mode) ? FAULT_FOLDER : FAULT_NOT_REGULAR;
		return ST_TEMP;
	}
	*why = find_kind(path, kind);
	if (*why != FAULT_NONE)
		return ST_TEMP;
	*mode = info.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
	real = realpath(path, NULL);
	if (real == NULL) {
		*why = fault_of_path(errno);
		return ST_TEMP;
	}
	file->target = arena_cstr(arena, slice_str(real));
	free(real);
	return ST_OK;
}

/* Removes a temporary file that was created but cannot be used. */
static enum status
give_up(int fd, const char *part, enum fault error, enum fault *why)
{
	*why = error;
	(void)close(fd);
	(void)unlink(part);
	return ST_TEMP;
}

enum status
ownfile_open(struct ownfile *file, const char *path, const struct ownfile_kind *kind,
	struct arena *arena, enum fault *why)
{
	unsigned long number = (unsigned long)getpid();
	mode_t mode = 0;
	int fd = -1;

	*file = (struct ownfile){.out = NULL};
	if (find_target(file, path, kind, &mode, arena, why) != ST_OK)
		return ST_TEMP;
	for (int i = 0; fd < 0 && i < TRIES; i++, number += 100000) {
		file->part = part_name(file->target, number, arena);
		if (file->part == NULL)
			return too_long(why);
		fd = open(file->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0) {
		*why = errno == EROFS || errno == ENOSPC || errno == EDQUOT ? fault_of_write(errno)
									    : fault_of_path(errno);
		return ST_TEMP;
	}
	/* the new file must not be more accessible than the old one */
	if (mode != 0 && fchmod(fd, mode) != 0)
		return give_up(fd, file->part, fault_of_write(errno), why);
	file->out = fdopen(fd, "w");
	if (file->out == NULL)
		return give_up(fd, file->part, FAULT_NO_MEMORY, why);
	return ST_OK;
}

enum status
ownfile_keep(struct ownfile *file, enum fault *why)
{
	bool good = fflush(file->out) == 0 && ferror(file->out) == 0;

	good = good && fsync(fileno(file->out)) == 0;
	if (!good)
		*why = fault_of_write(errno);
	if (fclose(file->out) != 0 && good) {
		*why = fault_of_write(errno);
		good = false;
	}
	file->out = NULL;
	if (good && rename(file->part, file->target) != 0) {
		*why = fault_of_write(errno);
		good = false;
	}
	if (!good)
		(void)unlink(file->part);
	return good ? ST_OK : ST_TEMP;
}

void
ownfile_drop(struct ownfile *file)
{
	if (file->out != NULL)
		(void)fclose(file->out);
	file->out = NULL;
	(void)unlink(file->part);
}

enum status
ownfile_probe(
	const char *path, const struct ownfile_kind *kind, struct arena *arena, enum fault *why)
{
	struct ownfile file;

	if (ownfile_open(&file, path, kind, arena, why) != ST_OK)
		return ST_TEMP;
	ownfile_drop(&file);
	return ST_OK;
}

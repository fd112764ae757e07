#include "filter/io/unpack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "filter/io/read.h"
#include "filter/io/unpack_library.h"

enum { BLOCK = 128 * 1024, LEVELS = 2, NAME_OCTETS = 4096 };

/* An archive, or an archive inside it. */
struct level {
	struct archive *archive;
	struct archive_entry *entry; /* its current file; NULL: none */
	bool ended;                  /* the current file was read completely */
};

struct unpack {
	int fd;
	enum unpack_archives archives;
	bool started, packed, plain_end, broken; /* broken: no further file can be read */
	struct unpack_library lib;
	struct level levels[LEVELS];
	size_t depth;          /* number of open levels */
	enum fault file_fault; /* fault of the current file, or FAULT_NONE */
	const char *name;
	unsigned long long octets; /* octets read so far, at all levels */
	size_t files;
	double seconds;
	double size, done;      /* size of the file, and octets read from it */
	size_t head_at, head_n; /* octets in head that were read but not yet returned */
	char head[UNPACK_FIRST];
	size_t fed_n;            /* octets in block that must be consumed first */
	char block[BLOCK];       /* the input of the inner level */
	char passed_over[BLOCK]; /* buffer for discarded octets */
	char full[NAME_OCTETS];  /* full name of a file in an inner archive */
};

bool
unpack_is_packed(const char *bytes, size_t n)
{
	return unpack_is_compressed(bytes, n) || unpack_is_archive(bytes, n);
}

/* opening */

struct unpack *
unpack_open(int fd, enum unpack_archives archives)
{
	struct unpack *in = calloc(1, sizeof *in);
	struct stat info;

	if (in == NULL) {
		close(fd);
		return NULL;
	}
	in->fd = fd;
	in->archives = archives;
	if (fstat(fd, &info) == 0)
		in->size = (double)info.st_size;
	return in;
}

static enum fault
fault_of(const struct unpack *in, struct archive *archive)
{
	static const char *const cut[] = {"runcated", "EOF", "No progress is possible"};
	const char *text = in->lib.error_string(archive);

	if (in->lib.error_number(archive) == EIO || errno == EIO) /* it may only say "truncated" */
		return FAULT_UNREADABLE;
	if (errno == ENOMEM || in->lib.error_number(archive) == ENOMEM)
		return FAULT_NO_MEMORY;
	/* only the error text shows a truncated file; if nothing was read, there is no text */
	for (size_t i = 0; text != NULL && i < sizeof cut / sizeof *cut; i++)
		if (strstr(text, cut[i]) != NULL)
			return FAULT_CUT;
	return text == NULL ? FAULT_CUT : FAULT_DAMAGED;
}

/* Makes a reader for compressed files, and for in->archives; NULL if out of memory. */
static struct archive *
make_reader(const struct unpack *in)
{
	const struct unpack_library *lib = &in->lib;
	struct archive *archive = lib->create();

	if (archive == NULL)
		return NULL;
	(void)lib->gzip(archive);
	(void)lib->zstd(archive);
	(void)lib->xz(archive);
	(void)lib->bzip2(archive);
	(void)lib->raw(archive);
	(void)lib->empty(archive);
	if (in->archives != UNPACK_ONE) {
		(void)lib->zip(archive);
		(void)lib->tar(archive);
	}
	if (in->archives == UNPACK_ZIP_TAR_7Z)
		(void)lib->sevenzip(archive);
	errno = 0; /* fault_of() uses errno */
	return archive;
}

/* bounded work */

static double
work_seconds(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0)
		return 0;
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static enum fault
over_limit(const struct unpack *in)
{
	if (in->files > UNPACK_FILES)
		return FAULT_MANY_FILES;
	if (in->seconds > (double)UNPACK_SECONDS)
		return FAULT_SLOW;
	if (in->octets > UNPACK_OCTETS ||
		(in->octets > UNPACK_FREE && (double)in->octets > in->size * (double)UNPACK_RATIO))
		return FAULT_INFLATES;
	return FAULT_NONE;
}

/* Reads from the current file of the level; 0 at its end. */
static long
read_level(struct unpack *in, size_t n, char *buffer, size_t size, enum fault *error)
{
	struct level *level = &in->levels[n];
	const double began = work_seconds();
	la_ssize_t got;

	if (level->entry == NULL || level->ended)
		return 0;
	errno = 0;
	got = in->lib.data(level->archive, buffer, size);
	in->seconds += work_seconds() - began;
	in->done = (double)in->lib.filter_bytes(in->levels[0].archive, -1);
	if (got < 0) {
		*error = in->file_fault; /* the fault of the outer level */
		if (*error == FAULT_NONE)
			*error = in->lib.is_encrypted(level->entry) != 0
					 ? FAULT_ENCRYPTED
					 : fault_of(in, level->archive);
		level->ended = true;
		return -1;
	}
	level->ended = got == 0;
	in->octets += (unsigned long long)got;
	*error = over_limit(in);
	if (*error == FAULT_NONE)
		return (long)got;
	in->broken = level->ended = true;
	return -1;
}

/* Skips the rest of the file. It counts as read, because unpacking it is also work. */
static bool
drain(struct unpack *in, size_t n, enum fault *error)
{
	long got;

	do
		got = read_level(in, n, in->passed_over, sizeof in->passed_over, error);
	while (got > 0);
	return !in->broken;
}

/* Goes to the next file of the level: 1; 0 at the end; -1 on an error. */
static int
next_entry(struct unpack *in, size_t n, enum fault *error)
{
	struct level *level = &in->levels[n];
	const double began = work_seconds();
	int rc;

	errno = 0;
	do
		rc = in->lib.next_header(level->archive, &level->entry);
	while ((rc == ARCHIVE_OK || rc == ARCHIVE_WARN) &&
		in->lib.format(level->archive) != ARCHIVE_FORMAT_RAW &&
		in->lib.filetype(level->entry) != AE_IFREG && ++in->files <= UNPACK_FILES);
	in->seconds += work_seconds() - began;
	in->files++;
	level->ended = false;
	if (rc == ARCHIVE_OK || rc == ARCHIVE_WARN) {
		*error = over_limit(in);
		return *error == FAULT_NONE ? 1 : -1;
	}
	level->entry = NULL;
	if (rc == ARCHIVE_EOF)
		return 0;
	*error = fault_of(in, level->archive);
	return -1;
}

/* the inner level */

static la_ssize_t
feed(struct archive *archive, void *arg, const void **buffer)
{
	struct unpack *in = arg;
	enum fault error;
	long got;

	(void)archive;
	if (in->fed_n > 0) {
		got = (long)in->fed_n;
		in->fed_n = 0;
	} else {
		got = read_level(in, 0, in->block, sizeof in->block, &error);
		if (got < 0)
			in->file_fault = error;
	}
	*buffer = in->block;
	return got < 0 ? -1 : got;
}

static void
close_inner(struct unpack *in)
{
	if (in->depth < LEVELS)
		return;
	(void)in->lib.free(in->levels[1].archive);
	in->levels[1] = (struct level){.archive = NULL};
	in->depth = 1;
}

/* Opens an inner level for a file that is itself compressed, and goes to its first file. */
static void
enter(struct unpack *in)
{
	struct level *level = &in->levels[1];
	enum fault error = FAULT_NO_MEMORY;
	int got = -1;

	level->archive = make_reader(in);
	if (level->archive == NULL) {
		in->file_fault = error;
		return;
	}
	in->depth = LEVELS;
	memcpy(in->block, in->head, in->head_n); /* the octets that were already read come first */
	in->fed_n = in->head_n;
	if (in->lib.open(level->archive, in, NULL, feed, NULL) != ARCHIVE_OK)
		error = fault_of(in, level->archive);
	else
		got = next_entry(in, 1, &error);
	if (got <= 0 && in->file_fault == FAULT_NONE)
		in->file_fault = got == 0 ? FAULT_EMPTY : error;
}

/* files */

/* Reads the first octets of a file, which show whether it is compressed. */
static void
look(struct unpack *in, size_t n)
{
	enum fault error = FAULT_NONE;
	long got = 1;

	in->head_at = in->head_n = 0;
	while (got > 0 && in->head_n < sizeof in->head) {
		got = read_level(
			in, n, in->head + in->head_n, sizeof in->head - in->head_n, &error);
		in->head_n += got > 0 ? (size_t)got : 0;
	}
	if (got < 0)
		in->file_fault = error;
}

/* Does the file have a name? Data outside an archive has none. */
static bool
is_named(const struct unpack *in, size_t n)
{
	return in->lib.format(in->levels[n].archive) != ARCHIVE_FORMAT_RAW;
}

static const char *
level_name(const struct unpack *in, size_t n)
{
	const char *name;

	if (n >= in->depth || in->levels[n].entry == NULL || !is_named(in, n))
		return NULL;
	name = in->lib.pathname(in->levels[n].entry);
	return name != NULL ? name : "";
}

static void
set_name(struct unpack *in)
{
	const char *outer = level_name(in, 0), *inner = level_name(in, 1);

	in->name = inner != NULL ? inner : outer;
	if (inner == NULL || outer == NULL)
		return;
	(void)snprintf(in->full, sizeof in->full, "%s/%s", outer, inner);
	in->name = in->full;
}

/* Goes to the next file of the inner archive, which is closed at its end. */
static int
next_inner(struct unpack *in, enum fault *error)
{
	int got;

	if (in->depth < LEVELS)
		return 0;
	/* a compressed file contains only one file: do not decompress the rest of a bomb */
	if (in->levels[1].entry != NULL && !is_named(in, 1)) {
		close_inner(in);
		return 0;
	}
	if (!drain(in, 1, error))
		return -1;
	got = next_entry(in, 1, error);
	if (got < 0) {
		in->file_fault = in->file_fault != FAULT_NONE ? in->file_fault : *error;
		in->levels[1].ended = true;
	}
	if (got == 0)
		close_inner(in);
	return got == 0 ? 0 : 1;
}

static int
next_outer(struct unpack *in, enum fault *error)
{
	const char *name;
	int got;

	if (in->levels[0].entry != NULL && !is_named(in, 0))
		return 0;
	if (!drain(in, 0, error))
		return -1;
	got = next_entry(in, 0, error);
	if (got <= 0)
		return got;
	name = level_name(in, 0);
	if (name != NULL && name[0] == '\0') { /* a regular file has a name */
		*error = FAULT_DAMAGED;
		return -1;
	}
	look(in, 0);
	if (in->file_fault == FAULT_NONE && is_named(in, 0) && in->archives != UNPACK_ZIP_TAR &&
		unpack_is_packed(in->head, in->head_n))
		enter(in);
	return 1;
}

/* Goes to the next file. An unreadable one ends the inner archive, but not the outer one. */
static int
next_file(struct unpack *in, enum fault *error)
{
	int got = 0;

	if (in->file_fault != FAULT_NONE && in->file_fault != FAULT_NESTED)
		close_inner(in);
	in->file_fault = FAULT_NONE;
	in->head_n = in->head_at = 0;
	if (in->depth == LEVELS)
		got = next_inner(in, error);
	if (got == 0)
		got = next_outer(in, error);
	in->broken |= got <= 0;
	if (got <= 0)
		return got;
	if (in->depth == LEVELS && in->file_fault == FAULT_NONE)
		look(in, 1);
	set_name(in);
	/* no third level is read */
	if (in->depth == LEVELS && in->file_fault == FAULT_NONE &&
		unpack_is_packed(in->head, in->head_n))
		in->file_fault = FAULT_NESTED;
	return 1;
}

static enum fault
start_unpacker(struct unpack *in)
{
	char first[UNPACK_FIRST];
	ssize_t n;

	in->started = true;
	do
		n = pread(in->fd, first, sizeof first, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0) /* a pipe comes from another process of this program and is never compressed */
		return errno == ESPIPE ? FAULT_NONE : fault_of_lack(errno, FAULT_UNREADABLE);
	in->packed = unpack_is_compressed(first, (size_t)n) ||
		     (in->archives != UNPACK_ONE && unpack_is_archive(first, (size_t)n));
	if (!in->packed)
		return FAULT_NONE;
	if (!unpack_library_load(&in->lib))
		return FAULT_NO_ARCHIVE;
	in->levels[0].archive = make_reader(in);
	if (in->levels[0].archive == NULL)
		return FAULT_NO_MEMORY;
	in->depth = 1;
	if (in->lib.open_fd(in->levels[0].archive, in->fd, BLOCK) != ARCHIVE_OK)
		return fault_of(in, in->levels[0].archive);
	return FAULT_NONE;
}

int
unpack_next(struct unpack *in, enum fault *error)
{
	const bool first = !in->started;

	if (in->broken)
		return 0;
	if (first)
		*error = start_unpacker(in);
	if (first && *error != FAULT_NONE) {
		in->broken = true;
		return -1;
	}
	if (!in->packed)
		return first ? 1 : 0;
	return next_file(in, error);
}

const char *
unpack_name(const struct unpack *in)
{
	return in->name;
}

static long
read_plain(struct unpack *in, char *buffer, size_t size, enum fault *error)
{
	ssize_t got = 0;

	if (!in->plain_end)
		got = read_once(in->fd, buffer, size);
	if (got < 0) {
		*error = fault_of_lack(errno, FAULT_UNREADABLE);
		return -1;
	}
	in->plain_end = got == 0;
	in->done += (double)got;
	return (long)got;
}

long
unpack_read(struct unpack *in, char *buffer, size_t size, enum fault *error)
{
	size_t n;

	if (!in->started) {
		int got = unpack_next(in, error);

		if (got <= 0)
			return got;
	}
	if (!in->packed)
		return in->broken ? 0 : read_plain(in, buffer, size, error);
	if (in->head_at < in->head_n) {
		n = in->head_n - in->head_at < size ? in->head_n - in->head_at : size;
		memcpy(buffer, in->head + in->head_at, n);
		in->head_at += n;
		return (long)n;
	}
	if (in->file_fault != FAULT_NONE) {
		*error = in->file_fault;
		return -1;
	}
	return in->depth == 0 ? 0 : read_level(in, in->depth - 1, buffer, size, error);
}

double
unpack_share(const struct unpack *in)
{
	return in->done < in->size ? in->done / in->size : 1;
}

void
unpack_close(struct unpack *in)
{
	if (in == NULL)
		return;
	close_inner(in);
	if (in->levels[0].archive != NULL)
		(void)in->lib.free(in->levels[0].archive);
	close(in->fd);
	free(in);
}

#include "filter/intake/input.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/io/clock.h"
#include "filter/io/spool.h"

enum { FIRST_SIZE = 64 * 1024 };

/* Waits for input; false after the time-out */
static bool
wait_readable(const struct input *input)
{
	struct pollfd wanted = {.fd = input->fd, .events = POLLIN};

	for (;;) {
		int64_t left = input->until_ms - clock_ms();
		int n;

		if (input->until_ms == 0)
			left = -1;
		else if (left <= 0)
			return false;
		n = poll(&wanted, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (n > 0 || (n < 0 && errno != EINTR))
			return true; /* read() will report the error */
	}
}

/* reads some octets: their number; 0 at the end; -1 with *fault */
static ssize_t
read_some(struct input *input, char *buffer, size_t size, enum fault *fault)
{
	bool wait = input->until_ms != 0 && !input->regular;
	ssize_t got;

	if (input->end)
		return 0;
	if (input->pull != NULL) {
		got = input->pull(input->pull_arg, buffer, size, fault);
		input->end = got <= 0;
		return got;
	}
	do {
		if (wait && !wait_readable(input)) {
			*fault = FAULT_NOT_IN_TIME;
			return -1;
		}
		got = read(input->fd, buffer, size);
		wait |= got < 0 && errno == EAGAIN; /* stdin may be non-blocking */
	} while (got < 0 && (errno == EINTR || errno == EAGAIN));
	if (got == 0)
		input->end = true;
	if (got < 0)
		*fault = FAULT_NOT_READ;
	return got;
}

/* Sets partial if there is one more byte, which is kept for input_rest. */
static enum status
look_for_more(struct input *input, enum fault *fault)
{
	ssize_t got = read_some(input, &input->head, 1, fault);

	input->has_head = input->partial = got > 0;
	return got < 0 ? ST_TEMP : ST_OK;
}

static bool
grow_memory(struct input *input, size_t *cap, size_t first, size_t max)
{
	size_t wanted = *cap == 0 ? first : *cap * 2;
	char *memory;

	if (wanted > max)
		wanted = max;
	memory = realloc(input->memory, wanted);
	if (memory == NULL)
		return false;
	input->memory = memory;
	*cap = wanted;
	return true;
}

/*
 * Reads up to max octets into memory, with first octets allocated at first; *full if there may be
 * more.
 */
static enum status
read_memory(struct input *input, size_t first, size_t max, bool *full, enum fault *fault)
{
	size_t n = 0, cap = 0;

	*full = false;
	while (n < max) {
		ssize_t got;

		if (n == cap && !grow_memory(input, &cap, first, max)) {
			*fault = FAULT_NO_MEMORY;
			return ST_TEMP;
		}
		got = read_some(input, input->memory + n, cap - n, fault);
		if (got < 0)
			return ST_TEMP;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*full = n == max;
	input->bytes = slice_make(input->memory, n);
	return ST_OK;
}

/* like read_some, but first returns the byte that look_for_more has read */
static ssize_t
next_some(struct input *input, char *buffer, size_t size, enum fault *fault)
{
	if (!input->has_head)
		return read_some(input, buffer, size, fault);
	buffer[0] = input->head;
	input->has_head = false;
	return 1;
}

static ssize_t
next_for_spool(void *arg, char *buffer, size_t size, enum fault *fault)
{
	return next_some(arg, buffer, size, fault);
}

/* Moves the octets read so far, and the rest up to max octets, to a spool file. */
static enum status
read_spool(const struct options *options, struct input *input, size_t max, enum fault *fault)
{
	const struct spool_source source = {next_for_spool, input};
	struct slice bytes = input->bytes;

	*fault = spool_fill(options->spool_dir, &source, max, &bytes);
	if (*fault != FAULT_NONE)
		return ST_TEMP;
	spool_release(input->mapped);
	input->mapped = input->bytes = bytes;
	free(input->memory);
	input->memory = NULL;
	return ST_OK;
}

/* Maps a regular file that has more than SPOOL_MEMORY octets after its offset. */
static enum status
read_mapped(struct input *input, size_t from, size_t size, size_t max, enum fault *fault)
{
	size_t n = size - from > max ? max : size - from;

	*fault = spool_map(input->fd, from + n, &input->mapped);
	if (*fault != FAULT_NONE)
		return ST_TEMP;
	input->bytes = slice_from(input->mapped, from);
	if (lseek(input->fd, (off_t)(from + n), SEEK_SET) < 0) {
		*fault = FAULT_NOT_READ;
		return ST_TEMP;
	}
	return ST_OK;
}

static enum status
read_any(const struct options *options, struct input *input, enum fault *fault)
{
	size_t max = (size_t)options->max_size;
	struct stat info;
	bool regular = input->pull == NULL && fstat(input->fd, &info) == 0 && S_ISREG(info.st_mode);
	off_t from = regular ? lseek(input->fd, 0, SEEK_CUR) : 0;
	size_t first = FIRST_SIZE;
	enum status st;
	bool full;

	input->regular = regular;
	if (regular && from >= 0 && info.st_size - from >= FIRST_SIZE)
		first = (size_t)(info.st_size - from) +
			1; /* one more, so that the end is found with the same read */

	if (regular && from >= 0 && info.st_size - from > SPOOL_MEMORY) {
		st = read_mapped(input, (size_t)from, (size_t)info.st_size, max, fault);
	} else {
		st = read_memory(
			input, first, max < SPOOL_MEMORY ? max : SPOOL_MEMORY, &full, fault);
		if (st == ST_OK && full && max > SPOOL_MEMORY)
			st = read_spool(options, input, max, fault);
	}
	return st == ST_OK && input->bytes.n == max ? look_for_more(input, fault) : st;
}

static bool
is_eml(const char *name)
{
	struct slice s = slice_str(name);

	return s.n > 4 && s.p[0] != '.' && slice_ieq(slice_from(s, s.n - 4), SLICE(".eml"));
}

/* Opens the one .eml of a folder, which is closed. -1 with *fault. */
static int
open_in_folder(int folder, enum fault *fault)
{
	DIR *dir = fdopendir(folder);
	int error = errno, unread;
	struct dirent *entry;
	int fd = -1, found = 0;

	if (dir == NULL) {
		close(folder);
		*fault = fault_of_lack(error, FAULT_INPUT_FOLDER);
		return -1;
	}
	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0)
		if (is_eml(entry->d_name) && found++ == 0) {
			fd = openat(dirfd(dir), entry->d_name,
				O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
			error = errno;
		}
	unread = errno; /* the folder may have another one */
	closedir(dir);
	if (found == 1 && fd >= 0 && unread == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	*fault = unread != 0  ? fault_of_lack(unread, FAULT_INPUT_FOLDER)
		 : found == 0 ? FAULT_INPUT_NO_EML
		 : found > 1  ? FAULT_INPUT_TWO_EML
			      : fault_of_lack(error, FAULT_INPUT_BAD_EML);
	return -1;
}

static enum status
open_named(const char *path, struct input *input, enum fault *fault)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat info;

	if (fd < 0) {
		*fault = fault_of_lack(
			errno, errno == ENOENT ? FAULT_INPUT_NO_FILE : FAULT_INPUT_NOT_OPENED);
		return ST_BAD;
	}
	if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
		fd = open_in_folder(fd, fault);
		if (fd < 0)
			return ST_BAD;
		if (fstat(fd, &info) == 0 && !S_ISREG(info.st_mode)) {
			close(fd);
			*fault = FAULT_INPUT_EML_FILE;
			return ST_BAD;
		}
	}
	input->fd = fd;
	input->named = true;
	return ST_OK;
}

static struct input
from_stdin(int64_t timeout)
{
	return (struct input){
		.fd = STDIN_FILENO,
		.until_ms = timeout > 0 ? clock_ms() + timeout * 1000 : 0,
	};
}

enum status
input_open(const struct options *options, struct input *input, enum fault *fault)
{
	*input = from_stdin(options->read_timeout);
	if (options->input != NULL && open_named(options->input, input, fault) != ST_OK) {
		input->end = true;
		return ST_BAD;
	}
	return ST_OK;
}

enum status
input_take(const struct options *options, struct input *input, enum fault *fault)
{
	return read_any(options, input, fault);
}

enum status
input_read(const struct options *options, struct input *input, enum fault *fault)
{
	if (input_open(options, input, fault) != ST_OK)
		return ST_BAD;
	return input_take(options, input, fault);
}

enum status
input_read_pull(const struct options *options, input_pull *pull, void *arg, struct input *input,
	enum fault *fault)
{
	*input = (struct input){.fd = -1, .pull = pull, .pull_arg = arg};
	return read_any(options, input, fault);
}

enum status
input_complete(const struct options *options, struct input *input, enum fault *fault)
{
	enum status st = read_spool(options, input, SIZE_MAX, fault);

	if (st == ST_OK)
		input->partial = false;
	return st;
}

long
input_rest(struct input *input, char *buffer, size_t size)
{
	enum fault fault;

	return (long)next_some(input, buffer, size, &fault);
}

/* Reads and discards the rest. */
static void
discard_rest(struct input *input)
{
	char buffer[16 * 1024];
	enum fault fault;

	while (read_some(input, buffer, sizeof buffer, &fault) > 0)
		continue;
}

void
input_drain(struct input *input)
{
	/* mostly at the end already: then its pages of stack are not touched */
	if (!input->end && !input->named && (input->pull != NULL || isatty(input->fd) == 0))
		discard_rest(input);
}

void
input_discard(int64_t timeout)
{
	struct input input = from_stdin(timeout);

	input_drain(&input);
}

void
input_free(struct input *input)
{
	free(input->memory);
	spool_release(input->mapped);
	if (input->named)
		close(input->fd);
	*input = (struct input){.fd = -1, .end = true};
}

#define _DEFAULT_SOURCE /* MAP_POPULATE */
#include "filter/intake/input.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "filter/io/spool.h"
#include "filter/io/write.h"

enum { FIRST_SIZE = 64 * 1024, PIECE_SIZE = 256 * 1024 };

static const char no_memory[] = "no memory for the message";
static const char no_read[] = "the message could not be read";
static const char too_slow[] = "the message did not arrive in time";
static const char no_spool[] = "no space for the message in the spool folder";
static const char no_map[] = "the spooled message could not be mapped";

#ifndef MAP_POPULATE
#define MAP_POPULATE 0 /* elsewhere than on Linux: a page fault for every few pages */
#endif

static int64_t
clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* false if the time is over */
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

/* -1 with *error; 0 at the end */
static ssize_t
read_some(struct input *input, char *buffer, size_t size, const char **error)
{
	bool wait = input->until_ms != 0;
	ssize_t got;

	if (input->end)
		return 0;
	do {
		if (wait && !wait_readable(input)) {
			*error = too_slow;
			return -1;
		}
		got = read(input->fd, buffer, size);
		wait |= got < 0 && errno == EAGAIN; /* stdin may have come non-blocking */
	} while (got < 0 && (errno == EINTR || errno == EAGAIN));
	if (got == 0)
		input->end = true;
	if (got < 0)
		*error = no_read;
	return got;
}

/* Does one more byte come? It is kept for input_rest. */
static enum status
look_for_more(struct input *input, const char **error)
{
	ssize_t got = read_some(input, &input->head, 1, error);

	input->has_head = input->partial = got > 0;
	return got < 0 ? ST_TEMP : ST_OK;
}

static bool
grow(struct input *input, size_t *cap, size_t max)
{
	size_t wanted = *cap == 0 ? FIRST_SIZE : *cap * 2;
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

/* Up to max octets into memory; *full where there may be more. */
static enum status
read_memory(struct input *input, size_t max, bool *full, const char **error)
{
	size_t n = 0, cap = 0;

	*full = false;
	while (n < max) {
		ssize_t got;

		if (n == cap && !grow(input, &cap, max)) {
			*error = no_memory;
			return ST_TEMP;
		}
		got = read_some(input, input->memory + n, cap - n, error);
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

static enum status
map(struct input *input, int fd, size_t size, size_t from, const char **error)
{
	void *mapped = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);

	if (mapped == MAP_FAILED) {
		*error = no_map;
		return ST_TEMP;
	}
	input->mapped = mapped;
	input->mapped_size = size;
	input->bytes = slice_make((const char *)mapped + from, size - from);
	return ST_OK;
}

/* read_some, but for the byte that look_for_more took */
static ssize_t
next_some(struct input *input, char *buffer, size_t size, const char **error)
{
	if (!input->has_head)
		return read_some(input, buffer, size, error);
	buffer[0] = input->head;
	input->has_head = false;
	return 1;
}

/*
 * What we have, and everything after it up to max octets, goes to the file; by way of piece, of
 * PIECE_SIZE octets.
 */
static enum status
fill_spool(
	struct input *input, int spool, char *piece, size_t max, size_t *size, const char **error)
{
	if (!write_bytes(spool, input->bytes)) {
		*error = no_spool;
		return ST_TEMP;
	}
	*size = input->bytes.n;
	while (*size < max) {
		size_t room = max - *size < PIECE_SIZE ? max - *size : PIECE_SIZE;
		ssize_t got = next_some(input, piece, room, error);

		if (got < 0)
			return ST_TEMP;
		if (got == 0)
			break;
		if (!write_bytes(spool, slice_make(piece, (size_t)got))) {
			*error = no_spool;
			return ST_TEMP;
		}
		*size += (size_t)got;
	}
	return ST_OK;
}

/* A message that came by a pipe and does not fit into memory. */
static enum status
read_spool(const struct options *options, struct input *input, size_t max, const char **error)
{
	int spool = spool_open(options->spool_dir, max);
	enum status st;
	size_t size;

	if (spool < 0) {
		*error = no_spool;
		return ST_TEMP;
	}
	st = fill_spool(input, spool, input->memory, max, &size, error);
	if (st == ST_OK)
		st = map(input, spool, size, 0, error);
	close(spool);
	if (st == ST_OK) {
		free(input->memory);
		input->memory = NULL;
	}
	return st;
}

/* A regular file of more than SPOOL_MEMORY octets past its offset. */
static enum status
read_mapped(struct input *input, size_t from, size_t size, size_t max, const char **error)
{
	size_t n = size - from > max ? max : size - from;
	enum status st = map(input, input->fd, from + n, from, error);

	if (st != ST_OK)
		return st;
	if (lseek(input->fd, (off_t)(from + n), SEEK_SET) < 0) {
		*error = no_read;
		return ST_TEMP;
	}
	return ST_OK;
}

static enum status
read_any(const struct options *options, struct input *input, const char **error)
{
	size_t max = (size_t)options->max_size;
	struct stat info;
	bool regular = fstat(input->fd, &info) == 0 && S_ISREG(info.st_mode);
	off_t from = regular ? lseek(input->fd, 0, SEEK_CUR) : 0;
	enum status st;
	bool full;

	if (regular && from >= 0 && info.st_size - from > SPOOL_MEMORY) {
		st = read_mapped(input, (size_t)from, (size_t)info.st_size, max, error);
	} else {
		st = read_memory(input, max < SPOOL_MEMORY ? max : SPOOL_MEMORY, &full, error);
		if (st == ST_OK && full && max > SPOOL_MEMORY)
			st = read_spool(options, input, max, error);
	}
	return st == ST_OK && input->bytes.n == max ? look_for_more(input, error) : st;
}

static bool
is_eml(const char *name)
{
	struct slice s = slice_str(name);

	return s.n > 4 && s.p[0] != '.' && slice_ieq(slice_from(s, s.n - 4), SLICE(".eml"));
}

/* The one .eml of a folder, opened; -1 with *error. */
static int
open_in_folder(int folder, const char **error)
{
	DIR *dir = fdopendir(folder);
	struct dirent *entry;
	int fd = -1, found = 0;

	if (dir == NULL) {
		close(folder);
		*error = "the input folder cannot be read";
		return -1;
	}
	while ((entry = readdir(dir)) != NULL)
		if (is_eml(entry->d_name) && found++ == 0)
			fd = openat(dirfd(dir), entry->d_name,
				O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	closedir(dir);
	if (found == 1 && fd >= 0)
		return fd;
	if (fd >= 0)
		close(fd);
	*error = found == 0  ? "there is no .eml in the input folder"
		 : found > 1 ? "there is more than one .eml in the input folder"
			     : "the .eml in the input folder cannot be opened";
	return -1;
}

static enum status
open_named(const char *path, struct input *input, const char **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat info;

	if (fd < 0) {
		*error = errno == ENOENT ? "there is no such input file"
					 : "the input file cannot be opened";
		return ST_BAD;
	}
	if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
		fd = open_in_folder(fd, error);
		if (fd < 0)
			return ST_BAD;
		if (fstat(fd, &info) == 0 && !S_ISREG(info.st_mode)) {
			close(fd);
			*error = "the .eml in the input folder is not a file";
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
input_open(const struct options *options, struct input *input, const char **error)
{
	*input = from_stdin(options->read_timeout);
	if (options->input != NULL && open_named(options->input, input, error) != ST_OK) {
		input->end = true;
		return ST_BAD;
	}
	return ST_OK;
}

enum status
input_take(const struct options *options, struct input *input, const char **error)
{
	return read_any(options, input, error);
}

enum status
input_read(const struct options *options, struct input *input, const char **error)
{
	if (input_open(options, input, error) != ST_OK)
		return ST_BAD;
	return input_take(options, input, error);
}

enum status
input_complete(const struct options *options, struct input *input, const char **error)
{
	struct input had = *input;
	char *piece = malloc(PIECE_SIZE);
	int spool = piece == NULL ? -1 : spool_open(options->spool_dir, SIZE_MAX);
	enum status st = ST_TEMP;
	size_t size;

	*error = piece == NULL ? no_memory : no_spool;
	if (spool >= 0) {
		st = fill_spool(input, spool, piece, SIZE_MAX, &size, error);
		if (st == ST_OK)
			st = map(input, spool, size, 0, error);
		close(spool);
	}
	free(piece);
	if (st != ST_OK)
		return st;
	input->partial = false;
	free(had.memory);
	input->memory = NULL;
	if (had.mapped != NULL)
		(void)munmap(had.mapped, had.mapped_size);
	return ST_OK;
}

long
input_rest(struct input *input, char *buffer, size_t size)
{
	const char *error;

	return (long)next_some(input, buffer, size, &error);
}

void
input_drain(struct input *input)
{
	char buffer[16 * 1024];
	const char *error;

	if (input->named || isatty(input->fd) != 0)
		return;
	while (read_some(input, buffer, sizeof buffer, &error) > 0)
		continue;
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
	if (input->mapped != NULL)
		(void)munmap(input->mapped, input->mapped_size);
	if (input->named)
		close(input->fd);
	*input = (struct input){.fd = -1, .end = true};
}

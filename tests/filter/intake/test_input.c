#define _XOPEN_SOURCE 700
#include "filter/intake/input.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "filter/io/spool.h"

enum { MIB = 1024 * 1024 };

/* Returns the octet at that offset of every message in this test. */
static char
octet(size_t at)
{
	return (char)('a' + at % 23 + at / 4099 % 3);
}

static void
put(int fd, size_t size)
{
	static char piece[64 * 1024];

	for (size_t at = 0; at < size;) {
		size_t n = size - at < sizeof piece ? size - at : sizeof piece;
		ssize_t written;

		for (size_t i = 0; i < n; i++)
			piece[i] = octet(at + i);
		written = write(fd, piece, n);
		if (written <= 0)
			return;
		at += (size_t)written;
	}
}

static bool
is_message(struct slice bytes, size_t from)
{
	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i] != octet(from + i))
			return false;
	return true;
}

/* Makes stdin a pipe into which a child writes that many octets. */
static pid_t
stdin_pipe(size_t size)
{
	int ends[2];
	pid_t child;

	cr_assert(pipe(ends) == 0);
	child = fork();
	cr_assert(child >= 0);
	if (child == 0) {
		close(ends[0]);
		put(ends[1], size);
		_exit(0);
	}
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	close(ends[1]);
	return child;
}

static int
stdin_file(size_t size)
{
	char path[] = "/tmp/mailstamp-in.XXXXXX";
	int fd = mkstemp(path);

	cr_assert(fd >= 0);
	unlink(path);
	put(fd, size);
	lseek(fd, 0, SEEK_SET);
	dup2(fd, STDIN_FILENO);
	return fd;
}

static const struct row {
	const char *name;
	size_t size, max;
} rows[] = {
	{"empty", 0, 256 * (size_t)MIB},
	{"one octet", 1, 256 * (size_t)MIB},
	{"a page", 4096, 256 * (size_t)MIB},
	{"one more than the first go", 65537, 256 * (size_t)MIB},
	{"just in memory", SPOOL_MEMORY - 1, 256 * (size_t)MIB},
	{"the edge of memory", SPOOL_MEMORY, 256 * (size_t)MIB},
	{"just over memory", SPOOL_MEMORY + 1, 256 * (size_t)MIB},
	{"large", 40 * (size_t)MIB, 256 * (size_t)MIB},
	{"the limit", 5000, 5000},
	{"one over the limit", 5001, 5000},
	{"far over the limit", 300000, 5000},
	{"limit at the edge", SPOOL_MEMORY + 5, SPOOL_MEMORY},
	{"large, over the limit", 40 * (size_t)MIB, 20 * (size_t)MIB},
};

static void
expect_input(const char *kind, const struct row *row, size_t from)
{
	struct options options = options_default();
	size_t whole = row->size - from, kept = whole < row->max ? whole : row->max, more = 0;
	static char buffer[50000];
	enum fault fault = FAULT_NONE;
	struct input input;
	long got;

	options.max_size = row->max;
	cr_assert(input_read(&options, &input, &fault) == ST_OK, "%s %s: %s", kind, row->name,
		fault_text(fault));
	cr_expect(input.bytes.n == kept, "%s %s: %zu octets", kind, row->name, input.bytes.n);
	cr_expect(is_message(input.bytes, from), "%s %s: octets", kind, row->name);
	cr_expect(input.partial == (whole > row->max), "%s %s: partial", kind, row->name);
	while ((got = input_rest(&input, buffer, sizeof buffer)) > 0) {
		cr_expect(is_message(slice_make(buffer, (size_t)got), from + kept + more),
			"%s %s: rest", kind, row->name);
		more += (size_t)got;
	}
	cr_expect(got == 0 && kept + more == whole, "%s %s: %zu more", kind, row->name, more);
	input_drain(&input);
	input_free(&input);
	input_free(&input);
}

Test(input, pipes)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		pid_t child = stdin_pipe(rows[i].size);

		expect_input("pipe", &rows[i], 0);
		waitpid(child, NULL, 0);
	}
}

Test(input, files)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int fd = stdin_file(rows[i].size);

		expect_input("file", &rows[i], 0);
		cr_expect(lseek(STDIN_FILENO, 0, SEEK_CUR) == (off_t)rows[i].size,
			"%s: read to its end", rows[i].name);
		close(fd);
	}
}

/* a shell's `{ read line; mailstamp; } < file` leaves the file at an offset */
Test(input, files_from_their_offset)
{
	static const struct row from[] = {
		{"small", 5000, 256 * (size_t)MIB},
		{"large", 40 * (size_t)MIB, 256 * (size_t)MIB},
		{"over limit", 40 * (size_t)MIB, 20 * (size_t)MIB},
	};

	for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
		int fd = stdin_file(from[i].size);

		lseek(STDIN_FILENO, 4321, SEEK_SET);
		expect_input("offset", &from[i], 4321);
		close(fd);
	}
}

/*
 * Reads a message over the limit in part, then the rest, as if it could not be passed on in pieces.
 */
static void
expect_complete(const char *kind, const struct row *row)
{
	struct options options = options_default();
	enum fault fault = FAULT_NONE;
	struct input input;

	options.max_size = row->max;
	cr_assert(input_read(&options, &input, &fault) == ST_OK, "%s %s", kind, row->name);
	cr_assert(input.partial, "%s %s: partial", kind, row->name);
	options.spool_dir = "/no/such/folder";
	cr_expect(input_complete(&options, &input, &fault) == ST_TEMP && input.partial,
		"%s %s: no spool", kind, row->name);
	options.spool_dir = NULL;
	cr_assert(input_complete(&options, &input, &fault) == ST_OK, "%s %s: %s", kind, row->name,
		fault_text(fault));
	cr_expect(!input.partial && input.bytes.n == row->size && is_message(input.bytes, 0),
		"%s %s: %zu octets", kind, row->name, input.bytes.n);
	input_free(&input);
}

Test(input, complete)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		pid_t child;
		int fd;

		if (rows[i].size <= rows[i].max)
			continue;
		child = stdin_pipe(rows[i].size);
		expect_complete("pipe", &rows[i]);
		waitpid(child, NULL, 0);
		fd = stdin_file(rows[i].size);
		expect_complete("file", &rows[i]);
		close(fd);
	}
}

Test(input, drain_reads_what_is_left)
{
	struct options options = options_default();
	pid_t child = stdin_pipe(3 * (size_t)MIB);
	enum fault fault;
	struct input input;
	int status;

	options.max_size = 2000;
	cr_assert(input_read(&options, &input, &fault) == ST_OK);
	input_drain(&input);
	input_free(&input);
	cr_assert(waitpid(child, &status, 0) == child);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the writer was not cut off");
}

Test(input, drain_of_nothing_read)
{
	pid_t child = stdin_pipe(1 * (size_t)MIB);
	struct input input = {0};
	int status;

	input_drain(&input);
	cr_assert(waitpid(child, &status, 0) == child);
	cr_expect(WIFEXITED(status));
}

/* a writer that never ends */
Test(input, time_out, .timeout = 20)
{
	struct options options = options_default();
	enum fault fault = FAULT_NONE;
	struct input input;
	int ends[2];

	cr_assert(pipe(ends) == 0);
	cr_assert(write(ends[1], "From: a", 7) == 7);
	dup2(ends[0], STDIN_FILENO);
	options.read_timeout = 1;
	cr_expect(input_read(&options, &input, &fault) == ST_TEMP);
	cr_expect(fault == FAULT_NOT_IN_TIME, "%s", fault_text(fault));
	input_drain(&input);
	input_free(&input);
}

/* stdin may be non-blocking if it is shared with another process */
Test(input, non_blocking, .timeout = 20)
{
	const struct row row = {"non-blocking", 300000, 256 * (size_t)MIB};
	pid_t child = stdin_pipe(row.size);

	fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
	expect_input("pipe", &row, 0);
	waitpid(child, NULL, 0);
}

/* --read-timeout 0: as long as the writer takes, here longer than its pipe is empty */
Test(input, non_blocking_without_a_limit, .timeout = 20)
{
	struct options options = options_default();
	enum fault fault = FAULT_NONE;
	struct input input;
	int ends[2];
	pid_t child;

	cr_assert(pipe(ends) == 0);
	child = fork();
	if (child == 0) {
		const struct timespec pause = {0, 200000000};

		(void)nanosleep(&pause, NULL);
		put(ends[1], 5000);
		_exit(0);
	}
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	close(ends[1]);
	fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
	options.read_timeout = 0;
	cr_assert(input_read(&options, &input, &fault) == ST_OK, "%s", fault_text(fault));
	cr_expect(input.bytes.n == 5000 && is_message(input.bytes, 0), "%zu octets", input.bytes.n);
	input_free(&input);
	waitpid(child, NULL, 0);
}

static enum status
read_status(const struct options *options, enum fault *fault)
{
	struct input input;
	enum status st = input_read(options, &input, fault);

	if (st != ST_OK)
		input_drain(&input);
	input_free(&input);
	return st;
}

Test(input, faults)
{
	struct options options = options_default();
	struct rlimit small = {MIB, MIB};
	enum fault fault = FAULT_NONE;
	pid_t child;

	options.spool_dir = "/nonexistent";
	child = stdin_pipe(SPOOL_MEMORY + 10);
	cr_expect(read_status(&options, &fault) == ST_TEMP, "no spool folder");
	cr_expect(fault == FAULT_NO_SPOOL, "%s", fault_text(fault));
	waitpid(child, NULL, 0);
	options.spool_dir = NULL;
	child = stdin_pipe(SPOOL_MEMORY + 10);
	signal(SIGXFSZ, SIG_IGN);
	cr_assert(setrlimit(RLIMIT_FSIZE, &small) == 0);
	cr_expect(read_status(&options, &fault) == ST_TEMP, "no room in it");
	cr_expect(fault == FAULT_NO_SPOOL, "%s", fault_text(fault));
	waitpid(child, NULL, 0);
	close(STDIN_FILENO);
	cr_expect(read_status(&options, &fault) == ST_TEMP, "closed stdin");
	cr_assert(open("/", O_RDONLY) == STDIN_FILENO);
	cr_expect(read_status(&options, &fault) == ST_TEMP, "stdin is a folder");
	cr_expect(fault == FAULT_NOT_READ, "%s", fault_text(fault));
}

static void
make_file(const char *dir, const char *name, const char *text)
{
	char path[200];
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void
drop(const char *dir, const char *name)
{
	char path[200];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if (unlink(path) != 0)
		rmdir(path);
}

Test(input, named)
{
	char dir[] = "/tmp/mailstamp-dir.XXXXXX", path[200];
	struct options options = options_default();
	enum fault fault = FAULT_NONE;
	struct input input;

	cr_assert(mkdtemp(dir) != NULL);
	options.input = dir;
	cr_expect(read_status(&options, &fault) == ST_BAD, "no .eml");
	cr_expect(fault == FAULT_INPUT_NO_EML, "%s", fault_text(fault));
	make_file(dir, "a.EML", "From: a\n\nb\n");
	make_file(dir, "a-H", "other");
	make_file(dir, ".hidden.eml", "other");
	make_file(dir, ".eml", "other");
	cr_assert(input_read(&options, &input, &fault) == ST_OK, "%s", fault_text(fault));
	cr_expect(slice_eq(input.bytes, SLICE("From: a\n\nb\n")));
	input_free(&input);
	make_file(dir, "b.eml", "From: b\n\nb\n");
	cr_expect(read_status(&options, &fault) == ST_BAD, "two");
	cr_expect(fault == FAULT_INPUT_TWO_EML, "%s", fault_text(fault));
	snprintf(path, sizeof path, "%s/b.eml", dir);
	options.input = path;
	cr_assert(input_read(&options, &input, &fault) == ST_OK);
	cr_expect(slice_eq(input.bytes, SLICE("From: b\n\nb\n")));
	input_free(&input);
	options.input = "/nonexistent/x.eml";
	cr_expect(read_status(&options, &fault) == ST_BAD, "no such file");
	drop(dir, "a.EML");
	drop(dir, "b.eml");
	snprintf(path, sizeof path, "%s/c.eml", dir);
	cr_assert(mkdir(path, 0700) == 0);
	options.input = dir;
	cr_expect(read_status(&options, &fault) == ST_BAD, "a folder of that name");
	drop(dir, "c.eml");
	drop(dir, "a-H");
	drop(dir, ".hidden.eml");
	drop(dir, ".eml");
	rmdir(dir);
}

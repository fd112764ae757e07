#define _XOPEN_SOURCE 700
#include "filter/io/spool.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum place { IN_MEMORY, IN_DIR, IN_TMPDIR, NOWHERE };

static const struct row {
	const char *name;
	size_t size;
	const char *dir; /* below the test's folder, or NULL */
	const char *tmpdir;
	enum place want;
} rows[] = {
	{"nothing", 0, NULL, "tmp", IN_MEMORY},
	{"small, whatever the folder", 1000, "missing", "tmp", IN_MEMORY},
	{"the most that stays in memory", SPOOL_MEMORY, "dir", "tmp", IN_MEMORY},
	{"one octet more", SPOOL_MEMORY + 1, "dir", "tmp", IN_DIR},
	{"of unknown size", SIZE_MAX, "dir", "tmp", IN_DIR},
	{"the folder of TMPDIR", SIZE_MAX, NULL, "tmp", IN_TMPDIR},
	{"a folder that is not there", SIZE_MAX, "missing", "tmp", NOWHERE},
	{"TMPDIR is not there", SIZE_MAX, NULL, "gone", NOWHERE},
	{"a file, not a folder", SIZE_MAX, "file", "tmp", NOWHERE},
};

/* Does the name that /proc has for the file begin with path? */
static bool
stands_in(int fd, const char *path)
{
	char link[64], name[PATH_MAX + 1];
	ssize_t n;

	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, name, sizeof name);
	return n > 0 && slice_starts(slice_make(name, (size_t)n), slice_str(path));
}

/* Expects an unlinked, empty regular file that is readable, writable and closed on exec. */
static void
expect_private(int fd, const char *name)
{
	struct stat info;
	char back[3];

	cr_expect(fstat(fd, &info) == 0 && info.st_nlink == 0, "%s: has a name", name);
	cr_expect(S_ISREG(info.st_mode) && info.st_size == 0, "%s: empty", name);
	cr_expect((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "%s: close-on-exec", name);
	cr_expect(write(fd, "abc", 3) == 3 && pread(fd, back, 3, 0) == 3, "%s", name);
}

Test(spool, places)
{
	char folder[] = "/tmp/mailstamp-s.XXXXXX";

	cr_assert_not_null(mkdtemp(folder));
	cr_assert(chdir(folder) == 0);
	cr_assert(mkdir("dir", 0700) == 0 && mkdir("tmp", 0700) == 0);
	cr_assert(close(open("file", O_WRONLY | O_CREAT, 0600)) == 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		char path[64];
		int fd;

		cr_assert(setenv("TMPDIR", row->tmpdir, 1) == 0);
		errno = 0;
		fd = spool_open(row->dir, row->size);
		cr_expect(
			(fd >= 0) == (row->want != NOWHERE), "%s: %s", row->name, strerror(errno));
		if (fd < 0) {
			cr_expect(errno != 0, "%s: errno", row->name);
			continue;
		}
		(void)snprintf(
			path, sizeof path, "%s/%s/", folder, row->want == IN_DIR ? "dir" : "tmp");
		cr_expect(stands_in(fd, row->want == IN_MEMORY ? "/memfd:" : path), "%s: its place",
			row->name);
		expect_private(fd, row->name);
		close(fd);
	}
	cr_expect(unlink("file") == 0 && rmdir("dir") == 0 && rmdir("tmp") == 0,
		"nothing is left in them");
	cr_expect(chdir("/") == 0 && rmdir(folder) == 0);
}

/* --spool-dir takes precedence over TMPDIR, and an empty TMPDIR is ignored. */
Test(spool, which_folder)
{
	char folder[] = "/tmp/mailstamp-s.XXXXXX";
	int fd;

	cr_assert_not_null(mkdtemp(folder));
	cr_assert(setenv("TMPDIR", "/nonexistent", 1) == 0);
	fd = spool_open(folder, SIZE_MAX);
	cr_expect(fd >= 0, "--spool-dir");
	close(fd);
	fd = spool_open(NULL, SIZE_MAX);
	cr_expect(fd < 0 && errno == ENOENT, "TMPDIR");
	cr_assert(setenv("TMPDIR", "", 1) == 0);
	fd = spool_open(NULL, SIZE_MAX);
	cr_expect(fd >= 0, "/var/tmp");
	close(fd);
	cr_assert(unsetenv("TMPDIR") == 0);
	fd = spool_open(NULL, SIZE_MAX);
	cr_expect(fd >= 0, "/var/tmp");
	close(fd);
	cr_expect(rmdir(folder) == 0);
}

Test(spool, name_too_long)
{
	static char dir[PATH_MAX + 10];

	memset(dir, 'x', sizeof dir - 1);
	dir[0] = '/';
	errno = 0;
	cr_expect(spool_open(dir, SIZE_MAX) < 0);
	cr_expect(errno == ENAMETOOLONG);
}

Test(spool, two_are_two)
{
	int one = spool_open("/tmp", SIZE_MAX), other = spool_open("/tmp", SIZE_MAX);
	char back[1];

	cr_assert(one >= 0 && other >= 0);
	cr_expect(write(one, "x", 1) == 1);
	cr_expect(pread(other, back, 1, 0) == 0);
	close(one);
	close(other);
}

/*
 * A source of n octets that gives at most `most` at a time, and fails once `fail` octets have been
 * read; at: the octets read so far.
 */
struct pattern {
	size_t n, at, most, fail;
};

static ssize_t
read_pattern(void *arg, char *buffer, size_t size, enum fault *fault)
{
	struct pattern *pattern = arg;
	size_t n = pattern->n - pattern->at;

	if (pattern->at >= pattern->fail) {
		*fault = FAULT_NOT_IN_TIME;
		return -1;
	}
	n = n < size ? n : size;
	n = n < pattern->most ? n : pattern->most;
	for (size_t i = 0; i < n; i++)
		buffer[i] = (char)('a' + (pattern->at + i) % 23);
	pattern->at += n;
	return (ssize_t)n;
}

Test(spool, fill)
{
	static const struct {
		const char *name, *dir, *before;
		struct pattern pattern;
		size_t max, want;
		enum fault fault;
	} rows_fill[] = {
		{"nothing", NULL, "", {0, 0, 10, 1}, 100, 0, FAULT_NONE},
		{"what was read before", NULL, "xyz", {0, 0, 10, 1}, 100, 3, FAULT_NONE},
		{"and the rest after it", NULL, "xyz", {1000, 0, 7, 9999}, 9999, 1003, FAULT_NONE},
		{"no more than the limit", NULL, "xyz", {1000, 0, 7, 9999}, 100, 100, FAULT_NONE},
		{"a read error", NULL, "xyz", {1000, 0, 7, 14}, 9999, 0, FAULT_NOT_IN_TIME},
		{"no folder", "/nonexistent", "", {10, 0, 7, 99}, SIZE_MAX, 0, FAULT_NO_SPOOL},
	};

	for (size_t i = 0; i < sizeof rows_fill / sizeof *rows_fill; i++) {
		struct pattern pattern = rows_fill[i].pattern;
		const struct spool_source source = {read_pattern, &pattern};
		const struct slice before = slice_str(rows_fill[i].before);
		struct slice bytes = before;
		enum fault fault = spool_fill(rows_fill[i].dir, &source, rows_fill[i].max, &bytes);

		cr_expect(fault == rows_fill[i].fault, "%s", rows_fill[i].name);
		if (fault != FAULT_NONE) {
			cr_expect(bytes.p == before.p && bytes.n == before.n, "%s",
				rows_fill[i].name);
			continue;
		}
		cr_assert(bytes.n == rows_fill[i].want, "%s: %zu", rows_fill[i].name, bytes.n);
		cr_expect(slice_starts(bytes, before), "%s", rows_fill[i].name);
		for (size_t k = before.n; k < bytes.n; k++)
			cr_assert(bytes.p[k] == (char)('a' + (k - before.n) % 23), "%s: %zu",
				rows_fill[i].name, k);
		spool_release(bytes);
	}
}

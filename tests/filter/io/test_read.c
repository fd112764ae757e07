#define _POSIX_C_SOURCE 200809L
#include "filter/io/read.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter/io/spool.h"
#include "filter/io/write.h"
#include "mime/arena.h"
#include "tests/support/file_content.h"

/* Each read of a pipe returns what is available: read_bytes continues to the end, or the limit. */
Test(read, all_up_to_the_end)
{
	static const struct {
		const char *name;
		size_t want;
		ssize_t got;
	} rows[] = {
		{"fewer than there are", 5, 5},
		{"as many", 10, 10},
		{"more", 64, 10},
		{"none", 0, 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char octets[64] = "";
		int ends[2];

		cr_assert_eq(pipe(ends), 0);
		cr_assert_eq(write(ends[1], "01234", 5), 5);
		cr_assert_eq(write(ends[1], "56789", 5), 5);
		close(ends[1]);
		cr_expect_eq(
			read_bytes(ends[0], octets, rows[i].want), rows[i].got, "%s", rows[i].name);
		cr_expect_eq(
			memcmp(octets, "0123456789", (size_t)rows[i].got), 0, "%s", rows[i].name);
		close(ends[0]);
	}
}

Test(read, errors)
{
	char octet;

	cr_expect_eq(read_bytes(-1, &octet, 1), -1);
	cr_expect_eq(errno, EBADF);
}

/* Returns the text octet by octet, then an error. */
static long
one_by_one(void *from, char *to, size_t size, enum fault *error)
{
	const char **left = from;

	cr_assert_gt(size, 0);
	if (**left == '!') {
		*error = FAULT_UNREADABLE;
		return -1;
	}
	if (**left == '\0')
		return 0;
	*to = *(*left)++;
	return 1;
}

Test(read, all)
{
	static const struct {
		const char *name, *text;
		size_t max, n;
		bool good;
	} rows[] = {
		{"to the end", "0123456789", 64, 10, true},
		{"exactly the limit", "0123456789", 10, 10, true},
		{"no more after the limit is exceeded", "0123456789", 4, 5, true},
		{"nothing", "", 4, 0, true},
		{"an error", "012!", 64, 3, false},
		{"an error first", "!", 64, 0, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *left = rows[i].text;
		enum fault error = FAULT_NONE;
		char *bytes;
		size_t n;

		cr_expect_eq(read_whole(one_by_one, &left, rows[i].max, &bytes, &n, &error),
			rows[i].good, "%s", rows[i].name);
		cr_expect_eq(n, rows[i].n, "%s", rows[i].name);
		cr_expect_eq(memcmp(bytes, rows[i].text, n), 0, "%s", rows[i].name);
		cr_expect_eq(
			error, rows[i].good ? FAULT_NONE : FAULT_UNREADABLE, "%s", rows[i].name);
		free(bytes);
	}
}

Test(write, bytes)
{
	struct arena arena;
	int fd = spool_open(NULL, 0);

	arena_init(&arena, NULL, NULL);
	cr_expect(write_bytes(fd, slice_make(NULL, 0)));
	cr_expect(write_bytes(fd, SLICE("a\0b")));
	cr_expect(write_bytes(fd, SLICE("")));
	cr_expect(write_bytes(fd, SLICE("c")));
	cr_expect(slice_eq(file_content(fd, &arena), SLICE("a\0bc")));
	close(fd);
	cr_expect_not(write_bytes(fd, SLICE("x")));
	cr_expect(write_bytes(fd, SLICE("")), "nothing to do cannot fail");
	arena_clear(&arena);
}

#define _POSIX_C_SOURCE 200809L
#include "filter/io/read.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

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

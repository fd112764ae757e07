#define _XOPEN_SOURCE 700
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "filter/result/json.h"
#include "tests/support/read_back.h"

/* A partial line would corrupt the next one: it is removed, and errno has the cause. */
Test(json_append, a_line_that_does_not_fit_is_taken_back)
{
	char path[] = "/tmp/mailstamp-json.XXXXXX", text[100];
	struct rlimit limit = {.rlim_cur = 20, .rlim_max = RLIM_INFINITY};
	int fd = mkstemp(path);

	cr_assert(fd >= 0 && close(fd) == 0);
	cr_expect(json_append(path, SLICE("{\"first\":1}\n")));
	cr_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	errno = 0;
	cr_expect_not(json_append(path, SLICE("{\"second\":22}\n")));
	cr_expect_eq(errno, EFBIG, "%d", errno);
	limit.rlim_cur = RLIM_INFINITY;
	cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	(void)read_back(path, text, sizeof text);
	cr_expect_str_eq(text, "{\"first\":1}\n");
	cr_expect(json_append(path, SLICE("{\"third\":3}\n")));
	(void)read_back(path, text, sizeof text);
	cr_expect_str_eq(text, "{\"first\":1}\n{\"third\":3}\n");
	unlink(path);
}

Test(json_append, what_went_wrong_is_told)
{
	static const struct {
		const char *path;
		int error;
	} rows[] = {
		{"/nonexistent/folder/log", ENOENT},
		{"/", EISDIR},
		{"/dev/full", ENOSPC},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		errno = 0;
		cr_expect_not(json_append(rows[i].path, SLICE("{}\n")), "%s", rows[i].path);
		cr_expect_eq(errno, rows[i].error, "%s: %d", rows[i].path, errno);
	}
}

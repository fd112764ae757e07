/* Work in a separate process: its reply, and each way in which it can end. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "filter/sandbox/apart.h"
#include "filter/sandbox/descriptors.h"
#include "filter/sandbox/seccomp.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile bool always = true;
static char *volatile nowhere;

static bool
loads(void *arg)
{
	(void)arg;
	return true;
}

static bool
loads_not(void *arg)
{
	(void)arg;
	return false;
}

static bool
loads_badly(void *arg)
{
	(void)arg;
	abort();
}

static size_t
answers(void *arg, char *reply, size_t size)
{
	(void)size;
	memcpy(reply, arg, strlen(arg));
	return strlen(arg);
}

static size_t
fills(void *arg, char *reply, size_t size)
{
	(void)arg;
	memset(reply, 'x', size);
	return size;
}

static size_t
dies(void *arg, char *reply, size_t size)
{
	(void)arg;
	(void)size;
	reply[0] = 'D';
	*nowhere = 1;
	return 1;
}

static size_t
exits(void *arg, char *reply, size_t size)
{
	(void)arg;
	(void)reply;
	(void)size;
	_exit(0);
}

static size_t
loops(void *arg, char *reply, size_t size)
{
	(void)arg;
	(void)size;
	while (always)
		reply[0]++;
	return 1;
}

static size_t
takes_memory(void *arg, char *reply, size_t size)
{
	(void)arg;
	(void)size;
	while (always)
		reply[0] += *(char *)memset(malloc(1 << 20), 1, 1 << 20);
	return 1;
}

static const struct row {
	const char *name;
	bool (*load)(void *arg);
	size_t (*work)(void *arg, char *reply, size_t size);
	const char *arg;
	enum apart_end want;
} rows[] = {
	{"a reply", loads, answers, "hello", APART_DONE},
	{"an empty reply", loads, answers, "", APART_DONE},
	{"a reply that looks like the end", loads, answers, "SDSD", APART_DONE},
	{"no library", loads_not, answers, "x", APART_NO_LOAD},
	{"a library that ends it", loads_badly, answers, "x", APART_NO_LOAD},
	{"a crash", loads, dies, "", APART_DIED},
	{"an end without a reply", loads, exits, "", APART_DIED},
	{"too long", loads, fills, "", APART_DIED},
	{"late", loads, loops, "", APART_DIED},
	{"too much memory", loads, takes_memory, "", APART_DIED},
};

static void
expect(const struct row *row)
{
	union {
		const char *text;
		void *any;
	} arg = {.text = row->arg};
	const struct apart_job job = {.load = row->load, .work = row->work, .arg = arg.any};
	char reply[4096];
	size_t n;

	cr_expect_eq(sandbox_apart.run(&job, reply, sizeof reply, &n), row->want, "%s", row->name);
	if (row->want == APART_DONE)
		cr_expect(
			n == strlen(row->arg) && memcmp(reply, row->arg, n) == 0, "%s", row->name);
}

/* Ends a test that hangs: the runner's own .timeout leaks memory, which make asan would report. */
static void
limit_time(void)
{
	(void)alarm(120);
}

TestSuite(apart, .init = limit_time);

Test(apart, ends)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect(&rows[i]);
}

static size_t
opens(void *arg, char *reply, size_t size)
{
	(void)arg;
	(void)size;
	reply[0] = (char)open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	return 1;
}

static size_t
calls_out(void *arg, char *reply, size_t size)
{
	(void)arg;
	(void)size;
	reply[0] = (char)socket(AF_INET, SOCK_DGRAM, 0);
	return 1;
}

Test(apart, has_no_rights)
{
	static const struct row forbidden[] = {
		{"a file", loads, opens, "", APART_DIED},
		{"a socket", loads, calls_out, "", APART_DIED},
	};

	if (SECCOMP_SANITIZED)
		cr_skip_test("such a build has no filter of system calls");
	for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
		expect(&forbidden[i]);
}

static bool no_close_range;

/* The one that descriptors.c calls */
long
syscall(long number, ...)
{
	va_list more;
	long args[6];
	long (*real)(long, ...);

	if (no_close_range && number == SYS_close_range) {
		errno = ENOSYS;
		return -1;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	va_start(more, number);
	for (int i = 0; i < 6; i++)
		args[i] = va_arg(more, long);
	va_end(more);
	return real(number, args[0], args[1], args[2], args[3], args[4], args[5]);
}

/* All are closed, also far beyond 1,024, and if the kernel cannot close them all at once. */
Test(descriptors, close_all)
{
	enum { KEPT = 5, HIGH = 3000 };
	const struct rlimit many = {HIGH + 1, HIGH + 1};

	for (int row = 0; row < 2; row++) {
		const pid_t child = fork();
		int status = -1;

		if (child == 0) {
			no_close_range = row == 1;
			if (setrlimit(RLIMIT_NOFILE, &many) != 0 || dup2(0, HIGH) != HIGH ||
				dup2(0, KEPT) != KEPT || dup2(0, KEPT + 1) != KEPT + 1)
				_exit(9);
			descriptors_close(STDERR_FILENO + 1, KEPT);
			_exit((fcntl(HIGH, F_GETFD) >= 0 ? 1 : 0) |
				(fcntl(KEPT + 1, F_GETFD) >= 0 ? 2 : 0) |
				(fcntl(KEPT, F_GETFD) < 0 ? 4 : 0));
		}
		cr_assert_eq(waitpid(child, &status, 0), child);
		cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%d: %d", row, status);
	}
}

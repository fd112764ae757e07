#define _GNU_SOURCE /* pipe2 */
#include "filter/sandbox/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter/io/process.h"
#include "filter/sandbox/calls.h"
#include "filter/sandbox/descriptors.h"
#include "filter/sandbox/seccomp.h"

enum {
	SECONDS = 5,                 /* run time of the process, after which an alarm ends it */
	DATA_MAX = 256 * 1024 * 1024 /* including the memory that this process already uses */
};

/*
 * The octets before and after a reply; the first one shows that the libraries were loaded. unlocked
 * is the whole reply of a process that cannot use seccomp.
 */
static const char started = 'S', done = 'D', unlocked = 'U';

/*
 * Restores default signal handling: a crash ends the process silently, and the parent detects it.
 */
static void
reset_signals(void)
{
	const struct sigaction usual = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int number = 1; number < 32; number++)
		(void)sigaction(number, &usual, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool
write_all(int fd, const char *octets, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, octets, n);

		if (put <= 0)
			return false;
		octets += put;
		n -= (size_t)put;
	}
	return true;
}

static _Noreturn void
run_child(const struct apart_job *job, int fd, char *reply, size_t size)
{
	const struct rlimit data = {DATA_MAX, DATA_MAX}, cpu = {SECONDS, SECONDS};
	bool good;

	reset_signals();
	(void)alarm(SECONDS);
	descriptors_close(0, fd);
	/* a sanitizer's own memory exceeds any limit */
	if ((!SECCOMP_SANITIZED && setrlimit(RLIMIT_DATA, &data) != 0) ||
		setrlimit(RLIMIT_CPU, &cpu) != 0)
		_exit(1);
	if (!job->load(job->arg))
		_exit(1);
	if (!SECCOMP_SANITIZED && !seccomp_enter(CALLS_APART)) {
		(void)(errno == ENOMEM || write_all(fd, &unlocked, 1));
		_exit(1);
	}
	good = write_all(fd, &started, 1) &&
	       write_all(fd, reply, job->work(job->arg, reply, size)) && write_all(fd, &done, 1);
	_exit(good ? 0 : 1);
}

/*
 * Reads up to size octets until the end of the pipe, which always comes because of the alarm. False
 * if there are more, or on an error.
 */
static bool
read_reply(int fd, char *reply, size_t size, size_t *n)
{
	for (*n = 0; *n < size;) {
		ssize_t got = read(fd, reply + *n, size - *n);

		if (got == 0)
			return true;
		if (got > 0)
			*n += (size_t)got;
		else if (errno != EINTR)
			return false;
	}
	return false;
}

static enum apart_end
run_apart(const struct apart_job *job, char *reply, size_t size, size_t *n)
{
	int ends[2], status = -1;
	bool whole;
	pid_t pid;

	*n = 0;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return APART_NOT_STARTED;
	pid = fork();
	if (pid == 0)
		run_child(job, ends[1], reply, size);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return APART_NOT_STARTED;
	}
	whole = read_reply(ends[0], reply, size, n);
	close(ends[0]);
	/* the child always ends: its code cannot disable the alarm */
	(void)process_wait(pid, &status);
	if (*n == 1 && reply[0] == unlocked)
		return APART_NO_SECCOMP;
	if (*n == 0 || reply[0] != started)
		return APART_NO_LOAD;
	if (!whole || !WIFEXITED(status) || WEXITSTATUS(status) != 0 || *n < 2 ||
		reply[*n - 1] != done)
		return APART_DIED;
	*n -= 2;
	memmove(reply, reply + 1, *n);
	return APART_DONE;
}

const struct apart sandbox_apart = {.run = run_apart};

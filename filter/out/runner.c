#define _GNU_SOURCE /* SOCK_CLOEXEC, POLLRDHUP */
#include "filter/out/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter/io/clock.h"
#include "filter/io/process.h"

enum {
	LINE = 3, /* the runner's end of the socket */
	PAUSE_FIRST_MS = 1,
	PAUSE_MOST_MS = 50, /* without pidfd_open, the longest pause between two polls */
	KILL_MS = 2000,     /* the time the kernel may take to end a killed process */
	LATE_MS = 5000,     /* no answer this long after the time-out: the runner hangs */
	FDS_MAX = 1024
};

struct request {
	int64_t timeout_ms;
};

struct reply {
	enum runner_end end;
	int status;
};

/* Static, because runner_kill may be called in a signal handler. */
static volatile sig_atomic_t line = -1;
static pid_t runner;

static void
set_signals(const int *numbers, size_t n, void (*handler)(int))
{
	for (size_t i = 0; i < n; i++)
		signal(numbers[i], handler);
}

static void
unblock_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
close_from(int first)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0)
		return;
#endif
	for (int fd = first; fd < FDS_MAX; fd++)
		close(fd);
}

/*
 * Makes the kernel kill this process with its parent: after a failure the mail server tries again,
 * and a COMMAND that continued would deliver twice. False: the parent has already ended.
 */
static bool
end_with_parent(pid_t parent)
{
#ifdef __linux__
	(void)prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0ul, 0ul, 0ul);
#endif
	return getppid() == parent;
}

static pid_t
start_command(char *const argv[], int fd)
{
	static const int changed[] = {SIGPIPE, SIGXFSZ, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
		SIGSYS, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2};
	const pid_t parent = getpid(), pid = fork();

	if (pid > 0)
		setpgid(pid, pid);
	if (pid != 0)
		return pid;
	setpgid(0, 0);
	set_signals(changed, sizeof changed / sizeof changed[0], SIG_DFL);
	errno = 0;
	if (end_with_parent(parent) &&
		(fd == STDIN_FILENO || dup2(fd, STDIN_FILENO) == STDIN_FILENO)) {
		close_from(LINE);
		execvp(argv[0], argv);
	}
	_exit(errno == ENOENT ? 127 : 126);
}

/* Kills COMMAND's process group and reaps COMMAND, unless the kernel cannot end it in time. */
static void
kill_command(pid_t pid, int *status)
{
	kill(-pid, SIGKILL);
	for (int ms = 0; ms < KILL_MS && waitpid(pid, status, WNOHANG) == 0; ms++)
		(void)poll(NULL, 0, 1);
}

/* Waits until COMMAND ends. Kills it if the parent ends first or the time-out passes. */
static struct reply
wait_command(pid_t pid, int64_t until_ms)
{
	struct pollfd fds[] = {{.fd = LINE, .events = POLLIN}, {.fd = -1, .events = POLLIN}};
	int pause_ms = PAUSE_FIRST_MS;

#ifdef SYS_pidfd_open
	fds[1].fd = (int)syscall(SYS_pidfd_open, pid, 0u);
#endif
	for (;;) {
		struct reply reply = {.end = RUNNER_ENDED};
		const int64_t left_ms = until_ms - clock_ms();
		pid_t got = waitpid(pid, &reply.status, WNOHANG);

		if (got == pid)
			return reply;
		/*
		 * there is no second request, so the descriptor becomes readable only when the
		 * parent ends
		 */
		if (fds[0].revents != 0 || (got < 0 && errno != EINTR))
			reply.end = RUNNER_LOST;
		else if (left_ms <= 0)
			reply.end = RUNNER_LATE;
		if (reply.end != RUNNER_ENDED) {
			kill_command(pid, &reply.status);
			return reply;
		}
		if (fds[1].fd >= 0)
			pause_ms = left_ms > LATE_MS ? LATE_MS : (int)left_ms;
		(void)poll(fds, 2, pause_ms);
		if (fds[1].fd < 0)
			pause_ms = pause_ms * 2 < PAUSE_MOST_MS ? pause_ms * 2 : PAUSE_MOST_MS;
	}
}

/*
 * Receives a request; returns the descriptor that came with it, or -1 if the parent has closed the
 * socket.
 */
static int
receive(struct request *request)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {.space = {0}};
	struct iovec data = {.iov_base = request, .iov_len = sizeof *request};
	struct msghdr message = {.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof control.space};
	const struct cmsghdr *head;
	ssize_t n;
	int fd = -1;

	do
		n = recvmsg(LINE, &message, 0);
	while (n < 0 && errno == EINTR);
	head = CMSG_FIRSTHDR(&message);
	if (n == (ssize_t)sizeof *request && head != NULL && head->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(head), sizeof fd);
	return fd;
}

/*
 * The main function of the runner. It ignores termination signals, because the parent gets them as
 * well, and the runner notices when the parent ends.
 */
static _Noreturn void
serve(int fd, char *const argv[])
{
	static const int asking[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2,
		SIGPIPE, SIGVTALRM, SIGPROF};
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
	struct reply reply = {.end = RUNNER_NOT_STARTED};
	struct request request;
	pid_t pid;
	int in;

	set_signals(asking, sizeof asking / sizeof asking[0], SIG_IGN);
	set_signals(fatal, sizeof fatal / sizeof fatal[0], SIG_DFL);
	unblock_signals();
	if (fd != LINE && dup2(fd, LINE) != LINE)
		_exit(1);
	close_from(LINE + 1);
	close(STDIN_FILENO); /* the runner must not keep the pipe of the message open */
	in = receive(&request);
	if (in < 0)
		_exit(0);
	pid = start_command(argv, in);
	close(in);
	if (pid > 0)
		reply = wait_command(pid, clock_ms() + request.timeout_ms);
	(void)send(LINE, &reply, sizeof reply, MSG_NOSIGNAL);
	_exit(0);
}

enum status
runner_start(char *const argv[])
{
	sigset_t all, before;
	int ends[2];

	if (line >= 0)
		return ST_OK;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return ST_TEMP;
	/* if the caller started us with SIGCHLD ignored, COMMAND's status would be lost */
	signal(SIGCHLD, SIG_DFL);
	/* no signal may arrive between the start of the runner and the recording of its pid */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	runner = fork();
	if (runner == 0)
		serve(ends[1], argv);
	close(ends[1]);
	if (runner > 0)
		line = ends[0];
	else
		close(ends[0]);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return runner > 0 ? ST_OK : ST_TEMP;
}

static bool
send_request(int fd, int64_t timeout)
{
	struct request request = {.timeout_ms = timeout * 1000};
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {.space = {0}};
	struct iovec data = {.iov_base = &request, .iov_len = sizeof request};
	struct msghdr message = {.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof control.space};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(head), &fd, sizeof fd);
	return sendmsg(line, &message, MSG_NOSIGNAL) == (ssize_t)sizeof request;
}

/* Waits until there is something to read or the other end is closed; false after ms. */
static bool
wait_line(int64_t ms)
{
	const int64_t until_ms = clock_ms() + ms;
	struct pollfd wanted = {.fd = line, .events = POLLIN};

	for (;;) {
		const int64_t left_ms = until_ms - clock_ms();
		int n = left_ms <= 0 ? 0
				     : poll(&wanted, 1, left_ms > LATE_MS ? LATE_MS : (int)left_ms);

		if (n > 0)
			return true;
		if (left_ms <= 0)
			return false;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return false;
	}
}

enum runner_end
runner_run(int fd, int64_t timeout, int *status)
{
	struct reply reply = {.end = RUNNER_LOST};
	ssize_t n = -1;

	*status = -1;
	if (line < 0 || !send_request(fd, timeout)) {
		runner_kill();
		return RUNNER_NOT_STARTED;
	}
	if (wait_line(timeout * 1000 + LATE_MS))
		do
			n = recv(line, &reply, sizeof reply, 0);
		while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof reply) {
		runner_kill();
		return RUNNER_LOST;
	}
	*status = reply.status;
	return reply.end;
}

void
runner_kill(void)
{
	char rest[sizeof(struct reply)];

	if (line < 0)
		return;
	(void)shutdown(line, SHUT_WR);
	while (wait_line(KILL_MS) && recv(line, rest, sizeof rest, 0) > 0)
		continue;
}

void
runner_end(void)
{
	int status;

	if (line < 0)
		return;
	close(line);
	line = -1;
	(void)process_wait(runner, &status);
}

#include "filter/out/deliver.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include "filter/io/clock.h"
#include "filter/io/spool.h"

enum { POLL_FIRST_MS = 1, POLL_MOST_MS = 50 };

static volatile sig_atomic_t running; /* COMMAND's process group, or 0; for deliver_kill */

void
deliver_kill(void)
{
	if (running > 0)
		kill(-(pid_t)running, SIGKILL);
}

static void
restore_signals(void)
{
	static const int changed[] = {
		SIGPIPE, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGINT, SIGHUP};
	sigset_t none;

	for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++)
		signal(changed[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Where we are killed while COMMAND runs, the host keeps the message and tries again: a COMMAND
 * that went on would deliver it twice. false: we are gone already.
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
start(char *const argv[], int fd)
{
	pid_t parent = getpid(), pid;
	sigset_t all, before;

	/* a host may have started us with it ignored: then COMMAND's status would not be kept */
	signal(SIGCHLD, SIG_DFL);
	/* who ends us now must find COMMAND running, or not started */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = fork();
	if (pid > 0) {
		setpgid(pid, pid);
		running = (sig_atomic_t)pid;
	}
	if (pid != 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		return pid;
	}
	setpgid(0, 0);
	restore_signals();
	if (end_with_parent(parent) && dup2(fd, STDIN_FILENO) == STDIN_FILENO)
		execvp(argv[0], argv);
	_exit(errno == ENOENT ? 127 : 126);
}

/*
 * Waits for pid, at most until until_ms. POSIX has no wait with a time-out that would not take
 * signals from the rest of the program, so we look, with growing pauses.
 */
static bool
wait_until(pid_t pid, int64_t until_ms, int *status)
{
	int pause_ms = POLL_FIRST_MS;

	for (;;) {
		pid_t got = waitpid(pid, status, WNOHANG);

		if (got == pid)
			return true;
		if (got < 0 && errno != EINTR)
			return false;
		if (clock_ms() >= until_ms)
			return false;
		(void)poll(NULL, 0, pause_ms);
		pause_ms = pause_ms * 2 < POLL_MOST_MS ? pause_ms * 2 : POLL_MOST_MS;
	}
}

enum status
deliver_run(
	int fd, off_t size, char *const argv[], int64_t timeout, const char **error, int *status)
{
	int64_t until_ms = clock_ms() + timeout * 1000;
	pid_t pid = start(argv, fd);

	if (pid < 0) {
		*error = "COMMAND could not be started";
		return ST_TEMP;
	}
	if (!wait_until(pid, until_ms, status)) {
		deliver_kill();
		while (waitpid(pid, status, 0) < 0 && errno == EINTR)
			continue;
		running = 0;
		*error = "COMMAND did not end in time and was killed";
		return ST_TEMP;
	}
	running = 0;
	if (!WIFEXITED(*status)) {
		*error = "COMMAND was ended by a signal";
		return ST_TEMP;
	}
	if (WEXITSTATUS(*status) != 0) {
		*error = WEXITSTATUS(*status) == 126 || WEXITSTATUS(*status) == 127
				 ? "COMMAND could not be run"
				 : "COMMAND failed";
		return ST_TEMP;
	}
	/* the read offset is shared with COMMAND: it tells how much was taken */
	if (lseek(fd, 0, SEEK_CUR) < size) {
		*error = "COMMAND did not read the whole message";
		return ST_TEMP;
	}
	return ST_OK;
}

int
deliver_spool(
	struct output *output, size_t size, const char *spool_dir, off_t *end, const char **error)
{
	int fd = spool_open(spool_dir, output->rest != NULL ? SIZE_MAX : size);

	if (fd < 0) {
		*error = "no spool file for the message";
		return -1;
	}
	if (output_message(output, fd) == ST_OK) {
		*end = lseek(fd, 0, SEEK_CUR);
		if (*end >= 0 && lseek(fd, 0, SEEK_SET) == 0)
			return fd;
	}
	*error = "the message could not be spooled";
	close(fd);
	return -1;
}

enum status
deliver(struct output *output, size_t size, char *const argv[], int64_t timeout,
	const char *spool_dir, const char **error, int *status)
{
	off_t end;
	int fd = deliver_spool(output, size, spool_dir, &end, error);
	enum status st;

	*status = -1;
	if (fd < 0)
		return ST_TEMP;
	st = deliver_run(fd, end, argv, timeout, error, status);
	close(fd);
	return st;
}

enum status
deliver_smtp(struct output *output, size_t size, struct smtp_job *job, const char *spool_dir,
	struct arena *arena, const char **error)
{
	off_t end;
	enum status st;

	job->fd = deliver_spool(output, size, spool_dir, &end, error);
	if (job->fd < 0)
		return ST_TEMP;
	job->size = end;
	st = smtp_send(job, arena, error);
	close(job->fd);
	return st;
}

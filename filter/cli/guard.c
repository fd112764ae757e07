#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "filter/cli/guard.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter/intake/input.h"
#include "filter/io/fault.h"
#include "filter/io/process.h"
#include "filter/settings/profile.h"
#include "filter/text/i18n.h"

enum { NOT_STORED = -1 };

/* The exit status that the child chose, in memory that both processes share. */
static volatile int *guarded;

bool
guard_is_wanted(enum command command)
{
	return command != COMMAND_FILTER && command != COMMAND_BATCH &&
	       command != COMMAND_VERSION && command != COMMAND_HELP;
}

/*
 * Makes this child end with its parent. It gets SIGTERM instead of SIGKILL, because the handler of
 * SIGTERM also kills the program that sends mail.
 */
static void
end_with_parent(pid_t parent)
{
#ifdef __linux__
	(void)prctl(PR_SET_PDEATHSIG, (unsigned long)SIGTERM, 0ul, 0ul, 0ul);
#endif
	if (getppid() != parent)
		_exit(EXIT_TEMPFAIL);
}

/* Reads the input to the end, so that the writer does not get EPIPE. */
static int
discard_input(enum command command)
{
	if (command == COMMAND_REPORT_READ || command == COMMAND_REPORT_BOUNCE)
		input_discard(options_default().read_timeout);
	return EXIT_TEMPFAIL;
}

/* Did the command itself choose this end? A handler of signals ends with 75, after a line. */
static bool
is_own(int status, int stored)
{
	return WIFEXITED(status) &&
	       (WEXITSTATUS(status) == stored || WEXITSTATUS(status) == EXIT_TEMPFAIL);
}

void
guard_end(int status)
{
	if (guarded != NULL)
		*guarded = status;
}

/* Nothing can be started: the line, and the exit status. */
static int
not_started(enum command command, enum fault fault)
{
	fprintf(stderr, "mailstamp: %s\n", translated(fault_text(fault)));
	return discard_input(command);
}

bool
guard_begin(enum command command, int *status)
{
	const pid_t parent = getpid();
	pid_t child;
	int ended = 0;
	bool got;

	guarded = mmap(
		NULL, sizeof *guarded, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (guarded == MAP_FAILED) {
		*status = not_started(command, FAULT_NO_MEMORY);
		return true;
	}
	*guarded = NOT_STORED;
	child = fork();
	if (child == 0) {
		end_with_parent(parent);
		return false;
	}
	if (child < 0) {
		*status = not_started(command, FAULT_NO_PROCESS);
		return true;
	}
	got = process_wait(child, &ended);
	/* if the caller ignores SIGCHLD, only what the child stored is known */
	if (got ? is_own(ended, *guarded) : errno == ECHILD && *guarded != NOT_STORED) {
		*status = got ? WEXITSTATUS(ended) : *guarded;
		return true;
	}
	if (!got && errno != ECHILD) { /* the status is unknown: success must not be reported */
		(void)kill(child, SIGTERM);
		(void)waitpid(child, &ended, 0);
	}
	if (!got)
		fprintf(stderr, "mailstamp: %s\n", _("ended unexpectedly"));
	else if (WIFEXITED(ended))
		fprintf(stderr, _("mailstamp: ended unexpectedly with status %d\n"),
			WEXITSTATUS(ended));
	else
		fprintf(stderr, _("mailstamp: ended unexpectedly by signal %d\n"), WTERMSIG(ended));
	*status = discard_input(command);
	return true;
}

#include "filter/cli/guard.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include "filter/intake/input.h"
#include "filter/io/fault.h"
#include "filter/io/process.h"
#include "filter/settings/profile.h"
#include "filter/text/i18n.h"

bool
guard_is_wanted(enum command command)
{
	return command == COMMAND_REPORT_READ || command == COMMAND_REPORT_BOUNCE ||
	       command == COMMAND_REPORT_IMPORT || command == COMMAND_REPORT_SEND ||
	       command == COMMAND_REPORT_PRUNE;
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

static bool
is_own(int status)
{
	return WIFEXITED(status) &&
	       (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == EXIT_USAGE_ERROR ||
		       WEXITSTATUS(status) == EXIT_CONFIG_ERROR ||
		       WEXITSTATUS(status) == EXIT_TEMPFAIL);
}

/* Reads the input to the end, so that the writer does not get EPIPE. */
static int
discard_input(enum command command)
{
	if (command == COMMAND_REPORT_READ || command == COMMAND_REPORT_BOUNCE)
		input_discard(options_default().read_timeout);
	return EXIT_TEMPFAIL;
}

bool
guard_begin(enum command command, int *status)
{
	const pid_t parent = getpid(), child = fork();
	int ended = 0;
	bool got;

	if (child == 0) {
		end_with_parent(parent);
		return false;
	}
	if (child < 0) {
		fprintf(stderr, "mailstamp: %s\n", translated(fault_text(FAULT_NO_PROCESS)));
		*status = discard_input(command);
		return true;
	}
	got = process_wait(child, &ended);
	if (got && is_own(ended)) {
		*status = WEXITSTATUS(ended);
		return true;
	}
	if (!got) {
		if (errno != ECHILD) { /* the status is unknown, so success must not be reported */
			(void)kill(child, SIGTERM);
			(void)waitpid(child, &ended, 0);
		}
		fprintf(stderr, "mailstamp: %s\n", _("ended unexpectedly"));
	} else if (WIFEXITED(ended)) {
		fprintf(stderr, _("mailstamp: ended unexpectedly with status %d\n"),
			WEXITSTATUS(ended));
	} else {
		fprintf(stderr, _("mailstamp: ended unexpectedly by signal %d\n"), WTERMSIG(ended));
	}
	*status = discard_input(command);
	return true;
}

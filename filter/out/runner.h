/*
 * runner.h: the small process that starts COMMAND.
 *
 * It is forked before the message is read and the sandbox is entered, so that COMMAND has the
 * rights, the user and the limits of our caller. It never reads the message: it receives a
 * descriptor and makes it COMMAND's stdin. COMMAND gets only the descriptors 0, 1 and 2, and does
 * not outlive us.
 */
#ifndef FILTER_OUT_RUNNER_H
#define FILTER_OUT_RUNNER_H

#include <stdint.h>

#include "mime/status.h"

enum runner_end {
	RUNNER_ENDED,       /* COMMAND ended, with a wait status */
	RUNNER_NOT_STARTED, /* COMMAND was not started */
	RUNNER_LATE,        /* COMMAND was killed after the time-out */
	RUNNER_LOST         /* the runner has ended, and COMMAND with it */
};

/*
 * Starts the runner for argv, which must outlive it; does nothing if it is running. ST_TEMP on
 * failure.
 */
enum status runner_start(char *const argv[]);

/*
 * Runs COMMAND for at most timeout seconds with fd as stdin; the file offset is shared. *status:
 * the wait status, for RUNNER_ENDED. May be called once for each start.
 */
enum runner_end runner_run(int fd, int64_t timeout, int *status);

/* Kills the runner and a running COMMAND, and waits for both. May be called in a signal handler. */
void runner_kill(void);

/* Waits for the end of the runner; does nothing if it was not started. */
void runner_end(void);

#endif

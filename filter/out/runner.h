/*
 * runner.h: the small process that starts COMMAND.
 *
 * It is forked before any of the message is read and before the sandbox is entered, so that COMMAND
 * has the rights, the user and the limits of our caller. It never looks at the message: it gets a
 * descriptor and makes it COMMAND's stdin. COMMAND gets descriptors 0, 1 and 2 and no other, and
 * does not outlive us.
 */
#ifndef FILTER_OUT_RUNNER_H
#define FILTER_OUT_RUNNER_H

#include <stdint.h>

#include "mime/status.h"

enum runner_end {
	RUNNER_ENDED,       /* with a wait status */
	RUNNER_NOT_STARTED, /* COMMAND was not started */
	RUNNER_LATE,        /* it was killed after the time-out */
	RUNNER_LOST         /* the process that started it has ended, and COMMAND with it */
};

/*
 * Makes it ready to start argv, which must outlive it; does nothing if it is ready already.
 * ST_TEMP.
 */
enum status runner_start(char *const argv[]);

/*
 * Runs COMMAND with fd as its stdin, which shares its offset with ours, for at most timeout
 * seconds. *status: its wait status with RUNNER_ENDED. Once for each start.
 */
enum runner_end runner_run(int fd, int64_t timeout, int *status);

/* Ends it, and COMMAND if it runs; both have ended then. A signal handler may call it. */
void runner_kill(void);

/* Waits for its end; does nothing if it was not started. */
void runner_end(void);

#endif

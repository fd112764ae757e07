/*
 * guard.h: runs a command in a separate process. If memory runs out, libarchive exits with status 1
 * and the dynamic loader with 127, which a mail server or cron treats as a permanent failure; the
 * parent replaces such a status.
 */
#ifndef FILTER_CLI_GUARD_H
#define FILTER_CLI_GUARD_H

#include "filter/settings/settings.h"

/* Is it a command that mail servers or cron start, and that writes to the store? */
bool guard_is_wanted(enum command command);

/*
 * Starts a child that ends with its parent. Returns false in the child, where the caller must run
 * the command. Returns true in the parent, after the child has ended or if it could not be started:
 * *status is the exit status of the child or, if that is not one of ours, EXIT_TEMPFAIL, after a
 * line on stderr.
 */
bool guard_begin(enum command command, int *status);

#endif

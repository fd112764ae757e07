/*
 * guard.h: runs a command in a separate process. If memory runs out, libarchive exits with status 1
 * and the dynamic loader with 127, which a mail server or cron treats as a permanent failure; the
 * parent replaces such a status.
 */
#ifndef FILTER_CLI_GUARD_H
#define FILTER_CLI_GUARD_H

#include "filter/settings/settings.h"

/*
 * Is it a command whose own process may call those libraries? batch unpacks in processes of its
 * own, and the filter, which is started for each message, does not unpack.
 */
bool guard_is_wanted(enum command command);

/*
 * Starts a child that ends with its parent. Returns false in the child, where the caller must run
 * the command, and then guard_end. Returns true in the parent, after the child has ended or if it
 * could not be started: *status is the exit status of the child or, if the child did not choose it,
 * EXIT_TEMPFAIL, after a line on stderr.
 */
bool guard_begin(enum command command, int *status);

/* In the child: the command has run to its end, and this is its exit status. */
void guard_end(int status);

#endif

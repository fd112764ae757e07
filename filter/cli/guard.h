/*
 * guard.h: runs a command in a separate process. If memory runs out, libarchive ends its process
 * with status 1 and the loader with 127, which a mail server or cron takes for a permanent failure.
 */
#ifndef FILTER_CLI_GUARD_H
#define FILTER_CLI_GUARD_H

#include "filter/settings/settings.h"

/* Is it a command that others start, and that writes to the store? */
bool guard_is_wanted(enum command command);

/*
 * False in the new child, which ends with its parent: the caller must run the command there. True
 * in the parent, after the child has ended or if no process could be started: *status is the
 * child's status if it chose one itself, otherwise EXIT_TEMPFAIL, with a line on stderr.
 */
bool guard_begin(enum command command, int *status);

#endif

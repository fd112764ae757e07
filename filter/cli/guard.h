/*
 * guard.h: a command in a process of its own. libarchive ends its process with status 1, and the
 * loader with 127, when they are out of memory; to a mail server or cron each of these is final.
 */
#ifndef FILTER_CLI_GUARD_H
#define FILTER_CLI_GUARD_H

#include "filter/settings/settings.h"

/* Is it a command that others start, and that writes to the store? */
bool guard_is_wanted(enum command command);

/*
 * false: the caller is to run the command; it does so in a child, which ends with its parent. true,
 * in the parent after the child's end: *status is the program's, EXIT_TEMPFAIL with a line on
 * stderr unless the child ended with a status of its own; or no process could be started.
 */
bool guard_begin(enum command command, int *status);

#endif

/*
 * piped.h: lets batch evaluate an archive in a separate process, with the same options and its own
 * sandbox, for a command that needs the rows.
 */
#ifndef FILTER_ARCHIVE_PIPED_H
#define FILTER_ARCHIVE_PIPED_H

#include <sys/types.h>

#include "filter/settings/settings.h"
#include "filter/stats/row.h"

struct piped {
	pid_t child; /* 0: none */
	int in;
	int begin; /* descriptor on which it waits for its overlay, or -1 */
};

/*
 * Starts the process for options->archive. Must be called before anything is opened that the
 * process must not inherit, and before a thread is started. Returns 0, or an exit status after
 * reporting the error.
 */
int piped_start(const struct options *options, struct arena *arena, struct piped *piped);

/*
 * The same in two steps, for a command that gives up its rights before it knows which overlay to
 * use. piped_prepare starts n processes that wait; returns 0, or an exit status after reporting the
 * error. piped_begin lets one evaluate the archive, with the text of a master file overlaid on DNS
 * unless the text is empty; false if the process has ended. piped_drop ends all that still wait.
 */
int piped_prepare(
	const struct options *options, struct arena *arena, struct piped *piped, size_t n);
bool piped_begin(struct piped *piped, struct slice overlay);
void piped_drop(struct piped *piped, size_t n);

/* Reports the error as one of the archive; returns the exit status. */
int piped_fail(struct error why, struct arena *arena);

/*
 * Calls take for all rows, including those of unreadable files, each valid during the call; take
 * returns false when out of memory. Then waits for the process. Returns 0 even if some files could
 * not be read, each of which is reported on stderr; otherwise an exit status after reporting the
 * error.
 */
int piped_read(struct piped *piped, struct arena *arena,
	bool (*take)(void *arg, const struct row *row), void *arg);

#endif

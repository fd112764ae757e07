/* progress.h: shows the progress of a run on a terminal. */
#ifndef FILTER_ARCHIVE_PROGRESS_H
#define FILTER_ARCHIVE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool shown; /* stderr is a terminal */
	bool on;    /* a line is displayed */
	int64_t started_ms;
};

void progress_begin(struct progress *progress);

/* Shows the counts. share: the fraction of the work handed out, 0 to 1; negative if unknown */
void progress_show(struct progress *progress, size_t done, size_t failed, double share);

/* Removes the line, so that other text can be written. */
void progress_clear(struct progress *progress);

#endif

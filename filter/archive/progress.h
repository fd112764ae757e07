/* progress.h: how far a run is, on a terminal. */
#ifndef FILTER_ARCHIVE_PROGRESS_H
#define FILTER_ARCHIVE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool shown; /* stderr is a terminal */
	bool on;    /* a line stands there */
	int64_t started_ms;
};

void progress_begin(struct progress *progress);

/* share: which part of the work was handed out, 0 to 1; negative where that is not known */
void progress_tell(struct progress *progress, size_t done, size_t failed, double share);

/* Takes the line off, so that another can be written. */
void progress_clear(struct progress *progress);

#endif

/*
 * parent.h: the main process of batch: it takes messages from one process (opener.h), sends them to
 * another that reads them, and gets their results. It has the rights that its outputs need
 * (confine).
 *
 * The reader has fewer rights (confine_inner) and may die or hang over a message. Then a new one
 * reads each outstanding message separately, and a message over which a process dies again counts
 * as not evaluated.
 */
#ifndef FILTER_ARCHIVE_PARENT_H
#define FILTER_ARCHIVE_PARENT_H

#include "filter/archive/opener.h"
#include "filter/reader/judged.h"
#include "filter/reader/reader.h"
#include "filter/runs/journal.h"

struct parent_config {
	const struct options *options;
	struct opener *opener;
	size_t jobs;
	struct arena *arena; /* for its oom function */
	int64_t hang_ms;     /* if there is no result for that long, the process hangs */
	reader_work *read;   /* in the process that reads messages */
	void *read_arg;
	/* A result, in order unless options->unordered; false stops. */
	bool (*emit)(void *arg, const struct judged *judged);
	/* Called from time to time; false stops. */
	bool (*tick)(void *arg, double share);
	/* All DNS answers as a zone, at the end; not called if some were lost. */
	void (*record)(void *arg, struct slice zone);
	void *arg;
};

enum parent_end {
	PARENT_DONE,
	PARENT_STOPPED, /* emit or tick asked to stop */
	PARENT_LOST,    /* the process that opens files died, and messages are missing */
	PARENT_CHANGED, /* the journal belongs to other files */
	PARENT_BROKEN   /* no process, no thread, no memory, or the journal could not be written */
};

struct parent;

/*
 * Starts the process that reads. NULL with *status, an exit status: the process has reported an
 * error, or there is no memory for it. This process must have no other thread.
 */
struct parent *parent_open(const struct parent_config *config, int *status);

/* The whole run; journal may be NULL. */
enum parent_end parent_run(struct parent *parent, struct journal *journal);

void parent_close(struct parent *parent); /* NULL is fine */

#endif

/*
 * parent.h: the main process of batch: it takes messages from one process (opener.h), sends them to
 * another one that reads them, and gets the results. It has the rights that its outputs need
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
	struct arena *arena; /* only for its oom function */
	int64_t hang_ms;     /* without a result for that long, the process counts as hanging */
	reader_work *read;   /* main function of the process that reads messages */
	void *read_arg;
	/* Called for each result, in order unless options->unordered; false stops the run. */
	bool (*emit)(void *arg, const struct judged *judged);
	/* Called from time to time; false stops the run. */
	bool (*tick)(void *arg, double share);
	/* Called at the end with all DNS answers as a zone; not called if some were lost. */
	void (*record)(void *arg, struct slice zone);
	void *arg;
};

enum parent_end {
	PARENT_DONE,
	PARENT_STOPPED, /* emit or tick returned false */
	PARENT_LOST,    /* the process that opens files died, and messages are missing */
	PARENT_CHANGED, /* the journal belongs to other files */
	PARENT_BROKEN /* out of processes, threads or memory, or the journal could not be written */
};

struct parent;

/*
 * Starts the process that reads messages. NULL with *status, an exit status, if that process has
 * reported an error or could not be started. The calling process must have no other thread.
 */
struct parent *parent_open(const struct parent_config *config, int *status);

/* Runs until all messages have results; journal may be NULL. */
enum parent_end parent_run(struct parent *parent, struct journal *journal);

void parent_close(struct parent *parent); /* NULL is fine */

#endif

/*
 * crew.h: the threads of a run.
 *
 * options->jobs of them work at once. One that waits for DNS lets another go on meanwhile, and
 * threads are added, up to `threads`, while fewer than jobs of them have anything to do; so that
 * many messages' questions are on their way however few the processors are.
 */
#ifndef FILTER_ARCHIVE_CREW_H
#define FILTER_ARCHIVE_CREW_H

#include "filter/archive/judge.h"
#include "filter/runs/journal.h"

enum { CREW_THREADS = 128 }; /* threads over a resolver, most of which wait */

struct crew_config {
	const struct options *options;
	struct source *source;
	struct dns_pool *pool;
	struct evaluate_tools tools; /* without crypto */
	bool advice;                 /* rows are to say what would mend their message */
	struct journal *journal;     /* or NULL */
	size_t jobs, threads;
	/* A result, in order unless options->unordered, by one thread at a time; false stops. */
	bool (*emit)(void *arg, const struct judged *judged);
	/* Called now and then by the thread that runs the crew; false stops. */
	bool (*tick)(void *arg, double share);
	void *arg;
};

enum crew_end {
	CREW_DONE,
	CREW_STOPPED, /* emit or tick said so */
	CREW_CHANGED, /* the journal is of other files */
	CREW_BROKEN   /* no thread, no memory, or the journal could not be written */
};

enum crew_end crew_run(const struct crew_config *config);

#endif

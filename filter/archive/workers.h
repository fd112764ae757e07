/*
 * workers.h: the threads of a run.
 *
 * options->jobs of them work at once. While one waits for DNS, another proceeds; threads are added,
 * up to `threads`, while fewer than jobs of them are busy, so that the queries of many messages are
 * in progress even with few processors.
 */
#ifndef FILTER_ARCHIVE_WORKERS_H
#define FILTER_ARCHIVE_WORKERS_H

#include "filter/archive/worker.h"
#include "filter/runs/journal.h"

enum { WORKERS_THREADS = 128 }; /* threads over a resolver, most of which wait */

struct workers_config {
	const struct options *options;
	struct source *source;
	struct dns_pool *pool;
	struct evaluate_tools tools;       /* without crypto */
	const struct dns_overlay *overlay; /* or NULL */
	const struct own_senders *own;     /* or NULL */
	bool advice;                       /* rows include what would fix their message */
	struct journal *journal;           /* or NULL */
	size_t jobs, threads;
	/* A result, in order unless options->unordered, by one thread at a time; false stops. */
	bool (*emit)(void *arg, const struct judged *judged);
	/* Called from time to time by the thread that runs the workers; false stops. */
	bool (*tick)(void *arg, double share);
	void *arg;
};

enum workers_end {
	WORKERS_DONE,
	WORKERS_STOPPED, /* emit or tick asked to stop */
	WORKERS_CHANGED, /* the journal belongs to other files */
	WORKERS_BROKEN   /* no thread, no memory, or the journal could not be written */
};

enum workers_end workers_run(const struct workers_config *config);

#endif

/*
 * workers.h: the threads of the process that reads messages.
 *
 * options->jobs threads work at the same time. While one waits for DNS or for the memory of a large
 * message, another proceeds; threads are added, up to `threads`, while fewer than jobs are busy, so
 * that DNS queries of many messages are in flight even with few processors.
 */
#ifndef FILTER_READER_WORKERS_H
#define FILTER_READER_WORKERS_H

#include "filter/reader/worker.h"

enum { WORKERS_THREADS = 128 }; /* maximum number of threads if DNS is queried: most of them wait */

struct workers_config {
	const struct options *options;
	struct dns_pool *pool;
	struct evaluate_tools tools;       /* without crypto */
	const struct dns_overlay *overlay; /* or NULL */
	const struct own_senders *own;     /* or NULL */
	bool advice;                       /* rows include the fix */
	size_t jobs, threads;
};

/*
 * Evaluates the messages that come as packets (READER_ITEMS) until there are no more, and sends
 * their results as frames (READER_RESULTS), after FRAME_READY. False if threads or memory are not
 * available, or if no process reads the results.
 */
bool workers_run(const struct workers_config *config);

#endif

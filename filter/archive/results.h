/*
 * results.h: writes the output of a run: lines for messages, summary, tables.
 *
 * New, resumed and merged runs all pass their rows through here, so that the same rows in the same
 * order make the same output.
 */
#ifndef FILTER_ARCHIVE_RESULTS_H
#define FILTER_ARCHIVE_RESULTS_H

#include "filter/stats/since.h"
#include "filter/stats/stats.h"
#include "filter/stats/summary.h"
#include "filter/stats/worse.h"

struct results {
	const struct options *options;
	struct arena *arena;
	struct summary summary;
	struct stats *stats; /* NULL if no tables are requested, or there was not enough memory */
	struct worse worse;
	struct since *since; /* --baseline, or NULL; results_clear frees it */
	bool lost; /* a message failed because of a local failure, or memory ran out for the tables
		    */
	bool write_failed;
};

/* Do the requested outputs need statistics? */
bool results_want_stats(const struct options *options);

/*
 * Initializes results and writes the head line. options, arena and the n labels of the what-ifs
 * must outlive it. compared: the other DMARC RFC was evaluated as well. since: the earlier run,
 * whose ownership passes to results, or NULL. False if the page cannot be written, which is
 * reported.
 */
bool results_begin(struct results *results, const struct options *options, struct arena *arena,
	const char *const *labels, size_t n, bool compared, struct since *since);

/*
 * Adds the next message, with its line of output, which may be empty; reports a failed message on
 * stderr. row is NULL if memory ran out. False if the output cannot be written.
 */
bool results_add(struct results *results, const struct row *row, struct slice line);

/*
 * Writes the summary and tables, if requested, flushes stdout, writes the page. Returns the exit
 * status; errors are reported. interrupted: the run was stopped before its end.
 */
int results_end(struct results *results, bool interrupted);

void results_clear(struct results *results);

#endif

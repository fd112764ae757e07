/*
 * results.h: what is told of a run's messages: their lines, a summary, the tables.
 *
 * A run, a run that goes on and one that joins shards hand their rows in here, so that the same
 * rows in the same order make the same output.
 */
#ifndef FILTER_ARCHIVE_RESULTS_H
#define FILTER_ARCHIVE_RESULTS_H

#include "filter/stats/stats.h"
#include "filter/stats/summary.h"

struct results {
	const struct options *options;
	struct arena *arena;
	struct summary summary;
	struct stats *stats; /* NULL where no tables are wanted, or their memory is out */
	bool lost;           /* a message for a fault of ours, or the tables for want of memory */
	bool write_failed;
};

/* options and arena must stay; labels: of the what-ifs, n of them, which must stay, too; compared:
 * there is another RFC's result. Writes the head line. False without memory, or where the page
 * could not be written at the end, which is told. */
bool results_begin(struct results *results, const struct options *options, struct arena *arena,
	const char *const *labels, size_t n, bool compared);

/* A message in its turn, with its line of output, which may be empty; one that failed is told on
 * stderr. row NULL: there was no memory for it. False where the output cannot be written. */
bool results_add(struct results *results, const struct row *row, struct slice line);

/* The summary and the tables, where they are wanted, and all to stdout; the page. The exit status;
 * what is wrong is told. interrupted: the run was stopped before its end. */
int results_end(struct results *results, bool interrupted);

void results_clear(struct results *results);

#endif

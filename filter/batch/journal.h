/*
 * journal.h: what a run has done so far, so that a killed one can go on (--resume).
 *
 * Each message's line of output stands in it, with its tally. A run that goes on writes all its
 * lines again from the journal, so that its own output is whole, whatever became of the output of
 * the run that was killed.
 */
#ifndef FILTER_BATCH_JOURNAL_H
#define FILTER_BATCH_JOURNAL_H

#include "filter/batch/summary.h"

struct journal;

struct journal_entry {
	size_t index;
	const char *name;
	struct tally tally;
	struct slice text;
};

/*
 * Opens or makes the file. ST_BAD with *error (a literal) where it cannot be, another process has
 * it, or it is of a run with other sources or another output (by mark, from journal_mark).
 */
enum status journal_open(
	const char *path, uint64_t mark, struct journal **journal, const char **error);

/* What decides that a journal fits a run. */
uint64_t journal_mark(const struct options *options);

/* The next whole entry of the earlier run; name is NULL, text valid until the next call. After the
 * last one false: what was cut off is gone, and journal_add may be called. */
bool journal_replay(struct journal *journal, struct journal_entry *entry);

/* How many were replayed. */
size_t journal_count(const struct journal *journal);

/* Was it done by the earlier run? *changed is set where another name stood at that index. */
bool journal_has(const struct journal *journal, size_t index, const char *name, bool *changed);

bool journal_add(struct journal *journal, const struct journal_entry *entry);

/* false where not everything was written; NULL is fine */
bool journal_close(struct journal *journal);

#endif

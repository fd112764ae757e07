/*
 * journal.h: what a run has done so far, so that a killed one can go on (--resume).
 *
 * Each message's row stands in it as JSON. A run that goes on tells all of them again, so that its
 * own output is whole, whatever became of the output of the run that was killed.
 */
#ifndef FILTER_RUNS_JOURNAL_H
#define FILTER_RUNS_JOURNAL_H

#include "filter/stats/row.h"

enum { JOURNAL_WINDOW = 1024 }; /* results that may wait for an earlier one */

struct journal;

/*
 * Opens or makes the file. ST_BAD with *error (a literal) where it cannot be, another process has
 * it, or it is of another run (mark, from options_mark), shard or output.
 */
enum status journal_open(const char *path, const struct options *options, const char *mark,
	struct journal **journal, const char **error);

/*
 * The next whole entry of the earlier run: its row, in the arena or literals, and its line of JSON,
 * valid until the next call. After the last one false: what was cut off is gone, and journal_add
 * may be called.
 */
bool journal_replay(
	struct journal *journal, struct arena *arena, struct row *row, struct slice *json);

/* Was it done by the earlier run? *changed is set where another name stood at that index. */
bool journal_has(const struct journal *journal, size_t index, const char *name, bool *changed);

/* How many messages the earlier run had done. */
size_t journal_done(const struct journal *journal);

/* json: the row's line (row_json.h) */
bool journal_add(struct journal *journal, const char *name, struct slice json);

/* false where not everything was written; NULL is fine */
bool journal_close(struct journal *journal);

#endif

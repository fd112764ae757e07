/*
 * journal.h: a run that is kept while it is made, so that a killed one can go on (--resume).
 *
 * The file is a run (run_head.h). A run that goes on tells all of its messages again, so that its
 * own output is whole, whatever became of the output of the run that was killed.
 */
#ifndef FILTER_RUNS_JOURNAL_H
#define FILTER_RUNS_JOURNAL_H

#include "filter/runs/run_head.h"
#include "filter/stats/row.h"

enum { JOURNAL_WINDOW = 1024 }; /* results that may wait for an earlier one */

struct journal;

/*
 * Opens or makes the file. ST_BAD with *error (a literal) where it cannot be, another process has
 * it, or it does not begin with this head. arena: for its oom function.
 */
enum status journal_open(const char *path, const struct run_head *head, struct arena *arena,
	struct journal **journal, const char **error);

/*
 * The next whole message of the earlier run: its row, in the arena or literals, and its line of
 * JSON, valid until the next call. After the last one false: what was cut off is gone, and
 * journal_add may be called.
 */
bool journal_replay(
	struct journal *journal, struct arena *arena, struct row *row, struct slice *json);

/* Was it done by the earlier run? *changed is set where another name stood at that index. */
bool journal_has(struct journal *journal, size_t index, const char *name, bool *changed);

/* How many messages the earlier run had done. */
size_t journal_done(const struct journal *journal);

/* json: a message's line (run_row.h) */
bool journal_add(struct journal *journal, struct slice json);

/* end: of a run that is done, else NULL. False where not everything was written; journal may be
 * NULL. */
bool journal_close(struct journal *journal, const struct run_end *end);

#endif

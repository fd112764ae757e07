/*
 * journal.h: stores a run while it proceeds, so that a killed run can be resumed (--resume).
 *
 * The file is a run (run_head.h). A resumed run reports all messages again, so its output is
 * complete even if that of the killed run was lost.
 */
#ifndef FILTER_RUNS_JOURNAL_H
#define FILTER_RUNS_JOURNAL_H

#include "filter/runs/run_head.h"
#include "filter/stats/row.h"

enum { JOURNAL_WINDOW = 1024 }; /* maximum number of results that wait for an earlier one */

struct journal;

/*
 * Opens or creates the file. ST_BAD with *error if that fails, if another process uses the file, or
 * if it does not begin with this head. arena: for the head of the earlier run, and for its oom
 * function.
 */
enum status journal_open(const char *path, const struct run_head *head, struct arena *arena,
	struct journal **journal, struct error *error);

/*
 * Returns the next complete message of the earlier run: its row, which points into the arena or to
 * literals, and its JSON line, valid until the next call. False after the last one; a truncated
 * line is then removed, and journal_add may be called.
 */
bool journal_replay(
	struct journal *journal, struct arena *arena, struct row *row, struct slice *json);

/* Did the earlier run finish the message? *changed is set if the index had another name. */
bool journal_has(struct journal *journal, size_t index, const char *name, bool *changed);

/* Returns the number of messages that the earlier run had finished. */
size_t journal_done(const struct journal *journal);

/* Adds a message; json: its line (run_row.h). False if it cannot be written. */
bool journal_add(struct journal *journal, struct slice json);

/*
 * Closes the file, after adding the end line of a complete run (end NULL: the run is incomplete).
 * False if not everything was written. journal may be NULL.
 */
bool journal_close(struct journal *journal, const struct run_end *end);

#endif

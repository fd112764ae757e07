/*
 * journal.h: a run that is stored as it proceeds, so that a killed one can be resumed (--resume).
 *
 * The file is a run (run_head.h). A resumed run reports all of its messages again, so that its
 * output is complete whatever happened to the output of the killed run.
 */
#ifndef FILTER_RUNS_JOURNAL_H
#define FILTER_RUNS_JOURNAL_H

#include "filter/runs/run_head.h"
#include "filter/stats/row.h"

enum { JOURNAL_WINDOW = 1024 }; /* results that may wait for an earlier one */

struct journal;

/*
 * Opens or makes the file. ST_BAD with *error if that fails, another process uses it,
 * or it does not begin with this head. arena: for its oom function.
 */
enum status journal_open(const char *path, const struct run_head *head, struct arena *arena,
	struct journal **journal, struct error *error);

/*
 * The next whole message of the earlier run: its row, in the arena or literals, and its line of
 * JSON, valid until the next call. False after the last one: a truncated line is then removed, and
 * journal_add may be called.
 */
bool journal_replay(
	struct journal *journal, struct arena *arena, struct row *row, struct slice *json);

/* Was it finished by the earlier run? *changed is set if that index had another name. */
bool journal_has(struct journal *journal, size_t index, const char *name, bool *changed);

/* The number of messages that the earlier run had finished. */
size_t journal_done(const struct journal *journal);

/* json: a message's line (run_row.h) */
bool journal_add(struct journal *journal, struct slice json);

/*
 * end: the end line of a complete run, else NULL. False if not everything was written; journal may
 * be NULL.
 */
bool journal_close(struct journal *journal, const struct run_end *end);

#endif

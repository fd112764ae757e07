/* run_row.h: a message's line of JSON as the row that was made of it. */
#ifndef FILTER_RUNS_RUN_ROW_H
#define FILTER_RUNS_RUN_ROW_H

#include "filter/stats/row.h"

/* Octets of a line; a message of which more is to be told counts as one that could not be judged.
 * DNS answers that somebody made for that reach some 50 MiB. */
enum { RUN_LINE_MAX = 64 * 1024 * 1024 };

/*
 * A line of batch --output json (docs/schema.json, or schema-1.json), with or without its line end:
 * the row that was made of the message then. Its sentences are made again from their codes, the
 * advice in the language of words_choose; where this version does not know a code, and in version
 * 1, the line's own English sentence is taken. Members that no row holds are not looked at. ST_BAD
 * with *error (a literal) where it is none, ST_TEMP without memory. What the row points to is in
 * the arena, or literals.
 */
enum status run_row_read(
	struct slice line, struct arena *arena, struct row *row, const char **error);

#endif

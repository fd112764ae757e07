/* row_json.h: a row as a JSON line, and back. */
#ifndef FILTER_RUNS_ROW_JSON_H
#define FILTER_RUNS_ROW_JSON_H

#include "filter/stats/row.h"

/* Octets of a line; a message of which more is to be told counts as one that could not be judged.
 * DNS answers that somebody made for that reach some 50 MiB. */
enum { ROW_JSON_MAX = 64 * 1024 * 1024 };

/*
 * The members of docs/schema.json that row_from_json reads and no others, one line with its line
 * end; in the arena. ST_TEMP without memory.
 */
enum status row_to_json(const struct row *row, struct arena *arena, struct slice *line);

/*
 * A line of row_to_json, or of batch --output json, with or without its line end: the row that was
 * made of the message then, with the advice in the language of words_choose. Members that no row
 * holds are not looked at. ST_BAD with *error (a literal) where it is none, ST_TEMP without memory.
 * What the row points to is in the arena, or literals.
 */
enum status row_from_json(
	struct slice line, struct arena *arena, struct row *row, const char **error);

#endif

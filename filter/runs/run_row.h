/* run_row.h: a message's line of JSON, read back as its row. */
#ifndef FILTER_RUNS_RUN_ROW_H
#define FILTER_RUNS_RUN_ROW_H

#include "filter/runs/run_error.h"
#include "filter/stats/row.h"

/*
 * Octets of a line; a message with a longer one counts as one that could not be evaluated. DNS
 * answers made for that purpose reach some 50 MiB.
 */
enum { RUN_LINE_MAX = 64 * 1024 * 1024 };

/*
 * A line of batch --output json (docs/schema.json, or schema-1.json), with or without its line end:
 * the row of that message. Its sentences are rebuilt from their codes, the advice in the language
 * of i18n_choose; for codes that this version does not know, and in version 1, the line's own
 * English sentence is used. Members that no row holds are ignored. ST_BAD with *error if it is not
 * one, ST_TEMP without memory. The row points into the arena or to literals.
 */
enum status run_row_read(
	struct slice line, struct arena *arena, struct row *row, struct error *error);

#endif

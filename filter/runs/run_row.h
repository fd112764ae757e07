/* run_row.h: reads the JSON line of a message back as a row. */
#ifndef FILTER_RUNS_RUN_ROW_H
#define FILTER_RUNS_RUN_ROW_H

#include "filter/runs/run_error.h"
#include "filter/stats/row.h"

/*
 * Maximum octets of a line; a message with a longer line counts as not evaluated. With hostile DNS
 * answers a line can reach about 50 MiB.
 */
enum { RUN_LINE_MAX = 64 * 1024 * 1024 };

/*
 * Parses a line of batch --output json (docs/schema.json or schema-1.json), with or without line
 * end. Sentences are rebuilt from their codes, advice in the language of i18n_choose; if a code is
 * unknown, and in version 1, the English sentence of the line is used. Members that a row does not
 * need are ignored. ST_BAD with *error if it is not such a line, ST_TEMP when out of memory. The
 * row points into the arena or to literals.
 */
enum status run_row_read(
	struct slice line, struct arena *arena, struct row *row, struct error *error);

#endif

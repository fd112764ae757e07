/*
 * line.h: makes a line of tsv or csv from one message's result.
 */
#ifndef FILTER_ARCHIVE_LINE_H
#define FILTER_ARCHIVE_LINE_H

#include "filter/stats/row.h"

/* The header line; empty if there is none. */
struct slice line_head(enum output_what output);

/*
 * Makes a line of tsv or csv with its line end, in the arena; empty for other outputs. tsv: path,
 * spf, dkim, d/s=result for each signature joined by commas, dmarc, arc; `-` for a result that does
 * not exist. ST_LIMIT if the line is too long.
 */
enum status line_make(
	const struct row *row, enum output_what output, struct arena *arena, struct slice *line);

#endif

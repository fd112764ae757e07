/*
 * line.h: one message's result as a line of tsv, csv or JSON.
 */
#ifndef FILTER_ARCHIVE_LINE_H
#define FILTER_ARCHIVE_LINE_H

#include "filter/stats/row.h"

/* The line above all others; empty where there is none. */
struct slice line_head(enum output_what output);

/*
 * A row as a line of tsv or csv with its line end, in the arena; empty for other outputs. tsv:
 * path, spf, dkim, d/s=result joined by commas, dmarc, arc; `-` where it was not checked. ST_LIMIT
 * where it is too long.
 */
enum status line_make(
	const struct row *row, enum output_what output, struct arena *arena, struct slice *line);

/* All that is known of a message as its JSON line, in the evaluation's arena. path: shown safely;
 * advice: or NULL. */
enum status line_json(struct evaluation *ev, size_t index, const char *path,
	const struct findings *advice, struct slice *line);

#endif

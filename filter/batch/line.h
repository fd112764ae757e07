/*
 * line.h: one message's result as a line of tsv, csv or JSON.
 */
#ifndef FILTER_BATCH_LINE_H
#define FILTER_BATCH_LINE_H

#include "filter/evaluate.h"

/* The line above all others; empty where there is none. */
struct slice line_head(enum output_what output);

/*
 * With its line end, in the evaluation's arena; empty for outputs without lines. tsv: path, spf,
 * dkim, d/s=result joined by commas, dmarc, arc; `-` where it was not checked. path: shown safely.
 */
enum status line_make(struct evaluation *ev, enum output_what output, size_t index,
	const char *path, struct slice *line);

/* The line of a file that could not be judged. */
enum status line_failure(enum output_what output, size_t index, const char *path, const char *error,
	struct arena *arena, struct slice *line);

#endif

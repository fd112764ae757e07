/* run_file.h: a stored run (run_head.h), plain or compressed, line by line. */
#ifndef FILTER_RUNS_RUN_FILE_H
#define FILTER_RUNS_RUN_FILE_H

#include "filter/runs/run_error.h"
#include "filter/runs/run_head.h"
#include "filter/stats/row.h"

struct run_file;

enum run_got {
	RUN_ROW,      /* a message's line */
	RUN_DONE,     /* the end line, and nothing after it */
	RUN_CUT,      /* it ends too early */
	RUN_NOT_READ, /* out of memory, or the file cannot be read */
	RUN_BAD       /* it is not a run, or is malformed */
};

/*
 * Takes ownership of fd. Reads the head: RUN_ROW, or another with *error and *file
 * NULL. The head's texts are in the arena.
 */
enum run_got run_file_open(int fd, struct arena *arena, struct run_file **file,
	struct run_head *head, struct error *error);

/*
 * The next line: its row, in the arena or literals, and the line as read, valid until the next
 * call. Rows of a run that is not unordered come in order, and none is missing. *error as above.
 * After anything but RUN_ROW, it must not be called again.
 */
enum run_got run_file_next(struct run_file *file, struct arena *arena, struct row *row,
	struct slice *line, struct error *error);

void run_file_close(struct run_file *file); /* NULL is fine */

#endif

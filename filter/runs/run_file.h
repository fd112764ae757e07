/* run_file.h: reads a stored run (run_head.h), plain or compressed, line by line. */
#ifndef FILTER_RUNS_RUN_FILE_H
#define FILTER_RUNS_RUN_FILE_H

#include "filter/runs/run_error.h"
#include "filter/runs/run_head.h"
#include "filter/stats/row.h"

struct run_file;

enum run_got {
	RUN_ROW,      /* a message's line */
	RUN_DONE,     /* the end line, and nothing after it */
	RUN_CUT,      /* truncated */
	RUN_NOT_READ, /* out of memory, or the file cannot be read */
	RUN_BAD       /* not a run, or malformed */
};

/*
 * Takes ownership of fd and reads the head. RUN_ROW on success; otherwise *error is set and *file
 * is NULL. The texts of the head are in the arena.
 */
enum run_got run_file_open(int fd, struct arena *arena, struct run_file **file,
	struct run_head *head, struct error *error);

/*
 * Reads the next line: returns its row, which points into the arena or to literals, and the line as
 * read, valid until the next call. Unless the run is unordered, it is an error if rows are missing
 * or out of order. *error as above. Must not be called again after anything but RUN_ROW.
 */
enum run_got run_file_next(struct run_file *file, struct arena *arena, struct row *row,
	struct slice *line, struct error *error);

/* After RUN_DONE: the counts in the end line, which are those of the messages read. */
const struct run_end *run_file_end(const struct run_file *file);

void run_file_close(struct run_file *file); /* NULL is fine */

#endif

/* shard_file.h: one shard's file, plain or compressed, line by line. */
#ifndef FILTER_RUNS_SHARD_FILE_H
#define FILTER_RUNS_SHARD_FILE_H

#include "filter/runs/shard.h"
#include "filter/stats/row.h"

struct shard_file;

enum shard_got {
	SHARD_ROW,  /* a message's line */
	SHARD_DONE, /* the end line, and nothing behind it */
	SHARD_CUT,  /* it cannot be read, or not to its end: it has to be made again */
	SHARD_BAD   /* it is no shard, or not as one is written */
};

/* Opens it and reads its head; SHARD_ROW, or SHARD_CUT or SHARD_BAD with *error (a literal) and
 * *file NULL. The head's texts are in the arena. */
enum shard_got shard_file_open(const char *path, struct arena *arena, struct shard_file **file,
	struct shard_head *head, const char **error);

/*
 * The next line: its row, in the arena or literals, and the line as it stands, valid until the next
 * call. Rows come in order, and none is missing. *error as above. After anything but SHARD_ROW it
 * is not called again.
 */
enum shard_got shard_file_next(struct shard_file *file, struct arena *arena, struct row *row,
	struct slice *line, const char **error);

void shard_file_close(struct shard_file *file); /* NULL is fine */

#endif

/*
 * shard.h: the JSON lines of one part of a run (--shard, --output json), written and read.
 *
 * A head line says of which run it is the part, one line a message follows, and an end line says
 * how many there were, so that a part that was cut off shows.
 */
#ifndef FILTER_RUNS_SHARD_H
#define FILTER_RUNS_SHARD_H

#include "filter/settings/options_mark.h"
#include "filter/verdict/whatif.h"

struct shard_head {
	size_t at, of; /* at: from 0 */
	char run[OPTIONS_MARK + 1];
	size_t nwhat_ifs;
	const char *what_ifs[WHAT_IF_MAX]; /* their labels */
	bool compared;                     /* by the other RFC, too */
};

struct shard_end {
	size_t messages, failed; /* judged, and files that could not be */
};

/* One line each, in the arena; ST_TEMP without memory. */
enum status shard_head_write(
	const struct shard_head *head, struct arena *arena, struct slice *line);
enum status shard_end_write(const struct shard_end *end, struct arena *arena, struct slice *line);

/* Is the line an end line? Then no message's. */
bool shard_is_end(struct slice line);

/* ST_BAD where the line is no such one; texts of the head are in the arena. */
enum status shard_head_parse(struct slice line, struct arena *arena, struct shard_head *head);
enum status shard_end_parse(struct slice line, struct shard_end *end);

#endif

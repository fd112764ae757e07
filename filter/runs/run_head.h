/*
 * run_head.h: writes and parses the first and the last line of a stored run.
 *
 * A stored run, whole (--resume) or a part (--shard, --output json), consists of a head line that
 * identifies the run, one JSON line for each message, and an end line with their number, so that
 * truncation is detected.
 */
#ifndef FILTER_RUNS_RUN_HEAD_H
#define FILTER_RUNS_RUN_HEAD_H

#include "filter/settings/options_mark.h"
#include "filter/verdict/whatif.h"

struct run_head {
	size_t at, of;               /* the shard, from 0; 0 of 1: the whole run */
	char mark[OPTIONS_MARK + 1]; /* hash of the options (options_mark.h) */
	size_t nwhat_ifs;
	const char *what_ifs[WHAT_IF_MAX]; /* labels of the what-ifs */
	bool compared;                     /* --dmarc-compare */
	bool unordered;                    /* messages are in the order of completion */
	const char *output;                /* the requested output; NULL: unknown */
	bool page;                         /* --html */
};

struct run_end {
	size_t messages, failed; /* evaluated messages, and files that could not be evaluated */
	size_t items;            /* both, in all shards, as this one counted them */
	bool counted;            /* items is known; always written */
};

/* Makes the head of a run with these options, without mark; labels point into options. */
struct run_head run_head_of(const struct options *options);

/* Each writes one line, in the arena; ST_TEMP when out of memory. */
enum status run_head_write(const struct run_head *head, struct arena *arena, struct slice *line);
enum status run_end_write(const struct run_end *end, struct arena *arena, struct slice *line);

/* Is the line an end line, not a message? */
bool run_is_end(struct slice line);

/*
 * Parses a head of this version or of version 1, with texts in the arena; output is not read.
 * ST_BAD if the line is not one, ST_LIMIT if it is of a newer version, ST_TEMP when out of memory.
 */
enum status run_head_parse(struct slice line, struct arena *arena, struct run_head *head);
enum status run_end_parse(struct slice line, struct run_end *end);

#endif

/* run_set.h: reads complete earlier runs (run_head.h); each may be one file or several shards. */
#ifndef FILTER_RUNS_RUN_SET_H
#define FILTER_RUNS_RUN_SET_H

#include "filter/runs/run_file.h"
#include "filter/settings/settings.h"

enum { RUN_SET_FILES = 4096 };

/*
 * Called for the row of each message, which is valid during the call; returns false if there is no
 * room or memory for it.
 */
typedef bool (*run_set_take)(void *arg, const struct row *row);

/*
 * Calls take for the messages of all files, except those that could not be evaluated. RUN_DONE if
 * each run is complete, with all its shards, and no run occurs twice (runs with the same options
 * and paths count as the same). Otherwise *error describes the problem and the file; if take
 * returned false, RUN_NOT_READ without an error.
 */
enum run_got run_set_read(const struct strings *paths, struct arena *arena, run_set_take take,
	void *arg, const char **path, struct error *error);

#endif

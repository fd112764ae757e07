/*
 * run_set.h: complete earlier runs (run_head.h), each of which may be one file or several shards.
 */
#ifndef FILTER_RUNS_RUN_SET_H
#define FILTER_RUNS_RUN_SET_H

#include "filter/runs/run_file.h"
#include "filter/settings/settings.h"

enum { RUN_SET_FILES = 4096 };

/* Takes a message's row, which is valid during the call; false without room or memory for it. */
typedef bool (*run_set_take)(void *arg, const struct row *row);

/*
 * Hands over the messages of all files; those that could not be evaluated are left out. RUN_DONE
 * after all of them: each run is complete, with all its shards, and none is there twice (a run of
 * the same options and paths counts as the same). Otherwise what is wrong with which file, with
 * *error; RUN_NOT_READ without one if take refused.
 */
enum run_got run_set_read(const struct strings *paths, struct arena *arena, run_set_take take,
	void *arg, const char **path, struct error *error);

#endif

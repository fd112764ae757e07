/* run_reader.h: reads members of the JSON of an earlier run or inspection. */
#ifndef FILTER_RUNS_RUN_READER_H
#define FILTER_RUNS_RUN_READER_H

#include <stdbool.h>

#include "filter/result/json_parts.h"
#include "filter/runs/run_error.h"
#include "mime/arena.h"

struct run_reader {
	struct arena *arena;
	enum run_error error; /* the first error */
};

/* Records an error, unless one was recorded before. */
void run_refuse(struct run_reader *reader, enum run_error error);

/*
 * Like json_unpack, for a borrowed object; false, with RUN_E_MEMBER recorded, if it does not match
 * format.
 */
bool run_unpack(struct run_reader *reader, json_t *object, const char *format, ...);

#endif

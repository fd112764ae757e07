/* run_reader.h: reads JSON of an earlier run or inspection, member by member. */
#ifndef FILTER_RUNS_RUN_READER_H
#define FILTER_RUNS_RUN_READER_H

#include <stdbool.h>

#include "filter/result/json_parts.h"
#include "filter/runs/run_error.h"
#include "mime/arena.h"

struct run_reader {
	struct arena *arena;
	enum run_error error; /* the first that was found */
};

/* Notes why the JSON is refused; the first reason is kept. */
void run_refuse(struct run_reader *reader, enum run_error error);

/* json_unpack of a borrowed object; false, with RUN_E_MEMBER noted, if it does not match format. */
bool run_unpack(struct run_reader *reader, json_t *object, const char *format, ...);

#endif

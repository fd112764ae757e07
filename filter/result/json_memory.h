/*
 * json_memory.h: whether memory sufficed for all of a JSON object.
 */
#ifndef FILTER_RESULT_JSON_MEMORY_H
#define FILTER_RESULT_JSON_MEMORY_H

#include <stdbool.h>

/* Before any JSON and any thread: from now on no object is written of which memory left a part
 * out. */
void json_watch_memory(void);

/* Did jansson lack memory in this thread since it was last asked? */
bool json_lacked_memory(void);

#endif

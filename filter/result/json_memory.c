#include "filter/result/json_memory.h"

#include <jansson.h>
#include <stdlib.h>

static _Thread_local bool lacked_memory; /* since it was last asked for */

static void *
allocate(size_t n)
{
	void *p = malloc(n);

	lacked_memory |= p == NULL;
	return p;
}

void
json_watch_memory(void)
{
	json_set_alloc_funcs(allocate, free);
}

bool
json_lacked_memory(void)
{
	const bool lacked = lacked_memory;

	lacked_memory = false;
	return lacked;
}

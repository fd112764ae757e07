/*
 * json_library.h: jansson, loaded when the first JSON is read or written.
 *
 * The functions of jansson.h that the program uses are in json_library.c and call those of the
 * library; a function that is missing there must be added to its list, or the program does not
 * link.
 */
#ifndef FILTER_RESULT_JSON_LIBRARY_H
#define FILTER_RESULT_JSON_LIBRARY_H

#include <stdbool.h>

/*
 * Before any JSON: false if the library cannot be loaded. From now on, no object is written that is
 * incomplete for lack of memory (json_lacked_memory). From any thread, any number of times.
 */
bool json_start(void);

/* Has jansson run out of memory in this thread since the last call? */
bool json_lacked_memory(void);

#endif

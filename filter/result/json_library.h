/*
 * json_library.h: jansson, loaded when the first JSON is read or written.
 *
 * json_library.c defines the functions of jansson.h that the program uses; they call those of the
 * library. A further function must be added to its list, otherwise the program does not link.
 */
#ifndef FILTER_RESULT_JSON_LIBRARY_H
#define FILTER_RESULT_JSON_LIBRARY_H

#include <stdbool.h>

/*
 * Must be called before any JSON is used; false if the library cannot be loaded. From then on, a
 * lack of memory is recorded, so that incomplete objects are not written (json_lacked_memory). May
 * be called from any thread, repeatedly.
 */
bool json_start(void);

/* Has jansson run out of memory in this thread since the last call? */
bool json_lacked_memory(void);

#endif

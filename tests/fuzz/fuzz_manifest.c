/* a line of a list, and a side file: any result is complete */
#include <assert.h>
#include <stdint.h>

#include "filter/source/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_make((const char *)data, size), path;
	struct envelope envelope;
	enum fault fault = FAULT_NONE;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	if (manifest_line(bytes, &arena, &path, &envelope, &fault) == ST_OK)
		assert(path.n > 0 && memchr(path.p, '\0', path.n) == NULL);
	else
		assert(fault != FAULT_NONE);
	assert(envelope.path == PATH_GIVEN || envelope.mail_from.n == 0);
	fault = FAULT_NONE;
	if (manifest_side(bytes, &arena, &envelope, &fault) != ST_OK)
		assert(fault != FAULT_NONE);
	arena_clear(&arena);
	return 0;
}

/* fuzz_base64: decoded text, encoded again, decodes to the same. */
#include <assert.h>
#include <stdint.h>

#include "auth/base/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size}, bytes, encoded, again;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	if (base64_decode(text, &arena, &bytes) == ST_OK) {
		assert(bytes.n <= text.n * 3 / 4);
		encoded = base64_encode(bytes, &arena);
		assert(base64_decode(encoded, &arena, &again) == ST_OK && slice_eq(bytes, again));
	} else {
		assert(bytes.n == 0);
	}
	encoded = base64_encode(text, &arena);
	assert(base64_decode(encoded, &arena, &again) == ST_OK && slice_eq(text, again));
	arena_clear(&arena);
	return 0;
}

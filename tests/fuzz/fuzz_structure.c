/* messages attached to a message: each is inside the outer one, or was decoded and is not larger */
#include <assert.h>
#include <stdint.h>

#include "filter/structure/structure.h"
#include "mime/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice raw = slice_make((const char *)data, size);
	struct address_gmime *gmime = address_gmime_open();
	struct structure_message found[STRUCTURE_MESSAGES];
	struct arena arena;
	bool whole;
	size_t n;

	arena_init(&arena, NULL, NULL);
	if (structure_messages(gmime, raw, &arena, found, &n, &whole) == ST_OK) {
		assert(n <= STRUCTURE_MESSAGES);
		assert(whole || raw.n > 0);
		for (size_t i = 0; i < n; i++) {
			const struct slice one = found[i].bytes;

			assert(one.n > 0 && one.n <= raw.n);
			assert(found[i].recoded ||
				(one.p >= raw.p && one.p + one.n <= raw.p + raw.n));
		}
	}
	arena_clear(&arena);
	address_gmime_close(gmime);
	return 0;
}

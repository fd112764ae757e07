/* A failure report, as fields and as text; the message's header follows an empty line. */
#include <assert.h>

#include "filter/feedback/feedback_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice octets = slice_make((const char *)data, size);
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (int plain = 0; plain < 2; plain++) {
		struct feedback_failure failure;

		if (feedback_failure_parse(octets, octets, plain == 1, &arena, &failure) != ST_OK)
			continue;
		assert(failure.incidents >= 0 && failure.domain.n <= FEEDBACK_VALUE);
		assert(failure.results.n <= FEEDBACK_VALUE);
		assert(failure.source.n <= FEEDBACK_VALUE);
		assert(plain == 1 || failure.type.n > 0);
	}
	arena_clear(&arena);
	return 0;
}

/* the first and the last line of a run */
#include <assert.h>
#include <stdint.h>

#include "filter/runs/run_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice line = slice_make((const char *)data, size), written;
	struct run_head head, again;
	struct run_end end, same;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	if (run_head_parse(line, &arena, &head) == ST_OK) {
		assert(head.of >= 1 && head.of <= SHARDS_MAX && head.at < head.of);
		assert(strlen(head.mark) == OPTIONS_MARK && head.nwhat_ifs <= WHAT_IF_MAX);
		assert(run_head_write(&head, &arena, &written) == ST_OK);
		assert(run_head_parse(written, &arena, &again) == ST_OK);
		assert(again.at == head.at && again.of == head.of &&
			again.nwhat_ifs == head.nwhat_ifs && again.compared == head.compared &&
			again.unordered == head.unordered);
	}
	if (run_end_parse(line, &end) == ST_OK) {
		assert(run_end_write(&end, &arena, &written) == ST_OK && run_is_end(written));
		assert(run_end_parse(written, &same) == ST_OK);
		assert(same.messages == end.messages && same.failed == end.failed &&
			same.items == end.items);
	}
	arena_clear(&arena);
	return 0;
}

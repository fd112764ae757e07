/* fuzz_what_if: accepted records parse as records, and a refusal has an error. */
#include <assert.h>
#include <stdint.h>

#include "auth/base/domain.h"
#include "filter/verdict/whatif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct what_if *what_if, enum dmarc_mode mode, struct arena *arena)
{
	struct dmarc_record record;
	struct slice again;

	assert(what_if->n > 0 && what_if->n <= WHAT_IF_PARTS);
	for (size_t i = 0; i < what_if->n; i++) {
		const struct dmarc_published *part = &what_if->parts[i];

		assert(dmarc_parse(part->text, mode, &record) && !record.duplicate);
		assert(part->name.n == 0 || (domain_normalize(part->name, arena, &again) == ST_OK &&
						    slice_eq(again, part->name)));
		for (size_t k = 0; k < i; k++)
			assert(!slice_eq(what_if->parts[k].name, part->name));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct what_if what_if;
	struct error error;
	const char *text;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	text = arena_cstr(&arena, slice_make((const char *)data, size));
	for (int mode = DMARC_RFC9989; mode <= DMARC_RFC7489; mode++) {
		if (what_if_parse(text, (enum dmarc_mode)mode, &arena, &what_if, &error) == ST_OK)
			check(&what_if, (enum dmarc_mode)mode, &arena);
		else
			assert(error.reason.id != REASON_NONE);
	}
	arena_clear(&arena);
	return 0;
}

/* fuzz_taglist: parts are inside the input; a list made of its tags is read the same. */
#include <assert.h>
#include <stdint.h>

#include "auth/base/taglist.h"
#include "mime/buf.h"

static bool
inside(struct slice part, struct slice whole)
{
	return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size};
	struct taglist list, again;
	struct arena arena;
	struct buf buf;

	arena_init(&arena, NULL, NULL);
	buf_init(&buf, &arena, SIZE_MAX / 2);
	if (taglist_parse(text, NULL, &arena, &list) == ST_OK) {
		for (size_t i = 0; i < list.n; i++) {
			const struct tag *tag = &list.tags[i];

			assert(inside(tag->name, text) && inside(tag->whole, text));
			assert(tag->value.n == 0 || inside(tag->value, tag->whole));
			assert(slice_find(tag->whole, ';') == tag->whole.n);
			assert(!tag->well_formed || slice_find(tag->value, '\0') == tag->value.n);
			buf_add(&buf, tag->whole);
			buf_addc(&buf, ';');
		}
		assert(taglist_parse(buf_slice(&buf), NULL, &arena, &again) == ST_OK);
		assert(again.n == list.n && again.duplicate == list.duplicate);
		assert(!again.malformed || list.malformed);
	}
	arena_clear(&arena);
	return 0;
}

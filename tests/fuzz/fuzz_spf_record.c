/*
 * fuzz_spf_record: parts are inside the record; a record made of the parsed terms is read the same.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/spf/spf.h"
#include "mime/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
inside(struct slice part, struct slice whole)
{
	return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void
same_again(const struct spf_record *record, struct arena *arena)
{
	struct spf_record again;
	struct slice bad;
	struct buf buf;

	buf_init(&buf, arena, SIZE_MAX / 2);
	buf_adds(&buf, "v=spf1");
	for (size_t i = 0; i < record->n; i++) {
		buf_addc(&buf, ' ');
		buf_add(&buf, record->directives[i].text);
	}
	assert(spf_parse(buf_slice(&buf), arena, &again, &bad) == ST_OK && again.n == record->n);
	for (size_t i = 0; i < record->n; i++) {
		const struct spf_directive *a = &record->directives[i], *b = &again.directives[i];
		assert(a->qualifier == b->qualifier && a->mechanism == b->mechanism);
		assert(a->bits4 == b->bits4 && a->bits6 == b->bits6);
		assert(slice_eq(a->domain_spec, b->domain_spec));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size}, bad;
	struct spf_record record;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	if (spf_parse(text, &arena, &record, &bad) == ST_OK) {
		size_t literals;
		assert(spf_is_record(text) && bad.n == 0);
		assert(inside(record.redirect, text) && inside(record.exp, text));
		for (size_t i = 0; i < record.n; i++) {
			const struct spf_directive *at = &record.directives[i];
			assert(at->text.n > 0 && inside(at->text, text));
			assert(inside(at->domain_spec, at->text));
			assert(spf_macro_check(at->domain_spec, false, &literals));
			assert(at->bits4 <= 32 && at->bits6 <= 128);
		}
		same_again(&record, &arena);
	} else {
		assert(inside(bad, text));
		assert(bad.n > 0 || !spf_is_record(text));
	}
	arena_clear(&arena);
	return 0;
}

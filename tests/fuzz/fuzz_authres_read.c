/*
 * fuzz_authres_read: parsed values are inside the input and match the grammar; without comments and
 * folds the result is the same
 */
#include <assert.h>
#include <stdint.h>

#include "auth/base/authres_read.h"
#include "mime/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct slice part, struct slice input)
{
	assert(part.p >= input.p && part.p + part.n <= input.p + input.n);
}

static void
add_value(struct buf *out, const struct authres_prop *prop)
{
	buf_adds(out, prop->quoted ? "\"" : "");
	buf_add(out, prop->value);
	buf_adds(out, prop->quoted ? "\"" : "");
}

static struct slice
written(const struct authres *authres, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, 1 << 24);
	buf_adds(&out, "id");
	if (authres->n == 0)
		buf_adds(&out, "; none");
	for (size_t i = 0; i < authres->n; i++) {
		const struct authres_result *result = &authres->results[i];

		buf_adds(&out, ";");
		buf_add(&out, result->method);
		buf_addc(&out, '=');
		buf_add(&out, result->result);
		for (size_t k = 0; k < result->nprops; k++) {
			buf_addc(&out, ' ');
			buf_add(&out, result->props[k].ptype);
			buf_adds(&out, result->props[k].ptype.n > 0 ? "." : "");
			buf_add(&out, result->props[k].property);
			buf_addc(&out, '=');
			add_value(&out, &result->props[k]);
		}
	}
	return buf_slice(&out);
}

static void
check_same(const struct authres *one, const struct authres *two)
{
	assert(one->n == two->n);
	for (size_t i = 0; i < one->n; i++) {
		const struct authres_result *a = &one->results[i], *b = &two->results[i];

		assert(slice_eq(a->method, b->method) && slice_eq(a->result, b->result));
		assert(a->nprops == b->nprops);
		for (size_t k = 0; k < a->nprops; k++) {
			assert(slice_eq(a->props[k].property, b->props[k].property));
			assert(slice_eq(a->props[k].value, b->props[k].value));
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice input = slice_make((const char *)data, size);
	struct authres authres, again;
	struct arena arena;
	enum status st;

	arena_init(&arena, NULL, NULL);
	st = authres_read(input, &arena, &authres);
	if (st == ST_OK) {
		size_t dmarc = 0;

		inside(authres.id, input);
		for (size_t i = 0; i < authres.n; i++) {
			inside(authres.results[i].method, input);
			inside(authres.results[i].result, input);
			dmarc += slice_ieq(authres.results[i].method, SLICE("dmarc"));
			for (size_t k = 0; k < authres.results[i].nprops; k++)
				inside(authres.results[i].props[k].value, input);
		}
		assert(dmarc <= authres.dmarc_words && authres.fault == NULL);
		assert(authres_read(written(&authres, &arena), &arena, &again) == ST_OK);
		check_same(&authres, &again);
	} else {
		if (authres.fault != NULL)
			inside(slice_make(authres.fault, 1), input);
		assert((st == ST_BAD || st == ST_LIMIT) && authres.n == 0 && authres.id.n == 0);
	}
	arena_clear(&arena);
	return 0;
}

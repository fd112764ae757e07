/*
 * fuzz_spf_macro: three lines, sender, HELO and the text to expand. First byte: the kind of text
 * and the client's address family.
 */
#include <assert.h>
#include <stdint.h>

#include "auth/spf/spf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct slice
line(struct slice *rest)
{
	struct slice found = slice_head(*rest, slice_find(*rest, '\n'));

	*rest = slice_from(*rest, found.n + 1);
	return found;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size}, out;
	struct ip client = {.family = 4, .bytes = {192, 0, 2, 1}};
	struct spf_macro_context context = {
		.domain = SLICE("e.example"),
		.receiver = SLICE("mx.example"),
		.client = &client,
		.validated = SLICE("unknown"),
		.now = 1700000000,
	};
	const bool exp = size > 0 && (data[0] & 1) != 0;
	struct arena arena;
	size_t literals;
	enum status status;

	if (size > 0 && (data[0] & 2) != 0)
		client.family = 6;
	text = slice_from(text, 1);
	context.sender = line(&text);
	context.helo = line(&text);
	arena_init(&arena, NULL, NULL);
	status = spf_macro_expand(text, &context, exp, &arena, &out);
	assert((status == ST_BAD) == !spf_macro_check(text, exp, &literals));
	assert(status == ST_OK || out.n == 0);
	assert(out.n <= 8192 && literals <= text.n);
	assert(exp || out.n <= 253 || slice_find(out, '.') == out.n);
	if (status == ST_OK && slice_find(text, '%') == text.n)
		assert(!spf_macro_needs_p(text) && (!exp || slice_eq(out, text)));
	arena_clear(&arena);
	return 0;
}

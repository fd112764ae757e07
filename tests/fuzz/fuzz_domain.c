/* fuzz_domain: normalizing twice changes nothing more, and the functions for labels agree. */
#include <assert.h>
#include <stdint.h>

#include "auth/base/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(struct slice name, struct arena *arena)
{
	size_t labels = domain_labels(name), label = 0;
	struct slice again, text, rest = name;

	assert(name.n >= 1 && name.n <= DOMAIN_MAX && name.p[name.n - 1] != '.');
	for (size_t i = 0; i < name.n; i++) {
		assert(name.p[i] != '\0' &&
			strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.", name.p[i]) != NULL);
		label = name.p[i] == '.' ? 0 : label + 1;
		assert(label <= DOMAIN_LABEL_MAX && (label > 0 || i > 0));
		assert(label > 0 || name.p[i + 1] != '.');
	}
	assert(domain_normalize(name, arena, &again) == ST_OK && slice_eq(name, again));
	for (size_t n = labels; n > 0; n--, rest = slice_from(rest, slice_find(rest, '.') + 1)) {
		assert(domain_labels(rest) == n && slice_eq(rest, domain_tail(name, n)));
		assert(domain_within(name, rest) && domain_common(name, rest) == n);
	}
	assert(rest.n == 0);
	(void)domain_to_unicode(name, arena, &text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = {(const char *)data, size}, name;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	if (domain_normalize(text, &arena, &name) == ST_OK)
		check(name, &arena);
	else
		assert(name.n == 0);
	arena_clear(&arena);
	return 0;
}

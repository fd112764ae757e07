#include "auth/base/keycache.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { KEYS = 10000 };

static struct keycache cache;
static unsigned char alive[KEYS];

static void
drop(void *key)
{
	unsigned char *one = key;

	cr_expect_eq(*one, 1);
	*one = 0;
}

static struct slice
name_of(size_t i, char text[16])
{
	return slice_make(text, (size_t)snprintf(text, 16, "key %zu", i));
}

/*
 * Of many keys, each is found or was evicted; another key is never returned, and the cache never
 * exceeds its size.
 */
Test(keycache, bounded)
{
	size_t found = 0, left = 0;
	char text[16];

	cache.drop = drop;
	for (size_t i = 0; i < KEYS; i++) {
		struct slice name = name_of(i, text);

		cr_expect_null(keycache_get(&cache, name));
		alive[i] = 1;
		cr_expect(keycache_put(&cache, name, &alive[i]));
		cr_expect_eq(keycache_get(&cache, name), &alive[i]);
	}
	for (size_t i = 0; i < KEYS; i++) {
		void *key = keycache_get(&cache, name_of(i, text));

		cr_expect(key == NULL || key == &alive[i]);
		cr_expect_eq(key != NULL, alive[i]);
		found += key != NULL;
	}
	cr_expect(found > KEYCACHE_PLACES / 2 && found <= KEYCACHE_PLACES, "%zu", found);
	keycache_clear(&cache);
	for (size_t i = 0; i < KEYS; i++)
		left += alive[i];
	cr_expect_eq(left, 0);
}

Test(keycache, same_octets_again)
{
	static unsigned char a = 1, b = 1;

	cache.drop = drop;
	cr_expect(keycache_put(&cache, SLICE("x"), &a));
	cr_expect(keycache_put(&cache, SLICE("x"), &b));
	cr_expect_eq(a, 0);
	cr_expect_eq(keycache_get(&cache, SLICE("x")), &b);
	cr_expect_null(keycache_get(&cache, SLICE("xx")));
	cr_expect_null(keycache_get(&cache, SLICE("")));
	cr_expect_not(keycache_put(&cache, SLICE(""), &a));
	keycache_clear(&cache);
	cr_expect_eq(b, 0);
}

#include "auth/base/keycache.h"

#include <stdlib.h>

/*
 * The row of a key: a hash of a few octets from its middle, which vary most. Keys chosen to collide
 * only evict each other.
 */
static struct keycache_place *
row_of(struct keycache *cache, struct slice encoded)
{
	enum { SAMPLE = 16 };
	const uint64_t hash = slice_hash(slice_head(slice_from(encoded, encoded.n / 2), SAMPLE));

	return cache->places[(hash ^ hash >> 32) % KEYCACHE_ROWS];
}

void *
keycache_get(struct keycache *cache, struct slice encoded)
{
	struct keycache_place *row = row_of(cache, encoded);

	for (size_t i = 0; i < KEYCACHE_ROW && row[i].encoded != NULL; i++) {
		const struct keycache_place found = row[i];

		if (!slice_eq(slice_make(found.encoded, found.n), encoded))
			continue;
		memmove(row + 1, row, i * sizeof *row);
		row[0] = found;
		return found.key;
	}
	return NULL;
}

static void
empty(struct keycache *cache, struct keycache_place *place)
{
	if (place->encoded != NULL)
		cache->drop(place->key);
	free(place->encoded);
	*place = (struct keycache_place){NULL, 0, NULL};
}

bool
keycache_put(struct keycache *cache, struct slice encoded, void *key)
{
	struct keycache_place *row = row_of(cache, encoded);
	char *copy = encoded.n > 0 ? malloc(encoded.n) : NULL;

	if (copy == NULL)
		return false;
	memcpy(copy, encoded.p, encoded.n);
	if (keycache_get(cache, encoded) != NULL) {
		empty(cache, &row[0]); /* keycache_get has moved the key here */
	} else {
		empty(cache, &row[KEYCACHE_ROW - 1]);
		memmove(row + 1, row, (KEYCACHE_ROW - 1) * sizeof *row);
	}
	row[0] = (struct keycache_place){copy, encoded.n, key};
	return true;
}

void
keycache_clear(struct keycache *cache)
{
	for (size_t i = 0; i < KEYCACHE_ROWS; i++)
		for (size_t k = 0; k < KEYCACHE_ROW; k++)
			empty(cache, &cache->places[i][k]);
}

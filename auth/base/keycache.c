#include "auth/base/keycache.h"

#include <stdlib.h>

/* Who chooses keys that share a place only has them decoded again. */
static size_t
place_of(struct slice encoded)
{
	const uint64_t hash = slice_hash(encoded);

	return (size_t)(hash ^ hash >> 32) % KEYCACHE_PLACES;
}

void *
keycache_get(const struct keycache *cache, struct slice encoded)
{
	const struct keycache_place *place = &cache->places[place_of(encoded)];

	if (place->encoded == NULL || !slice_eq(slice_make(place->encoded, place->n), encoded))
		return NULL;
	return place->key;
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
	struct keycache_place *place = &cache->places[place_of(encoded)];
	char *copy = encoded.n > 0 ? malloc(encoded.n) : NULL;

	if (copy == NULL)
		return false;
	empty(cache, place);
	memcpy(copy, encoded.p, encoded.n);
	*place = (struct keycache_place){copy, encoded.n, key};
	return true;
}

void
keycache_clear(struct keycache *cache)
{
	for (size_t i = 0; i < KEYCACHE_PLACES; i++)
		empty(cache, &cache->places[i]);
}

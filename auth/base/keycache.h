/*
 * keycache.h: decoded keys by their encoded octets, so that an archive decodes the key of a busy
 * sender once. Bounded, for one thread; a key that was evicted from its row is decoded again.
 */
#ifndef AUTH_BASE_KEYCACHE_H
#define AUTH_BASE_KEYCACHE_H

#include "mime/slice.h"

enum { KEYCACHE_ROWS = 128, KEYCACHE_ROW = 4, KEYCACHE_PLACES = KEYCACHE_ROWS * KEYCACHE_ROW };

struct keycache {
	struct keycache_place {
		char *encoded; /* NULL: empty */
		size_t n;
		void *key;
	} places[KEYCACHE_ROWS][KEYCACHE_ROW]; /* a list, most recently used first */
	void (*drop)(void *key);               /* of a key that is evicted */
};

/* The key stored under those octets, owned by the cache, or NULL. */
void *keycache_get(struct keycache *cache, struct slice encoded);

/* The cache takes ownership of the key; false if out of memory, without ownership. */
bool keycache_put(struct keycache *cache, struct slice encoded, void *key);

void keycache_clear(struct keycache *cache);

#endif

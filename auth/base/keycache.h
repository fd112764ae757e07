/*
 * keycache.h: a cache of decoded keys, so that the key of a frequent sender is not decoded for each
 * message. Bounded; for one thread at a time; an evicted key is decoded again.
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
	void (*drop)(void *key);               /* frees an evicted key */
};

/* The key stored under those octets, owned by the cache, or NULL. */
void *keycache_get(struct keycache *cache, struct slice encoded);

/* The cache takes ownership of the key. False if out of memory: the caller still owns it. */
bool keycache_put(struct keycache *cache, struct slice encoded, void *key);

void keycache_clear(struct keycache *cache);

#endif

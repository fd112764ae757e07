/*
 * keycache.h: decoded keys by their encoded octets, so that an archive decodes the key of a busy
 * sender once. Bounded and of one thread; a key that others of its row put out is decoded again.
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
	} places[KEYCACHE_ROWS][KEYCACHE_ROW]; /* in a row: last used first */
	void (*drop)(void *key);               /* of a key that goes out of it */
};

/* The key that was put in under those octets, still the cache's, or NULL. */
void *keycache_get(struct keycache *cache, struct slice encoded);

/* The key is the cache's from now on, unless false: no memory. */
bool keycache_put(struct keycache *cache, struct slice encoded, void *key);

void keycache_clear(struct keycache *cache);

#endif

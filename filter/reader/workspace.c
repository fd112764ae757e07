#define _GNU_SOURCE /* MAP_ANONYMOUS, mremap */
#include "filter/reader/workspace.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { FIRST_SIZE = 64 * 1024, LARGE_SIZE = 4 * 1024 * 1024 };

struct workspaces {
	pthread_mutex_t lock;
	struct workspace *idle; /* most recently used first */
	size_t held;            /* octets kept by all, including those in use */
};

/*
 * Its own pages, which malloc would return and fault in again. Under AddressSanitizer exactly that
 * many octets, so that a read past them is detected.
 */
static char *
get_octets(size_t n)
{
	void *p;

	if (ARENA_EXACT)
		return malloc(n);
	p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p != MAP_FAILED ? p : NULL;
}

static void
drop_octets(struct workspace *one)
{
	if (ARENA_EXACT)
		free(one->octets);
	else if (one->octets != NULL)
		(void)munmap(one->octets, one->size);
	one->octets = NULL;
	one->size = one->used = one->wasted = 0;
}

/* Uses large pages for large buffers, if available. */
static void
advise(const struct workspace *one)
{
#ifdef MADV_HUGEPAGE
	if (one->octets != NULL && one->size >= LARGE_SIZE && !ARENA_EXACT)
		(void)madvise(one->octets, one->size, MADV_HUGEPAGE);
#else
	(void)one;
#endif
}

/* Grows to size octets; existing pages are kept. */
static void
resize(struct workspace *one, size_t size)
{
#ifdef MREMAP_MAYMOVE
	if (one->octets != NULL && !ARENA_EXACT) {
		void *p = mremap(one->octets, one->size, size, MREMAP_MAYMOVE);

		if (p != MAP_FAILED) {
			one->octets = p;
			one->size = size;
			one->used = one->used < size ? one->used : size;
			advise(one);
			return;
		}
	}
#endif
	drop_octets(one);
	one->octets = get_octets(size);
	one->size = one->octets != NULL ? size : 0;
	advise(one);
}

char *
workspace_octets(struct workspace *one, size_t n)
{
	size_t size = FIRST_SIZE;

	one->wasted = n < one->size / 4 ? one->wasted + 1 : 0;
	if (n > one->size || one->wasted == WORKSPACE_PATIENCE || ARENA_EXACT) {
		while (size < n && size <= SIZE_MAX / 2)
			size *= 2;
		resize(one, size < n || ARENA_EXACT ? n : size);
		one->wasted = 0;
	}
	if (one->octets != NULL && n > one->used)
		one->used = n;
	return one->octets;
}

static void
workspace_free(struct workspace *one)
{
	arena_clear(&one->arena);
	crypto_free(one->crypto);
	drop_octets(one);
	free(one);
}

static struct workspace *
workspace_new(void)
{
	struct workspace *one = calloc(1, sizeof *one);

	if (one == NULL)
		return NULL;
	one->crypto = crypto_new();
	if (one->crypto != NULL)
		return one;
	free(one);
	return NULL;
}

struct workspaces *
workspaces_new(void)
{
	struct workspaces *all = calloc(1, sizeof *all);

	if (all == NULL || pthread_mutex_init(&all->lock, NULL) == 0)
		return all;
	free(all);
	return NULL;
}

/* The position of the smallest one with at least n octets, else of the largest. */
static struct workspace **
best(struct workspace **at, size_t n)
{
	struct workspace **found = at;

	for (; *at != NULL; at = &(*at)->next) {
		const size_t size = (*at)->used, had = (*found)->used;

		if (had < n ? size > had : size >= n && size < had)
			found = at;
	}
	return found;
}

struct workspace *
workspaces_take(struct workspaces *all, size_t n)
{
	struct workspace **at, *one;

	pthread_mutex_lock(&all->lock);
	at = best(&all->idle, n);
	one = *at;
	if (one != NULL)
		*at = one->next;
	pthread_mutex_unlock(&all->lock);
	return one != NULL ? one : workspace_new();
}

/* Removes and returns the one after the first n; NULL if there are no more. */
static struct workspace *
cut(struct workspace *idle, size_t n)
{
	struct workspace *beyond;

	while (idle != NULL && --n > 0)
		idle = idle->next;
	if (idle == NULL)
		return NULL;
	beyond = idle->next;
	idle->next = NULL;
	return beyond;
}

void
workspaces_give(struct workspaces *all, struct workspace *one)
{
	struct workspace *beyond;

	arena_reset(&one->arena);
	pthread_mutex_lock(&all->lock);
	all->held -= one->held;
	/* many at once: large messages must not leave memory in each of them */
	if (one->used > WORKSPACE_SMALL && one->used > WORKSPACE_HELD - all->held)
		drop_octets(one);
	one->held = one->used > WORKSPACE_SMALL ? one->used : 0;
	all->held += one->held;
	one->next = all->idle;
	all->idle = one;
	beyond = cut(one, WORKSPACE_IDLE); /* one at most: each call adds one */
	if (beyond != NULL)
		all->held -= beyond->held;
	pthread_mutex_unlock(&all->lock);
	if (beyond != NULL)
		workspace_free(beyond);
}

void
workspaces_free(struct workspaces *all)
{
	struct workspace *next;

	if (all == NULL)
		return;
	for (struct workspace *one = all->idle; one != NULL; one = next) {
		next = one->next;
		workspace_free(one);
	}
	(void)pthread_mutex_destroy(&all->lock);
	free(all);
}

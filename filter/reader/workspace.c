#define _GNU_SOURCE /* MAP_ANONYMOUS, mremap */
#include "filter/reader/workspace.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
	HUGE_SIZE = 2 * 1024 * 1024,
	MUCH = 4 /* a buffer of more than MUCH times the needed size is not used if there is room
		    for a smaller one */
};

struct large {
	struct large *next;
	char *octets;
	size_t size;
};

struct workspaces {
	pthread_mutex_t lock;
	pthread_cond_t room;
	struct crypto *crypto;  /* the first one: the others share its library context */
	struct workspace *idle; /* most recently used first */
	struct large *buffers;  /* not in use */
	size_t held, lent;      /* octets of all buffers, and of buffers in use */
	size_t most;            /* limit of held, without the additional part for each message */
	size_t taken;           /* messages in progress */
};

/*
 * Allocates n octets as whole pages; malloc would unmap pages of this size and fault them in again.
 * Under AddressSanitizer, allocates exactly n octets, so that a read past them is detected.
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
drop_octets(char *octets, size_t n)
{
	if (ARENA_EXACT)
		free(octets);
	else if (octets != NULL)
		(void)munmap(octets, n);
}

/* Requests huge pages for large buffers: each costs only one page fault. */
static void
advise(const struct large *one)
{
#ifdef MADV_HUGEPAGE
	if (one->octets != NULL && one->size >= HUGE_SIZE && !ARENA_EXACT)
		(void)madvise(one->octets, one->size, MADV_HUGEPAGE);
#else
	(void)one;
#endif
}

/* Rounds up a size, so that a buffer rarely grows but a large one is little larger than needed. */
static size_t
round_up(size_t n)
{
	size_t size = WORKSPACE_SMALL;

	if (ARENA_EXACT)
		return n;
	while (size < n && size < HUGE_SIZE)
		size *= 2;
	return size >= n ? size : (n + WORKSPACE_SMALL - 1) / WORKSPACE_SMALL * WORKSPACE_SMALL;
}

/* NULL without memory */
static struct large *
large_new(size_t n)
{
	struct large *one = malloc(sizeof *one);

	if (one == NULL)
		return NULL;
	*one = (struct large){.octets = get_octets(n), .size = n};
	advise(one);
	if (one->octets != NULL)
		return one;
	free(one);
	return NULL;
}

static void
large_free(struct large *one)
{
	drop_octets(one->octets, one->size);
	free(one);
}

/* Grows a buffer; its pages are reused if the kernel can remap them. */
static bool
large_grow(struct large *one, size_t n)
{
	void *p = MAP_FAILED;

#ifdef MREMAP_MAYMOVE
	if (!ARENA_EXACT)
		p = mremap(one->octets, one->size, n, MREMAP_MAYMOVE);
#endif
	if (p == MAP_FAILED)
		return false;
	one->octets = p;
	one->size = n;
	advise(one);
	return true;
}

/* The position of the smallest buffer of n octets or more, else of the largest. */
static struct large **
best_buffer(struct large **at, size_t n)
{
	struct large **found = at;

	for (; *at != NULL; at = &(*at)->next) {
		const size_t size = (*at)->size, had = (*found)->size;

		if (had < n ? size > had : size >= n && size < had)
			found = at;
	}
	return found;
}

/* The limit of held at present. The lock is held. */
static size_t
bound(const struct workspaces *all)
{
	return all->most + all->taken * WORKSPACE_PER_MESSAGE;
}

/* Grows a buffer that is in no list, freeing idle ones if necessary. False when out of memory. */
static bool
grow_buffer(struct workspaces *all, struct large *one, size_t n)
{
	const size_t had = one->size;
	struct large *idle;

	while (all->held - had + n > bound(all) && (idle = all->buffers) != NULL) {
		all->buffers = idle->next;
		all->held -= idle->size;
		large_free(idle);
	}
	if (!large_grow(one, n))
		return false;
	all->held += n - had;
	return true;
}

/*
 * Sets *large to a buffer for that many octets. False: there is no room until another buffer is
 * given back. True with *large NULL: out of memory. The lock is held.
 */
static bool
borrow(struct workspaces *all, size_t octets, struct large **large)
{
	const size_t n = round_up(octets);
	struct large **at = best_buffer(&all->buffers, n), *one = *at;
	const bool space = all->held + n <= bound(all);

	if (one != NULL && one->size / MUCH > n && space)
		one = NULL;
	if (all->lent > 0 && (one == NULL ? !space : one->size < n && all->lent + n > bound(all)))
		return false;
	if (one != NULL) {
		*at = one->next;
		if (one->size < n && !grow_buffer(all, one, n)) {
			all->held -= one->size;
			large_free(one);
			one = NULL;
		}
	}
	if (one == NULL) {
		one = large_new(n);
		all->held += one != NULL ? n : 0;
	}
	all->lent += one != NULL ? one->size : 0;
	*large = one;
	return true;
}

/* Makes a buffer available again, or frees it if enough are held. The lock is held. */
static void
give_back(struct workspaces *all, struct large *one)
{
	all->lent -= one->size;
	if (ARENA_EXACT || one->size > all->most || all->held - one->size >= all->most) {
		all->held -= one->size;
		large_free(one);
		return;
	}
	one->next = all->buffers;
	all->buffers = one;
}

static void
workspace_free(struct workspace *one)
{
	arena_clear(&one->arena);
	crypto_free(one->crypto);
	drop_octets(one->own, WORKSPACE_SMALL);
	free(one);
}

static struct workspace *
workspace_new(struct crypto *first)
{
	struct workspace *one = calloc(1, sizeof *one);

	if (one == NULL)
		return NULL;
	one->crypto = crypto_new_beside(first);
	if (one->crypto != NULL)
		return one;
	free(one);
	return NULL;
}

struct workspaces *
workspaces_new(size_t jobs)
{
	struct workspaces *all = calloc(1, sizeof *all);

	if (all == NULL)
		return NULL;
	all->most = WORKSPACE_LARGE + (jobs > 2 ? jobs - 2 : 0) * WORKSPACE_PER_JOB;
	all->crypto = crypto_new();
	if (all->crypto != NULL && pthread_mutex_init(&all->lock, NULL) == 0 &&
		pthread_cond_init(&all->room, NULL) == 0)
		return all;
	crypto_free(all->crypto);
	free(all);
	return NULL;
}

/*
 * The position of the workspace that best fits n octets: the one with the smallest `used` of at
 * least n, else the one with the largest.
 */
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

/* Gives the workspace n octets, its own or those of the large buffer; false when out of memory. */
static bool
make_room(struct workspace *one, size_t n)
{
	one->octets = one->large != NULL ? one->large->octets : NULL;
	if (n > WORKSPACE_SMALL)
		return one->large != NULL;
	if (n > 0 && (one->own == NULL || ARENA_EXACT)) {
		drop_octets(one->own, WORKSPACE_SMALL);
		one->own = get_octets(ARENA_EXACT ? n : WORKSPACE_SMALL);
		if (one->own == NULL)
			return false;
	}
	one->octets = one->own;
	if (n > one->used)
		one->used = n;
	return true;
}

/*
 * Sets *one to an idle workspace, or NULL, and *large to the buffer that a message of n octets
 * needs, or NULL. False if there is no room for that buffer.
 */
static bool
find(struct workspaces *all, size_t n, bool wait, struct workspace **one, struct large **large)
{
	struct workspace **at;
	bool room = n <= WORKSPACE_SMALL;

	*large = NULL;
	pthread_mutex_lock(&all->lock);
	while (!room && !(room = borrow(all, n, large)) && wait)
		pthread_cond_wait(&all->room, &all->lock);
	at = best(&all->idle, n > WORKSPACE_SMALL ? 0 : n);
	*one = room ? *at : NULL;
	all->taken += room ? 1 : 0;
	if (*one != NULL)
		*at = (*one)->next;
	pthread_mutex_unlock(&all->lock);
	return room;
}

struct workspace *
workspaces_take(struct workspaces *all, size_t n, bool wait)
{
	struct workspace *one;
	struct large *large;

	if (!find(all, n, wait, &one, &large))
		return NULL;
	if (one == NULL)
		one = workspace_new(all->crypto);
	if (one != NULL) {
		one->large = large;
		if (make_room(one, n))
			return one;
		workspaces_give(all, one);
		return NULL;
	}
	pthread_mutex_lock(&all->lock);
	all->taken--;
	if (large != NULL)
		give_back(all, large);
	pthread_mutex_unlock(&all->lock);
	pthread_cond_broadcast(&all->room);
	return NULL;
}

/* Cuts the list after the first n workspaces; returns the rest, or NULL if there is none. */
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
	const bool large = one->large != NULL;
	struct workspace *beyond;

	arena_reset(&one->arena);
	pthread_mutex_lock(&all->lock);
	all->taken--;
	if (large)
		give_back(all, one->large);
	one->large = NULL;
	one->octets = NULL;
	one->next = all->idle;
	all->idle = one;
	beyond = cut(one, WORKSPACE_IDLE); /* at most one, because each call adds one */
	pthread_mutex_unlock(&all->lock);
	if (large)
		pthread_cond_broadcast(&all->room);
	if (beyond != NULL)
		workspace_free(beyond);
}

size_t
workspaces_large(struct workspaces *all)
{
	size_t held;

	pthread_mutex_lock(&all->lock);
	held = all->held;
	pthread_mutex_unlock(&all->lock);
	return held;
}

void
workspaces_free(struct workspaces *all)
{
	struct workspace *next;
	struct large *buffer;

	if (all == NULL)
		return;
	for (struct workspace *one = all->idle; one != NULL; one = next) {
		next = one->next;
		workspace_free(one);
	}
	while ((buffer = all->buffers) != NULL) {
		all->buffers = buffer->next;
		large_free(buffer);
	}
	crypto_free(all->crypto);
	(void)pthread_cond_destroy(&all->room);
	(void)pthread_mutex_destroy(&all->lock);
	free(all);
}

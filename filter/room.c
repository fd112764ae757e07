#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MAP_POPULATE */
#include "filter/room.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "mime/arena.h"

enum { FIRST_SIZE = 64 * 1024 };

#ifndef MAP_POPULATE
#define MAP_POPULATE 0 /* elsewhere than on Linux: a fault for each page */
#endif

/* Pages of its own, which all come in one call. */
static char *
map(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		-1, 0);

	return p != MAP_FAILED ? p : NULL;
}

static void
unmap(char **p, size_t *n)
{
	if (*p != NULL)
		(void)munmap(*p, *n);
	*p = NULL;
	*n = 0;
}

/* Just so many octets, so that AddressSanitizer sees who reads past them. */
static char *
take_exactly(struct room *room, size_t n)
{
	free(room->kept);
	room->kept = malloc(n);
	return room->kept;
}

char *
room_take(struct room *room, size_t n)
{
	size_t size = FIRST_SIZE;

	if (ARENA_EXACT)
		return take_exactly(room, n);
	room_rest(room);
	if (n > ROOM_KEPT_MAX) {
		room->large = map(n);
		room->large_size = n;
		return room->large;
	}
	room->wasted = n < room->kept_size / 4 ? room->wasted + 1 : 0;
	if (n <= room->kept_size && room->wasted < ROOM_PATIENCE)
		return room->kept;
	while (size < n)
		size *= 2;
	unmap(&room->kept, &room->kept_size);
	room->kept = map(size);
	room->kept_size = size;
	room->wasted = 0;
	return room->kept;
}

void
room_rest(struct room *room)
{
	unmap(&room->large, &room->large_size);
}

void
room_free(struct room *room)
{
	room_rest(room);
	if (ARENA_EXACT)
		free(room->kept);
	else
		unmap(&room->kept, &room->kept_size);
	*room = (struct room){.kept = NULL};
}

struct rooms {
	pthread_mutex_t lock;
	struct room *idle; /* last used first */
	size_t n, max;     /* of idle */
};

struct rooms *
rooms_new(size_t max)
{
	struct rooms *rooms = calloc(1, sizeof *rooms);

	if (rooms == NULL)
		return NULL;
	rooms->max = max;
	if (pthread_mutex_init(&rooms->lock, NULL) == 0)
		return rooms;
	free(rooms);
	return NULL;
}

struct room *
rooms_take(struct rooms *rooms)
{
	struct room *room;

	pthread_mutex_lock(&rooms->lock);
	room = rooms->idle;
	if (room != NULL) {
		rooms->idle = room->next;
		rooms->n--;
	}
	pthread_mutex_unlock(&rooms->lock);
	return room != NULL ? room : calloc(1, sizeof *room);
}

void
rooms_give(struct rooms *rooms, struct room *room)
{
	bool keep;

	room_rest(room);
	pthread_mutex_lock(&rooms->lock);
	keep = rooms->n < rooms->max;
	if (keep) {
		room->next = rooms->idle;
		rooms->idle = room;
		rooms->n++;
	}
	pthread_mutex_unlock(&rooms->lock);
	if (keep)
		return;
	room_free(room);
	free(room);
}

void
rooms_free(struct rooms *rooms)
{
	struct room *next;

	if (rooms == NULL)
		return;
	for (struct room *room = rooms->idle; room != NULL; room = next) {
		next = room->next;
		room_free(room);
		free(room);
	}
	(void)pthread_mutex_destroy(&rooms->lock);
	free(rooms);
}

#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MAP_POPULATE */
#include "filter/room.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "mime/arena.h"

enum { FIRST_SIZE = 32 * 1024 };

#ifndef MAP_POPULATE
#define MAP_POPULATE 0 /* elsewhere than on Linux: a fault for each page */
#endif

/* Its pages come with it, in one call. */
static char *
take_large(struct room *room, size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		-1, 0);

	if (p == MAP_FAILED)
		return NULL;
	room->large = p;
	room->large_size = n;
	return room->large;
}

char *
room_take(struct room *room, size_t n)
{
	size_t size = room->kept_size > 0 ? room->kept_size : FIRST_SIZE;

	room_rest(room);
	if (n <= room->kept_size && !ARENA_EXACT)
		return room->kept;
	if (n > ROOM_KEPT_MAX && !ARENA_EXACT)
		return take_large(room, n);
	while (size < n && size < ROOM_KEPT_MAX)
		size *= 2;
	if (ARENA_EXACT)
		size = n;
	free(room->kept);
	room->kept = malloc(size);
	room->kept_size = room->kept != NULL ? size : 0;
	return room->kept;
}

void
room_rest(struct room *room)
{
	if (room->large != NULL)
		(void)munmap(room->large, room->large_size);
	room->large = NULL;
}

void
room_free(struct room *room)
{
	room_rest(room);
	free(room->kept);
	*room = (struct room){NULL, NULL, 0, 0};
}

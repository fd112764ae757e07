/*
 * room.h: memory for the octets of one message after another.
 *
 * What a room has been given stays with it up to ROOM_KEPT_MAX, so that most messages cost no call
 * of the kernel and no page fault; it is given back when the messages are far smaller for a while.
 * Threads take rooms from a store, which keeps as many as are in use at the same time in the normal
 * course.
 */
#ifndef FILTER_ROOM_H
#define FILTER_ROOM_H

#include <stdbool.h>
#include <stddef.h>

enum {
	ROOM_KEPT_MAX = 4 * 1024 * 1024,
	ROOM_PATIENCE = 64 /* messages that need less than a quarter before it is given back */
};

/* all zero: empty */
struct room {
	char *kept, *large;
	size_t kept_size, large_size;
	size_t wasted; /* messages that needed less than a quarter, in a row */
	struct room *next;
};

/* n octets, not zeroed, the room's until the next room_take or room_rest; NULL without memory */
char *room_take(struct room *room, size_t n);

/* Gives back what is not kept. */
void room_rest(struct room *room);

void room_free(struct room *room);

struct rooms;

/* max: how many are kept while nobody uses them; NULL without memory */
struct rooms *rooms_new(size_t max);

/* From any thread: a room, the last one used first, or NULL without memory. */
struct room *rooms_take(struct rooms *rooms);
void rooms_give(struct rooms *rooms, struct room *room);

/* All rooms were given back. NULL is fine. */
void rooms_free(struct rooms *rooms);

#endif

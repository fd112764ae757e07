/*
 * room.h: memory for the octets of one file after another.
 *
 * A bounded part stays between them, so that most files cost no call of the kernel and no page
 * fault; what a large one needs beyond it is given back.
 */
#ifndef FILTER_ROOM_H
#define FILTER_ROOM_H

#include <stddef.h>

enum { ROOM_KEPT_MAX = 256 * 1024 };

/* all zero: empty */
struct room {
	char *kept, *large;
	size_t kept_size, large_size;
};

/* n octets, not zeroed, the room's until the next room_take or room_rest; NULL without memory */
char *room_take(struct room *room, size_t n);

/* Gives back what is not kept. */
void room_rest(struct room *room);

void room_free(struct room *room);

#endif

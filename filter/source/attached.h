/*
 * attached.h: the messages that are attached to messages, as items of their own (--attached).
 */
#ifndef FILTER_SOURCE_ATTACHED_H
#define FILTER_SOURCE_ATTACHED_H

#include "filter/intake/structure.h"
#include "filter/source/item.h"

struct address_gmime;

/* Those of one message, in its order. */
struct attached {
	struct item items[STRUCTURE_MESSAGES];
	size_t n, next;
};

/*
 * Takes those of item, which stays as it is, after all that were there have been given. They are
 * named NAME/attached-N, or NAME/reencoded-N where the outer message holds them in another coding.
 */
void attached_take(struct attached *attached, const struct item *item, struct address_gmime *gmime);

/* The next one, all but its index; false where there is none. */
bool attached_next(struct attached *attached, struct item *item);

void attached_clear(struct attached *attached);

#endif

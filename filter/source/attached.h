/*
 * attached.h: the messages that are attached to messages, as separate items (--attached).
 */
#ifndef FILTER_SOURCE_ATTACHED_H
#define FILTER_SOURCE_ATTACHED_H

#include "filter/source/item.h"
#include "filter/structure/structure.h"

struct address_gmime;

/* Those of one message, in their order. */
struct attached {
	struct item items[STRUCTURE_MESSAGES + 1]; /* and that some were left out */
	size_t n, next;
};

/*
 * Takes those of item, which is unchanged; all earlier ones must have been returned. They are named
 * NAME/attached-N, or NAME/reencoded-N if they are encoded in the outer message. If the limits of
 * filter/structure/ left some out, an item without a message reports that.
 */
void attached_take(struct attached *attached, const struct item *item, struct address_gmime *gmime);

/* The next one, without its index; false at the end. */
bool attached_next(struct attached *attached, struct item *item);

void attached_clear(struct attached *attached);

#endif

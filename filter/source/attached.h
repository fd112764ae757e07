/* attached.h: takes the messages attached to a message as separate items (--attached). */
#ifndef FILTER_SOURCE_ATTACHED_H
#define FILTER_SOURCE_ATTACHED_H

#include "filter/source/item.h"
#include "filter/structure/structure.h"

struct address_gmime;

/* The attached messages of one message, in order. */
struct attached {
	struct item items[STRUCTURE_MESSAGES + 1]; /* one more, to report that some were left out */
	size_t n, next;
};

/*
 * Finds the messages attached to item, which is unchanged. All messages found by an earlier call
 * must have been returned. The messages are named NAME/attached-N, or NAME/reencoded-N if they are
 * encoded in the outer message. If the limits of filter/structure/ exclude some, an item without a
 * message reports that.
 */
void attached_take(struct attached *attached, const struct item *item, struct address_gmime *gmime);

/* Moves the next attached message to *item, without an index; false at the end. */
bool attached_next(struct attached *attached, struct item *item);

void attached_clear(struct attached *attached);

#endif

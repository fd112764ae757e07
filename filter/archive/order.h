/*
 * order.h: keeps the outstanding messages, and emits their results in the order in which the
 * messages were handed out. The caller must lock it.
 */
#ifndef FILTER_ARCHIVE_ORDER_H
#define FILTER_ARCHIVE_ORDER_H

#include "filter/reader/judged.h"
#include "filter/reader/stamp.h"
#include "filter/runs/journal.h"
#include "filter/source/item.h"

/* A message that was handed out. */
struct order_slot {
	enum { ORDER_FREE, ORDER_OUT, ORDER_DONE, ORDER_SKIPPED } state;
	bool suspect; /* the process that reads messages died while this message was outstanding */
	struct item item;
	enum fault stamp_error;
	int spool; /* or -1 */
	struct stamp stamp;
	struct judged judged; /* once it is done */
};

struct order {
	const struct options *options;
	struct order_slot *window; /* JOURNAL_WINDOW */
	size_t handed_out, emitted, out, suspects;
	/* called for each result, in order unless options->unordered */
	void (*emit)(void *arg, const struct judged *judged);
	void *arg;
};

/* False when out of memory; freed by order_clear in any case. */
bool order_init(struct order *order);

/* Frees everything, including outstanding messages. */
void order_clear(struct order *order);

/* Is there room for one more? */
bool order_has_room(const struct order *order);

/* Moves the item into the slot of the next turn, which then owns it; returns the slot. */
struct order_slot *order_hand_out(struct order *order, struct item *item, size_t *turn);

/* The slot of an outstanding turn; NULL if it is not outstanding. */
struct order_slot *order_find(const struct order *order, uint64_t turn);

/* The first suspect, or NULL. */
struct order_slot *order_suspect(const struct order *order, size_t *turn);

/* All outstanding messages become suspects. */
void order_suspect_all(struct order *order);

/* Takes over the result of an outstanding message; emits the results that are next in order. */
void order_done(struct order *order, struct order_slot *slot, struct judged *judged);

/* Skips a turn whose message is in the journal. */
void order_skip(struct order *order, struct order_slot *slot);

#endif

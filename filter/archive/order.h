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
	bool sending; /* another thread is sending it, and uses everything below */
	struct item item;
	enum fault stamp_error;
	int spool; /* or -1 */
	struct stamp stamp;
	struct judged judged; /* once it is done */
};

enum {
	ORDER_AHEAD = 64, /* maximum of ahead */
	/* no more are handed out while those in memory have that many octets */
	ORDER_OCTETS = 64 * 1024 * 1024
};

struct order {
	const struct options *options;
	struct order_slot *window; /* JOURNAL_WINDOW */
	size_t handed_out, emitted, out, suspects;
	size_t octets; /* of outstanding messages that are in memory */
	/*
	 * Messages that are handed out besides those that threads work on: enough for the time in
	 * which, on a busy machine, the process that hands them out gets no processor, but fewer if
	 * it may have few descriptors.
	 */
	size_t ahead;
	/* called for each result, in order unless options->unordered */
	void (*emit)(void *arg, const struct judged *judged);
	void *arg;
};

/* False when out of memory; freed by order_clear in any case. */
bool order_init(struct order *order);

/* Frees everything, including outstanding messages. */
void order_clear(struct order *order);

/* How many more may be handed out, if `busy` threads work? */
size_t order_room(const struct order *order, size_t busy);

/*
 * Are so few outstanding that more should be handed out? Not after each result, because several are
 * sent together.
 */
bool order_runs_low(const struct order *order, size_t busy);

/*
 * Moves the item into the slot of the next turn, which then owns it; returns the slot. It counts as
 * being sent.
 */
struct order_slot *order_hand_out(struct order *order, struct item *item, size_t *turn);

/* The slot of an outstanding turn; NULL if it is not outstanding. */
struct order_slot *order_find(const struct order *order, uint64_t turn);

/* The first suspect, or NULL. */
struct order_slot *order_suspect(const struct order *order, size_t *turn);

/*
 * The process that read messages died: all outstanding ones become suspects. If there were suspects
 * already, it had only the first of them, which is then not evaluated. Resets arena.
 */
void order_suspect_all(struct order *order, struct arena *arena);

/* Takes over the result of an outstanding message; emits the results that are next in order. */
void order_done(struct order *order, struct order_slot *slot, struct judged *judged);

/* Skips a turn whose message is in the journal. */
void order_skip(struct order *order, struct order_slot *slot);

/*
 * Makes the result of a message that was not evaluated; FAULT_NONE: it is skipped. Resets arena.
 */
void order_fail(
	struct order *order, struct order_slot *slot, enum fault fault, struct arena *arena);

#endif

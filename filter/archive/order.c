#include "filter/archive/order.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static struct order_slot *
slot_at(const struct order *order, size_t turn)
{
	return &order->window[turn % JOURNAL_WINDOW];
}

/* A message can have three descriptors, and others are on their way to this process. */
static size_t
ahead_of(void)
{
	enum { LEAST = 4, SHARE = 8 };
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur / SHARE >= (rlim_t)ORDER_AHEAD)
		return ORDER_AHEAD;
	return limit.rlim_cur / SHARE > LEAST ? (size_t)limit.rlim_cur / SHARE : LEAST;
}

bool
order_init(struct order *order)
{
	order->ahead = ahead_of();
	order->window = calloc(JOURNAL_WINDOW, sizeof *order->window);
	return order->window != NULL;
}

/* Frees the item and everything that belongs to it; removes an incomplete stamped copy. */
static void
drop(struct order *order, struct order_slot *slot)
{
	order->out--;
	order->octets -= slot->item.n;
	if (slot->suspect)
		order->suspects--;
	slot->suspect = false;
	if (slot->stamp.fd >= 0)
		(void)stamp_end(&slot->stamp, false);
	if (slot->spool >= 0)
		close(slot->spool);
	slot->spool = -1;
	item_clear(&slot->item);
	slot->state = ORDER_SKIPPED;
}

void
order_clear(struct order *order)
{
	for (size_t i = 0; order->window != NULL && i < JOURNAL_WINDOW; i++) {
		struct order_slot *slot = &order->window[i];

		if (slot->state == ORDER_OUT)
			drop(order, slot);
		judged_clear(&slot->judged);
	}
	free(order->window);
	order->window = NULL;
}

size_t
order_room(const struct order *order, size_t busy)
{
	const size_t window = JOURNAL_WINDOW - (order->handed_out - order->emitted);
	const size_t most = busy + order->ahead;
	const size_t room = order->out < most ? most - order->out : 0;

	if (order->octets >= ORDER_OCTETS)
		return 0;
	return room < window ? room : window;
}

bool
order_runs_low(const struct order *order, size_t busy)
{
	return order_room(order, busy) > 0 && order->out <= busy + order->ahead / 2;
}

struct order_slot *
order_hand_out(struct order *order, struct item *item, size_t *turn)
{
	struct order_slot *slot = slot_at(order, order->handed_out);

	*turn = order->handed_out++;
	order->out++;
	order->octets += item->n;
	*slot = (struct order_slot){
		.state = ORDER_OUT,
		.sending = true,
		.item = *item,
		.spool = -1,
		.stamp = {.fd = -1},
	};
	*item = (struct item){.fd = -1};
	return slot;
}

struct order_slot *
order_find(const struct order *order, uint64_t turn)
{
	struct order_slot *slot;

	if (turn >= order->handed_out || turn < order->emitted)
		return NULL;
	slot = slot_at(order, (size_t)turn);
	return slot->state == ORDER_OUT ? slot : NULL;
}

struct order_slot *
order_suspect(const struct order *order, size_t *turn)
{
	for (*turn = order->emitted; order->suspects > 0 && *turn < order->handed_out; ++*turn) {
		struct order_slot *slot = slot_at(order, *turn);

		if (slot->state == ORDER_OUT && slot->suspect)
			return slot;
	}
	return NULL;
}

/* Emits the results that are next in order. */
static void
move(struct order *order)
{
	struct order_slot *at;

	while (order->emitted < order->handed_out &&
		(at = slot_at(order, order->emitted))->state >= ORDER_DONE) {
		order->emitted++;
		if (at->state == ORDER_DONE)
			order->emit(order->arg, &at->judged);
		judged_clear(&at->judged);
		at->state = ORDER_FREE;
	}
}

void
order_done(struct order *order, struct order_slot *slot, struct judged *judged)
{
	drop(order, slot);
	if (order->options->unordered) {
		order->emit(order->arg, judged);
		judged_clear(judged);
	} else {
		slot->judged = *judged;
		slot->state = ORDER_DONE;
	}
	move(order);
}

void
order_skip(struct order *order, struct order_slot *slot)
{
	drop(order, slot);
	move(order);
}

void
order_fail(struct order *order, struct order_slot *slot, enum fault fault, struct arena *arena)
{
	const struct error error = fault_error(fault, NULL, NULL);
	struct judged judged;

	if (fault == FAULT_NONE) {
		order_skip(order, slot);
		return;
	}
	judged_failure(order->options, slot->item.index, slot->item.name, &error, arena, &judged);
	arena_reset(arena);
	order_done(order, slot, &judged);
}

void
order_suspect_all(struct order *order, struct arena *arena)
{
	size_t turn;
	struct order_slot *slot = order_suspect(order, &turn);

	if (slot != NULL)
		order_fail(order, slot, FAULT_READER_DIED, arena);
	order->suspects = 0;
	for (turn = order->emitted; turn < order->handed_out; turn++)
		if (slot_at(order, turn)->state == ORDER_OUT) {
			slot_at(order, turn)->suspect = true;
			order->suspects++;
		}
}

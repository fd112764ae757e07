#include "filter/archive/parent.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "filter/archive/hand.h"
#include "filter/archive/order.h"
#include "filter/io/clock.h"
#include "filter/io/process.h"
#include "filter/settings/profile.h"

enum { TICK_MS = 200, GO_ON_MS = 5000, WANTED_MAX = JOURNAL_WINDOW - ORDER_AHEAD };

struct parent {
	struct parent_config config;
	struct journal *journal; /* or NULL */
	struct reader *reader; /* may be replaced only with both locks held; NULL: there is none */
	pthread_mutex_t source_lock; /* held while a message is taken and sent; before lock */
	pthread_mutex_t lock;
	pthread_cond_t room;
	struct order order;
	size_t wanted;      /* number of threads that want work */
	size_t skipped;     /* found in the journal */
	bool stop, drained; /* no more messages are taken */
	bool finished;      /* the reader has been notified that no more messages follow */
	bool dead;          /* the reader has ended */
	bool lost;          /* a reader died, so DNS answers were lost */
	enum parent_end end;
	double share;
	int64_t heard_ms;   /* when a result arrived, or a message was sent to an idle reader */
	int64_t ticked_ms;  /* when config.tick was called; only the main thread uses it */
	struct arena arena; /* for one result */
};

/* Ends the run before all messages have results. The lock is held. */
static void
stop(struct parent *parent, enum parent_end end)
{
	if (!parent->stop)
		parent->end = end;
	parent->stop = true;
	opener_stop(parent->config.opener);
	pthread_cond_broadcast(&parent->room);
}

/* Outputs a result, and adds it to the journal. */
static void
emit(void *arg, const struct judged *judged)
{
	struct parent *parent = arg;
	const struct slice json = slice_make(judged->json, judged->njson);

	if (parent->stop && parent->end != PARENT_STOPPED)
		return;
	/*
	 * a message that is not added to the journal is evaluated again by the next run, so it is
	 * not reported now
	 */
	if (parent->journal != NULL && (judged->row == NULL || judged->ours)) {
		stop(parent, PARENT_BROKEN);
		return;
	}
	if (!parent->config.emit(parent->config.arg, judged))
		stop(parent, PARENT_STOPPED);
	else if (parent->journal != NULL && !journal_add(parent->journal, json))
		stop(parent, PARENT_BROKEN);
}

/* Lets the reader end when all messages have results. The lock is held. */
static void
finish_if_done(struct parent *parent)
{
	if (parent->finished || !parent->drained || parent->order.out > 0 || parent->reader == NULL)
		return;
	parent->finished = true;
	reader_finish(parent->reader);
}

/* taking messages, in a thread of its own */

/* Can a message be sent now? The lock is held. */
static bool
is_ready(const struct parent *parent)
{
	return parent->reader != NULL && !parent->dead && parent->order.suspects == 0;
}

/* Waits until messages may be handed out, and returns how many. 0: no more are taken. */
static size_t
wait_for_room(struct parent *parent)
{
	size_t room;

	pthread_mutex_lock(&parent->lock);
	while ((room = is_ready(parent) ? order_room(&parent->order, parent->wanted) : 0) == 0 &&
		!parent->stop)
		pthread_cond_wait(&parent->room, &parent->lock);
	if (parent->stop)
		room = 0;
	pthread_mutex_unlock(&parent->lock);
	return room;
}

/* Has the run or its reader ended? For the thread that takes messages. */
static bool
has_ended(void *arg)
{
	struct parent *parent = arg;
	bool ended;

	pthread_mutex_lock(&parent->lock);
	ended = parent->dead || parent->stop;
	pthread_mutex_unlock(&parent->lock);
	return ended;
}

/* Sends the messages; if the reader is dead, the next reader gets them. */
static void
send_all(struct parent *parent, const struct hand *hands, size_t n)
{
	const struct packet_wait wait = {PACKET_WAIT_MS, has_ended, parent};
	enum fault fault;

	while (n > 0) {
		const size_t sent = hand_send(reader_socket(parent->reader), hands, n,
			parent->config.options, &wait, &fault);

		pthread_mutex_lock(&parent->lock);
		for (size_t i = 0; i < sent; i++)
			hands[i].slot->sending = false;
		if (fault != FAULT_NONE && !parent->dead)
			order_fail(&parent->order, hands->slot, parent->stop ? FAULT_NONE : fault,
				&parent->arena);
		pthread_mutex_unlock(&parent->lock);
		hands += sent;
		n -= sent;
	}
}

/* Gives the item a turn; false if it is in the journal, and thus skipped. The lock is held. */
static bool
take_turn(struct parent *parent, struct item *item, struct hand *hand)
{
	bool changed = false;

	if (parent->journal != NULL && item->name != NULL &&
		journal_has(parent->journal, item->index, item->name, &changed)) {
		if (changed) /* the journal has another file at its index */
			stop(parent, PARENT_CHANGED);
		parent->skipped++;
		order_skip(&parent->order, order_hand_out(&parent->order, item, &hand->turn));
		return false;
	}
	if (parent->order.out == 0)
		parent->heard_ms = clock_ms();
	hand->slot =
		order_hand_out(&parent->order, item, &hand->turn); /* a shard's indices have gaps */
	return true;
}

/* Hands out n items. source_lock is held. */
static void
hand_out(struct parent *parent, struct item *items, size_t n)
{
	struct hand hands[PACKET_MANY];
	size_t nhands = 0;

	pthread_mutex_lock(&parent->lock);
	for (size_t i = 0; i < n; i++)
		if (parent->stop)
			item_clear(&items[i]);
		else
			nhands += take_turn(parent, &items[i], &hands[nhands]) ? 1 : 0;
	parent->share = opener_share(parent->config.opener);
	pthread_mutex_unlock(&parent->lock);
	/* no other thread uses a slot until it is sent: replace and find_sent wait for that */
	for (size_t i = 0; i < nhands; i++)
		hand_prepare(hands[i].slot, parent->config.options);
	send_all(parent, hands, nhands);
}

/* Hands out the next messages; false at the end. */
static bool
feed_some(struct parent *parent)
{
	struct item items[PACKET_MANY];
	size_t room = wait_for_room(parent), n = 0;
	bool open = room > 0;

	if (!open)
		return false;
	pthread_mutex_lock(&parent->source_lock);
	pthread_mutex_lock(&parent->lock);
	if (!is_ready(parent))
		room = 0;
	pthread_mutex_unlock(&parent->lock);
	while (open && n < room && n < PACKET_MANY &&
		(n == 0 || opener_has_more(parent->config.opener))) {
		open = opener_next(parent->config.opener, &items[n]);
		n += open ? 1 : 0;
	}
	hand_out(parent, items, n);
	pthread_mutex_unlock(&parent->source_lock);
	return open;
}

static void *
feed(void *arg)
{
	struct parent *parent = arg;

	while (feed_some(parent))
		continue;
	pthread_mutex_lock(&parent->lock);
	parent->drained = true;
	if (opener_died(parent->config.opener) && !parent->stop)
		parent->end = PARENT_LOST;
	else if (parent->journal != NULL && !parent->stop &&
		 parent->skipped < journal_done(parent->journal))
		stop(parent, PARENT_CHANGED); /* the journal belongs to other files */
	finish_if_done(parent);
	pthread_mutex_unlock(&parent->lock);
	return NULL;
}

/* Lets the caller stop the run, every TICK_MS. For the main thread. */
static void
tick_if_due(struct parent *parent)
{
	if (clock_ms() - parent->ticked_ms < TICK_MS)
		return;
	parent->ticked_ms = clock_ms();
	pthread_mutex_lock(&parent->lock);
	if (!parent->config.tick(parent->config.arg, parent->share))
		stop(parent, PARENT_STOPPED);
	pthread_mutex_unlock(&parent->lock);
}

/* Has the run ended? For the main thread, which does its other work meanwhile. */
static bool
has_stopped(void *arg)
{
	struct parent *parent = arg;

	tick_if_due(parent);
	return has_ended(parent);
}

/*
 * Sends the next suspect alone, in the main thread; if there is none, messages are taken again. The
 * lock is not held while it is sent: the other thread takes no message while there are suspects. If
 * the reader is dead, the next reader gets it.
 */
static void
send_suspect(struct parent *parent)
{
	const struct packet_wait wait = {PACKET_WAIT_MS, has_stopped, parent};
	struct hand hand;
	enum fault fault;

	pthread_mutex_lock(&parent->lock);
	while ((hand.slot = order_suspect(&parent->order, &hand.turn)) != NULL) {
		pthread_mutex_unlock(&parent->lock);
		fault = hand_again(
			reader_socket(parent->reader), &hand, parent->config.options, &wait);
		pthread_mutex_lock(&parent->lock);
		parent->heard_ms = clock_ms();
		if (fault == FAULT_NONE)
			break;
		order_fail(&parent->order, hand.slot, parent->stop ? FAULT_NONE : fault,
			&parent->arena);
	}
	if (hand.slot == NULL) {
		pthread_cond_broadcast(&parent->room);
		finish_if_done(parent);
	}
	pthread_mutex_unlock(&parent->lock);
}

/*
 * The slot of a result; NULL if the message is not outstanding. A result may arrive before the
 * other thread goes on after sending; if that thread is still sending much later, the reader has
 * made the result up.
 */
static struct order_slot *
find_sent(struct parent *parent, uint64_t turn)
{
	struct order_slot *slot;
	size_t looked = 0;

	while ((slot = order_find(&parent->order, turn)) != NULL && slot->sending &&
		looked++ < GO_ON_MS) {
		pthread_mutex_unlock(&parent->lock);
		(void)poll(NULL, 0, 1);
		pthread_mutex_lock(&parent->lock);
	}
	return slot != NULL && slot->sending ? NULL : slot;
}

/*
 * Handles a result; false if the message is not outstanding, so that the reader cannot be trusted.
 */
static bool
take_result(struct parent *parent, struct frame *frame)
{
	struct order_slot *slot = find_sent(parent, frame->turn);
	struct judged judged = {.row = frame->row, .ours = frame->ours};
	const bool suspected = parent->order.suspects > 0;
	enum fault fault;

	if (slot == NULL ||
		(frame->row != NULL &&
			(frame->row->index != slot->item.index ||
				(judged_wants_json(parent->config.options) && frame->json.n == 0))))
		return false;
	frame->row = NULL;
	parent->heard_ms = clock_ms();
	fault = hand_keep(slot, &judged, frame->json, parent->config.options);
	if (fault == FAULT_NONE) {
		order_done(&parent->order, slot, &judged);
	} else {
		judged_clear(&judged);
		order_fail(&parent->order, slot, fault, &parent->arena);
	}
	if (!suspected && order_runs_low(&parent->order, parent->wanted))
		pthread_cond_signal(&parent->room);
	finish_if_done(parent);
	return true;
}

/* Handles a frame, in the main thread; false if it is invalid. */
static bool
take_frame(struct parent *parent, struct frame *frame)
{
	bool good = true, suspected = false;

	pthread_mutex_lock(&parent->lock);
	if (frame->kind == FRAME_RESULT) {
		suspected = parent->order.suspects > 0;
		good = take_result(parent, frame);
	} else if (frame->kind == FRAME_WANTED) {
		parent->wanted = frame->turn < WANTED_MAX ? (size_t)frame->turn : WANTED_MAX;
		pthread_cond_signal(&parent->room);
	} else if (frame->kind == FRAME_RECORD && parent->finished) {
		if (!parent->lost)
			parent->config.record(parent->config.arg, frame->json);
	} else {
		good = false;
	}
	pthread_mutex_unlock(&parent->lock);
	free(frame->row);
	if (good && suspected)
		send_suspect(parent);
	return good;
}

/* Starts a new reader. Both locks are held. */
static void
start_next(struct parent *parent)
{
	int status;

	parent->reader = reader_start(parent->config.read, parent->config.read_arg, &status);
	parent->finished = false;
	if (parent->reader == NULL)
		stop(parent, PARENT_BROKEN);
}

/* The reader has ended: starts another one if needed. False: the source is still being read. */
static bool
replace(struct parent *parent)
{
	bool suspected;

	if (pthread_mutex_trylock(&parent->source_lock) != 0)
		return false;
	pthread_mutex_lock(&parent->lock);
	if (!reader_end(parent->reader, false) || !parent->finished) {
		parent->lost = true;
		order_suspect_all(&parent->order, &parent->arena);
	}
	parent->reader = NULL;
	parent->dead = false;
	if (!parent->drained || parent->order.out > 0)
		start_next(parent);
	suspected = parent->reader != NULL && parent->order.suspects > 0;
	pthread_cond_broadcast(&parent->room);
	pthread_mutex_unlock(&parent->lock);
	pthread_mutex_unlock(&parent->source_lock);
	if (suspected)
		send_suspect(parent);
	return true;
}

/* Has no result arrived for too long although messages are outstanding? */
static bool
hangs(struct parent *parent)
{
	bool late;

	pthread_mutex_lock(&parent->lock);
	late = parent->order.out > 0 && clock_ms() - parent->heard_ms > parent->config.hang_ms;
	pthread_mutex_unlock(&parent->lock);
	return late;
}

/* Is there nothing left to wait for? */
static bool
is_over(struct parent *parent)
{
	bool over;

	pthread_mutex_lock(&parent->lock);
	over = parent->reader == NULL && parent->drained &&
	       (parent->order.out == 0 || parent->end == PARENT_BROKEN);
	pthread_mutex_unlock(&parent->lock);
	return over;
}

/* Reads the next frame of the reader. */
static void
listen_once(struct parent *parent)
{
	struct frame frame = {.row = NULL};
	enum reader_got got = reader_next(parent->reader, TICK_MS, &frame);
	bool wrong = got == READER_WRONG || (got == READER_FRAME && !take_frame(parent, &frame)) ||
		     (got == READER_NOTHING && hangs(parent));

	if (!wrong && got != READER_ENDED)
		return;
	if (wrong)
		reader_kill(parent->reader);
	pthread_mutex_lock(&parent->lock);
	parent->dead = true;
	pthread_mutex_unlock(&parent->lock);
}

static void
run(struct parent *parent)
{
	parent->ticked_ms = clock_ms();
	while (!is_over(parent)) {
		if (parent->reader != NULL && !parent->dead)
			listen_once(parent);
		else if (parent->reader == NULL || !replace(parent))
			(void)poll(NULL, 0, TICK_MS);
		tick_if_due(parent);
	}
	(void)parent->config.tick(parent->config.arg, parent->share);
}

struct parent *
parent_open(const struct parent_config *config, int *status)
{
	struct parent *parent = calloc(1, sizeof *parent);

	if (parent == NULL)
		arena_lacks(config->arena, ARENA_MEMORY);
	parent->config = *config;
	parent->wanted = config->jobs;
	parent->order = (struct order){.options = config->options, .emit = emit, .arg = parent};
	arena_init(&parent->arena, config->arena->oom, config->arena->oom_arg);
	if (!order_init(&parent->order) || pthread_mutex_init(&parent->source_lock, NULL) != 0 ||
		pthread_mutex_init(&parent->lock, NULL) != 0 ||
		pthread_cond_init(&parent->room, NULL) != 0)
		arena_lacks(config->arena, ARENA_MEMORY);
	parent->reader = reader_start(config->read, config->read_arg, status);
	if (parent->reader != NULL)
		return parent;
	parent_close(parent);
	return NULL;
}

enum parent_end
parent_run(struct parent *parent, struct journal *journal)
{
	pthread_t thread;

	parent->journal = journal;
	if (!process_thread(&thread, feed, parent))
		return PARENT_BROKEN;
	run(parent);
	(void)pthread_join(thread, NULL);
	return parent->end;
}

void
parent_close(struct parent *parent)
{
	if (parent == NULL)
		return;
	if (parent->reader != NULL)
		(void)reader_end(parent->reader, true);
	order_clear(&parent->order);
	arena_clear(&parent->arena);
	free(parent);
}

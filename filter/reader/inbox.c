#include "filter/reader/inbox.h"

#include <pthread.h>
#include <stdlib.h>

/* Packets that were received together, and the messages in them. */
struct delivery {
	struct delivery *next;
	struct packets received;
	struct packet messages[PACKET_MANY];
	size_t n, at;  /* messages from `at` on have not been taken */
	size_t in_use; /* messages that were taken and have not been given back */
};

struct inbox {
	int socket;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct delivery *first, **last; /* those that have messages to take */
	struct delivery *free;
	bool receiving; /* a thread is receiving */
	size_t reading; /* threads that have received, and whose messages will be in first */
	bool ended;     /* nothing more can be received */
};

struct inbox *
inbox_new(int socket)
{
	struct inbox *inbox = calloc(1, sizeof *inbox);

	if (inbox == NULL)
		return NULL;
	inbox->socket = socket;
	inbox->last = &inbox->first;
	inbox->free = calloc(1, sizeof *inbox->free);
	if (inbox->free != NULL && pthread_mutex_init(&inbox->lock, NULL) == 0 &&
		pthread_cond_init(&inbox->changed, NULL) == 0)
		return inbox;
	inbox_free(inbox);
	return NULL;
}

static void
free_all(struct delivery *delivery)
{
	while (delivery != NULL) {
		struct delivery *next = delivery->next;

		while (delivery->at < delivery->n)
			packet_clear(&delivery->messages[delivery->at++]);
		free(delivery);
		delivery = next;
	}
}

void
inbox_free(struct inbox *inbox)
{
	if (inbox == NULL)
		return;
	free_all(inbox->first);
	free_all(inbox->free);
	free(inbox);
}

/*
 * A delivery to receive into. The lock is held. NULL when out of memory: there is another delivery,
 * which becomes free when its messages have been given back.
 */
static struct delivery *
take_free(struct inbox *inbox)
{
	struct delivery *delivery = inbox->free;

	if (delivery != NULL)
		inbox->free = delivery->next;
	else
		delivery = malloc(sizeof *delivery);
	if (delivery != NULL)
		delivery->n = delivery->at = delivery->in_use = 0;
	return delivery;
}

/* The lock is held. */
static void
put_free(struct inbox *inbox, struct delivery *delivery)
{
	delivery->next = inbox->free;
	inbox->free = delivery;
}

/* Reads the messages of the received packets; false if any is malformed, or they are too many. */
static bool
read_messages(struct delivery *delivery)
{
	enum packet_got got = PACKET_GOT;
	bool all;

	while (got == PACKET_GOT && delivery->n < PACKET_MANY) {
		got = packet_next(&delivery->received, &delivery->messages[delivery->n]);
		delivery->n += got == PACKET_GOT ? 1 : 0;
	}
	all = got != PACKET_END && delivery->received.at == delivery->received.n;
	packets_clear(&delivery->received);
	return all;
}

/* Receives, without the lock, which is held before and after. */
static enum packet_got
receive(struct inbox *inbox, bool wait, struct delivery *delivery)
{
	enum packet_got got;

	inbox->receiving = true;
	pthread_mutex_unlock(&inbox->lock);
	got = packet_receive(inbox->socket, wait, &delivery->received);
	pthread_mutex_lock(&inbox->lock);
	inbox->receiving = false;
	inbox->ended |= got == PACKET_END;
	pthread_cond_broadcast(&inbox->changed);
	return got;
}

/*
 * Reads the messages of the delivery, and adds them to those that can be taken. Meanwhile another
 * thread can receive, because their texts may be in a file. The lock is held before and after.
 */
static void
add_messages(struct inbox *inbox, struct delivery *delivery)
{
	bool good;

	inbox->reading++;
	pthread_mutex_unlock(&inbox->lock);
	good = read_messages(delivery);
	pthread_mutex_lock(&inbox->lock);
	inbox->reading--;
	inbox->ended |= !good;
	pthread_cond_broadcast(&inbox->changed);
	if (delivery->n == 0) {
		put_free(inbox, delivery);
		return;
	}
	delivery->next = NULL;
	*inbox->last = delivery;
	inbox->last = &delivery->next;
}

/*
 * Waits for more messages, if none is there; false if wait is false and there are none now. The
 * lock is held before and after.
 *
 * It does not wait for the socket while another thread reads messages that it has received: this
 * thread could not take any of them before more are sent.
 */
static bool
find_more(struct inbox *inbox, bool wait)
{
	const bool at_socket = wait && inbox->reading == 0;
	struct delivery *delivery = inbox->receiving || inbox->ended ? NULL : take_free(inbox);
	enum packet_got got;

	if (delivery == NULL) {
		if (wait)
			pthread_cond_wait(&inbox->changed, &inbox->lock);
		return wait;
	}
	got = receive(inbox, at_socket, delivery);
	if (got == PACKET_GOT) {
		add_messages(inbox, delivery);
		return true;
	}
	put_free(inbox, delivery);
	if (got == PACKET_NONE && wait && inbox->reading > 0 && inbox->first == NULL)
		pthread_cond_wait(&inbox->changed, &inbox->lock);
	return wait;
}

/* Takes the next message that was received. The lock is held. */
static void
take_first(struct inbox *inbox, struct inbox_message *message)
{
	struct delivery *delivery = inbox->first;

	message->packet = delivery->messages[delivery->at++];
	message->held = delivery;
	delivery->in_use++;
	if (delivery->at < delivery->n)
		return;
	inbox->first = delivery->next;
	if (inbox->first == NULL)
		inbox->last = &inbox->first;
}

/* Can no more messages be taken? The lock is held. */
static bool
is_over(const struct inbox *inbox)
{
	return inbox->first == NULL && inbox->ended && inbox->reading == 0;
}

enum packet_got
inbox_take(struct inbox *inbox, bool wait, struct inbox_message *message)
{
	enum packet_got got = PACKET_NONE;

	pthread_mutex_lock(&inbox->lock);
	while (inbox->first == NULL && !is_over(inbox) && find_more(inbox, wait))
		continue;
	if (inbox->first != NULL) {
		take_first(inbox, message);
		got = PACKET_GOT;
	} else if (is_over(inbox)) {
		got = PACKET_END;
	}
	pthread_mutex_unlock(&inbox->lock);
	return got;
}

void
inbox_give(struct inbox *inbox, struct inbox_message *message)
{
	struct delivery *delivery = message->held;

	packet_clear(&message->packet);
	pthread_mutex_lock(&inbox->lock);
	delivery->in_use--;
	if (delivery->in_use == 0 && delivery->at == delivery->n) {
		put_free(inbox, delivery);
		pthread_cond_broadcast(&inbox->changed);
	}
	pthread_mutex_unlock(&inbox->lock);
}

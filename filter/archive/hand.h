/*
 * hand.h: sends a message to the process that reads it, with the files that this process needs, and
 * handles those files when the result has arrived
 */
#ifndef FILTER_ARCHIVE_HAND_H
#define FILTER_ARCHIVE_HAND_H

#include "filter/archive/order.h"
#include "filter/reader/packet.h"

/* Opens the files that are written for the message; failures are recorded in the slot. */
void hand_prepare(struct order_slot *slot, const struct options *options);

/* The packet of an item, without turn, spool and stamp. It points into the item. */
struct packet hand_packet(const struct item *item);

/* A message that is sent, and its turn. */
struct hand {
	struct order_slot *slot;
	size_t turn;
};

/*
 * Sends the first of n messages (PACKET_MANY at most), and together with it as many after it as
 * fit; waits as packet_send. Returns how many, at least one. *fault: FAULT_NONE, also if the reader
 * has ended; otherwise the fault because of which the first one, and no other, could not be sent.
 */
size_t hand_send(int socket, const struct hand *hands, size_t n, const struct options *options,
	const struct packet_wait *wait, enum fault *fault);

/*
 * Sends the message again, to a new process, after one died while it had the message's files.
 * FAULT_NONE: it was sent, or the reader has ended; otherwise the fault because of which it could
 * not be sent.
 */
enum fault hand_again(int socket, const struct hand *hand, const struct options *options,
	const struct packet_wait *wait);

/*
 * Handles an arrived result, whose line is json: keeps a copy in judged, completes the stamped
 * message, and writes the JSON log. FAULT_NONE, or the fault because of which the message counts as
 * not evaluated.
 */
enum fault hand_keep(struct order_slot *slot, struct judged *judged, struct slice json,
	const struct options *options);

#endif

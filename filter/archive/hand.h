/*
 * hand.h: sends a message to the process that reads it, with the files that it needs, and handles
 * them after its result
 */
#ifndef FILTER_ARCHIVE_HAND_H
#define FILTER_ARCHIVE_HAND_H

#include "filter/archive/order.h"

/* Opens the files that are written for it; failures are noted in the slot. */
void hand_prepare(struct order_slot *slot, const struct options *options);

/* As packet_send. */
bool hand_send(
	int socket, const struct order_slot *slot, size_t turn, const struct options *options);

/* The same for another process, after one that has died over its files. */
bool hand_again(
	int socket, const struct order_slot *slot, size_t turn, const struct options *options);

/*
 * The result has arrived; json is its line. Keeps a copy in judged, the stamped message, and the
 * line in the JSON log. FAULT_NONE, or why the message counts as one that could not be evaluated.
 */
enum fault hand_keep(struct order_slot *slot, struct judged *judged, struct slice json,
	const struct options *options);

#endif

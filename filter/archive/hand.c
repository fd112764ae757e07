#include "filter/archive/hand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter/io/spool.h"
#include "filter/result/json.h"

/* Opens a spool file for a message that is too large for memory. */
static void
open_spool(struct order_slot *slot, const struct options *options)
{
	const struct item *item = &slot->item;

	if (item->fd >= 0 && item->size > SPOOL_MEMORY && item->size <= options->max_size)
		slot->spool = spool_open(options->spool_dir, (size_t)item->size);
}

void
hand_prepare(struct order_slot *slot, const struct options *options)
{
	if (slot->item.name == NULL)
		slot->item.error = FAULT_NO_MEMORY;
	if (slot->item.error != FAULT_NONE)
		return;
	open_spool(slot, options);
	if (options->output == OUTPUT_STAMP)
		slot->stamp_error =
			stamp_begin(options->into, slot->item.index, slot->item.name, &slot->stamp);
}

struct packet
hand_packet(const struct item *item)
{
	return (struct packet){
		.index = item->index,
		.error = item->name != NULL ? item->error : FAULT_NO_MEMORY,
		.side_error = item->side_error,
		.partial = item->partial,
		.has_line = item->line != NULL,
		.has_side = item->side != NULL,
		.name = item->name != NULL ? item->name : "?",
		.line = item->line,
		.side = slice_make(item->side, item->nside),
		.bytes = slice_make(item->bytes, item->n),
		.file = item->error == FAULT_NONE ? item->fd : -1,
		.size = item->size,
		.spool = -1,
		.stamp = -1,
	};
}

static struct packet
packet_of(const struct hand *hand)
{
	const struct order_slot *slot = hand->slot;
	struct packet packet = hand_packet(&slot->item);

	packet.turn = hand->turn;
	packet.stamp_error = slot->stamp_error;
	packet.spool = slot->spool;
	packet.stamp = slot->stamp.fd;
	return packet;
}

size_t
hand_send(int socket, const struct hand *hands, size_t n, const struct options *options,
	const struct packet_wait *wait, enum fault *fault)
{
	struct packet packets[PACKET_MANY];
	size_t sent;

	for (size_t i = 0; i < n; i++)
		packets[i] = packet_of(&hands[i]);
	*fault = FAULT_NONE;
	sent = packet_send(socket, packets, n, options->spool_dir, wait);
	if (sent > 0)
		return sent;
	if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
		return n;
	*fault = errno == ENOSPC ? FAULT_NO_SPOOL : FAULT_OPEN_FILES;
	return 1;
}

enum fault
hand_again(int socket, const struct hand *hand, const struct options *options,
	const struct packet_wait *wait)
{
	const struct order_slot *slot = hand->slot;
	const int written[] = {slot->spool, slot->stamp.fd};
	enum fault fault;

	if (slot->item.fd >= 0)
		(void)lseek(slot->item.fd, 0, SEEK_SET);
	for (size_t i = 0; i < sizeof written / sizeof written[0]; i++)
		if (written[i] >= 0 &&
			(ftruncate(written[i], 0) != 0 || lseek(written[i], 0, SEEK_SET) != 0))
			return FAULT_NO_SPOOL;
	(void)hand_send(socket, hand, 1, options, wait, &fault);
	return fault;
}

enum fault
hand_keep(struct order_slot *slot, struct judged *judged, struct slice json,
	const struct options *options)
{
	const bool good = judged->row != NULL && !judged->row->failed;

	if (slot->stamp.fd >= 0 && !stamp_end(&slot->stamp, good) && good)
		return FAULT_STAMP_WRITE;
	if (good && options->json_log != NULL && !json_append(options->json_log, json))
		return FAULT_NO_LOG;
	if (judged->row == NULL || json.n == 0)
		return FAULT_NONE;
	judged->json = malloc(json.n);
	if (judged->json == NULL)
		return FAULT_NO_MEMORY;
	memcpy(judged->json, json.p, json.n);
	judged->njson = json.n;
	return FAULT_NONE;
}

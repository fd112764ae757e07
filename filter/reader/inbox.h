/*
 * inbox.h: the messages that were sent to this process, and that its threads take one by one. One
 * thread at a time receives as many as were sent together, and the others take theirs from here.
 */
#ifndef FILTER_READER_INBOX_H
#define FILTER_READER_INBOX_H

#include "filter/reader/packet.h"

struct inbox;

/* Receives from that socket. NULL when out of memory. */
struct inbox *inbox_new(int socket);

void inbox_free(struct inbox *inbox); /* NULL is fine; no thread may use it any more */

/* A message that a thread has taken. */
struct inbox_message {
	struct packet packet;
	void *held; /* private to inbox_give */
};

/* Takes a message. PACKET_NONE only if wait is false; PACKET_END: there will be no more. */
enum packet_got inbox_take(struct inbox *inbox, bool wait, struct inbox_message *message);

/* Closes the message's descriptors; its texts are no longer valid. */
void inbox_give(struct inbox *inbox, struct inbox_message *message);

#endif

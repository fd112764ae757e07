/*
 * elsewhere.h: evidence from other messages of a run about one that is not aligned.
 *
 * A message is a forwarder's copy if another message with the same Message-ID was aligned for the
 * same author domain, and both have the same signature of the author (which may be broken in the
 * copy) or none. A forger who only knows the Message-ID does not have that signature. A recipient
 * does, so copies count only from the first ELSEWHERE_HOSTS hosts.
 *
 * If a host passed SPF, aligned, for the same author domain in another message, it belongs to the
 * author or to a service that the author uses. Either message may come first. Memory is bounded:
 * messages beyond the limits are not searched for.
 */
#ifndef FILTER_STATS_ELSEWHERE_H
#define FILTER_STATS_ELSEWHERE_H

#include "filter/stats/sources.h"

enum {
	ELSEWHERE_KEYS = 512 * 1024,    /* Message-IDs and hosts that are remembered */
	ELSEWHERE_WAITING = 256 * 1024, /* messages that may still be reclassified */
	ELSEWHERE_COPIED = 256 * 1024,  /* messages of which there are copies */
	ELSEWHERE_HOSTS = 8             /* hosts whose copies of one message count */
};

/* A message that is not aligned, and where it is counted. */
struct elsewhere_message {
	struct sender sender;
	uint64_t n;   /* the number of messages that it stands for */
	bool failed;  /* the DMARC result is fail */
	bool service; /* the source is a known service */
	int year, month, day;
	size_t domain, source, message; /* indices of the caller */
};

struct elsewhere;

/* Called for each message that is reclassified; message->sender is the old class. */
typedef void (*elsewhere_moved)(
	void *arg, const struct elsewhere_message *message, struct sender now);

/* NULL without memory */
struct elsewhere *elsewhere_new(elsewhere_moved moved, void *arg);
void elsewhere_free(struct elsewhere *elsewhere); /* NULL is fine */

/*
 * Returns the sender of the message as far as it is known now. sender: as the message itself shows
 * it.
 */
struct sender elsewhere_look(const struct elsewhere *elsewhere, const struct row *row,
	struct sender sender, bool service);

/*
 * Stores the message, as evidence for others and to be reclassified later. False when out of
 * memory.
 */
bool elsewhere_add(struct elsewhere *elsewhere, const struct row *row,
	const struct elsewhere_message *message);

#endif

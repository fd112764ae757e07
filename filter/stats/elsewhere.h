/*
 * elsewhere.h: what other messages of a run show about one that is not aligned.
 *
 * It is a forwarder's copy if another message with its Message-ID was aligned for the same author
 * domain and has the same signature of the author (which may be broken in the copy), or neither has
 * one. A forger who only knows the Message-ID does not have that signature. A recipient of the
 * message does, so only the copies from the first ELSEWHERE_HOSTS hosts count.
 *
 * If its host passed SPF, aligned, for the same author domain, the host is the author's, or belongs
 * to a service that he uses. Either message may come first. Memory is bounded: messages beyond the
 * limits are not searched for.
 */
#ifndef FILTER_STATS_ELSEWHERE_H
#define FILTER_STATS_ELSEWHERE_H

#include "filter/stats/sources.h"

enum {
	ELSEWHERE_KEYS = 512 * 1024,    /* Message-IDs and hosts that are remembered */
	ELSEWHERE_WAITING = 256 * 1024, /* messages that may still be reclassified */
	ELSEWHERE_COPIED = 256 * 1024,  /* messages of which there are copies */
	ELSEWHERE_HOSTS = 8             /* whose copies of one message count */
};

/* A message that is not aligned, and where it is counted. */
struct elsewhere_message {
	struct sender sender;
	uint64_t n;   /* how many messages it stands for */
	bool failed;  /* DMARC said fail */
	bool service; /* its source is a known service's */
	int year, month, day;
	size_t domain, source, message; /* numbers, for the caller */
};

struct elsewhere;

/* Called for each message that is reclassified; message->sender is the old class. */
typedef void (*elsewhere_moved)(
	void *arg, const struct elsewhere_message *message, struct sender now);

/* NULL without memory */
struct elsewhere *elsewhere_new(elsewhere_moved moved, void *arg);
void elsewhere_free(struct elsewhere *elsewhere); /* NULL is fine */

/*
 * The sender of the message by what is known so far; sender is what the message itself shows.
 */
struct sender elsewhere_look(const struct elsewhere *elsewhere, const struct row *row,
	struct sender sender, bool service);

/* Remembers it for others, and others for it. False without memory. */
bool elsewhere_add(struct elsewhere *elsewhere, const struct row *row,
	const struct elsewhere_message *message);

#endif

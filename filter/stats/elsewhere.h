/*
 * elsewhere.h: what other messages of a run show about one that is not aligned.
 *
 * Its Message-ID came aligned for the same author domain, and with it the same signature of the
 * author's, which may be broken in the copy, or none in both: then it is a forwarder's copy. Who
 * only knows the Message-ID has no such signature; who was sent the message has it, so that a
 * message has copies from ELSEWHERE_HOSTS hosts at most: what more hosts send is no copy. Its host
 * passed SPF, aligned, for the same author domain: then the host is the author's, or of a service
 * that he uses. Either message may come first. Memory is bounded: what comes after the bounds is
 * not looked for.
 */
#ifndef FILTER_STATS_ELSEWHERE_H
#define FILTER_STATS_ELSEWHERE_H

#include "filter/stats/sources.h"

enum {
	ELSEWHERE_KEYS = 512 * 1024,    /* Message-IDs and hosts that are remembered */
	ELSEWHERE_WAITING = 256 * 1024, /* messages that may turn out to be something else */
	ELSEWHERE_COPIED = 64 * 1024,   /* messages of which there are copies */
	ELSEWHERE_HOSTS = 8             /* from which copies of one message come */
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

/* Remembers it for others, and it for them. False without memory. */
bool elsewhere_add(struct elsewhere *elsewhere, const struct row *row,
	const struct elsewhere_message *message);

#endif

/* counts.h: counts of messages, for a day, an author domain, a source or a run. */
#ifndef FILTER_STATS_COUNTS_H
#define FILTER_STATS_COUNTS_H

#include "filter/stats/sources.h"

struct stats_counts {
	uint64_t messages;
	uint64_t spf_pass, dkim_pass;       /* passed, aligned or not */
	uint64_t spf_aligned, dkim_aligned; /* passed, and aligned */
	uint64_t aligned;                   /* DMARC passed */
	uint64_t dispositions[4];
	uint64_t classes[SENDER_CLASSES]; /* messages by class */
	/* unaligned messages: harmed by p=reject, for the owner to decide, stopped (sender.h) */
	uint64_t known_fails, open_fails, unauthenticated_fails;
	/*
	 * how many of these have a DMARC result other than fail: of known_fails and open_fails
	 * together, and of unauthenticated_fails
	 */
	uint64_t legitimate_others, unauthenticated_others;
	uint64_t not_judged; /* the envelope is unknown */
};

/* Counts a message; sender: sources_sender of the row. */
void counts_add(struct stats_counts *counts, const struct row *row, struct sender sender);

/* Moves n counted messages to another class. failed: their DMARC result is fail. */
void counts_move(struct stats_counts *counts, enum sender_class from, enum sender_class to,
	bool failed, uint64_t n);

/* Adds all counts of from. */
void counts_join(struct stats_counts *into, const struct stats_counts *from);

#endif

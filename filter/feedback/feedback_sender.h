/* feedback_sender.h: authenticates the sender of the mail that brings a report. */
#ifndef FILTER_FEEDBACK_FEEDBACK_SENDER_H
#define FILTER_FEEDBACK_FEEDBACK_SENDER_H

#include "filter/feedback/feedback_save.h"
#include "filter/verdict/evaluate.h"

/* What else is to be said about the evaluation of a mail. */
struct feedback_judged {
	bool unanswered;     /* DNS did not answer for its sender */
	enum fault envelope; /* why it has no envelope, so that only DKIM counts; or FAULT_NONE */
};

/*
 * Evaluates the mail like any other, with the GMime, crypto and public suffix list of tools, and
 * sets domain, auth and message_id of *origin, in the arena; origin->now must be set. ST_LIMIT: DNS
 * did not answer, so the mail must be read again later; ST_TEMP: an internal failure, with *error
 * if it can be named.
 */
enum status feedback_sender(const struct options *options, const struct evaluation *tools,
	struct slice mail, struct arena *arena, struct feedback_origin *origin,
	struct feedback_judged *judged, struct error *error);

enum { FEEDBACK_QUEUE = 200 };

/* A mail or a file, whose sender is known, and which is not stored yet. */
struct feedback_item {
	struct feedback_origin origin;
	struct slice octets;
	bool partial, mail;
};

/* Items that are stored in one transaction: DNS is asked before the store is locked. */
struct feedback_queue {
	struct arena arena; /* holds copies of all items */
	struct feedback_item v[FEEDBACK_QUEUE];
	size_t n, octets;
	int64_t began_ms; /* when the first item was added */
};

void feedback_queue_add(struct feedback_queue *queue, const struct feedback_item *item);
/* Should the items be stored now: are they many, large or old? */
bool feedback_queue_is_full(const struct feedback_queue *queue);
void feedback_queue_clear(struct feedback_queue *queue);

#endif

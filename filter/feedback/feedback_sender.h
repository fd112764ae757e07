/* feedback_sender.h: authenticates the sender of the mail that brings a report. */
#ifndef FILTER_FEEDBACK_FEEDBACK_SENDER_H
#define FILTER_FEEDBACK_FEEDBACK_SENDER_H

#include "filter/feedback/feedback_save.h"
#include "filter/verdict/evaluate.h"

/*
 * Evaluates the mail like any other, with the GMime, crypto and public suffix list of tools, and
 * sets domain, auth and message_id of *origin, in the arena; origin->now must be set. *unanswered:
 * DNS did not answer for its sender. ST_LIMIT: for that reason the mail must be read again later;
 * ST_TEMP: an internal failure, with *error if it can be named.
 */
enum status feedback_sender(const struct options *options, const struct evaluation *tools,
	struct slice mail, struct arena *arena, struct feedback_origin *origin, bool *unanswered,
	struct error *error);

#endif

/*
 * classify.h: classifies who sent a message in the author's name, from the message itself, DNS and
 * the owner's list.
 *
 * filter/stats/elsewhere.h adds evidence from other messages of a run.
 */
#ifndef FILTER_SENDER_CLASSIFY_H
#define FILTER_SENDER_CLASSIFY_H

#include "filter/settings/own_senders.h"
#include "filter/verdict/evaluate.h"
#include "filter/verdict/sender.h"

/* own: the owner's list, or NULL */
struct sender classify_message(const struct evaluation *evaluation, const struct own_senders *own);

#endif

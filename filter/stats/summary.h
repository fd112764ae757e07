/* summary.h: the totals of a run. */
#ifndef FILTER_STATS_SUMMARY_H
#define FILTER_STATS_SUMMARY_H

#include <stdio.h>

#include "filter/stats/handlers.h"
#include "filter/stats/row.h"

enum { SUMMARY_CODES = 16 };

enum { SUMMARY_RECEIVERS = 8 };

/* agreement with one receiver (--compare-received) */
struct summary_receiver {
	char id[128]; /* "" for further receivers */
	size_t messages, agrees;
	size_t differs[AGREE_METHODS];
};

struct summary {
	size_t messages, failed;
	size_t not_mail; /* of failed: files that are not messages */
	size_t spf[SUMMARY_CODES], dkim[SUMMARY_CODES], dmarc[SUMMARY_CODES];
	size_t dispositions[4];
	size_t not_judged; /* as in struct row */
	struct summary_receiver
		receivers[SUMMARY_RECEIVERS + 1]; /* the first receivers, and the rest */
	size_t nreceivers;
	struct damage damage;
	struct handlers handlers;
};

void summary_add(struct summary *summary, const struct row *row);

void summary_free(struct summary *summary);

/* Prints tables for a person. interrupted: the run was stopped before its end. */
void summary_print(const struct summary *summary, bool interrupted, FILE *out);

#endif

/*
 * summary.h: a run in numbers.
 */
#ifndef FILTER_BATCH_SUMMARY_H
#define FILTER_BATCH_SUMMARY_H

#include <stdio.h>

#include "filter/batch/broke.h"
#include "filter/evaluate.h"

/* One message in a few numbers: all that a summary needs of it. */
struct tally {
	bool failed; /* it could not be read: nothing else counts */
	enum auth_code spf, dkim, dmarc;
	enum disposition disposition;
	struct broke broke;
};

enum { SUMMARY_CODES = 16 };

struct summary {
	size_t messages, failed;
	size_t spf[SUMMARY_CODES], dkim[SUMMARY_CODES], dmarc[SUMMARY_CODES];
	size_t dispositions[4];
	struct broke broke;
};

/* One word for all signatures: pass where one passed, none where there is none, else the result of
 * the first one. */
enum auth_code summary_dkim(const struct auth_results *results);

struct tally summary_tally(const struct evaluation *ev);

void summary_add(struct summary *summary, const struct tally *tally);

/* Tables for a person. interrupted: the run was stopped before its end. */
void summary_print(const struct summary *summary, bool interrupted, FILE *out);

#endif

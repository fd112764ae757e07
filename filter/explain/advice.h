/*
 * advice.h: what the author domain's owner can publish or ask a provider for, so that mail like
 * this one passes DMARC.
 */
#ifndef FILTER_EXPLAIN_ADVICE_H
#define FILTER_EXPLAIN_ADVICE_H

#include "filter/result/finding.h"
#include "filter/result/json.h"
#include "filter/verdict/evaluate.h"

/*
 * Adds a finding for each identity that fails or is not aligned: a warning where DMARC does not
 * pass, a note where it passes by another. Nothing for mail from an own client or user, and where
 * nothing was evaluated. Of the outcome it reads what broke signatures. It never changes a result.
 */
void advice_make(const struct evaluation *evaluation, const struct outcome *outcome,
	struct findings *findings);

#endif

/*
 * advice.h: what the author domain's owner can publish or ask a provider for, so that mail like
 * this one passes DMARC.
 */
#ifndef FILTER_EXPLAIN_ADVICE_H
#define FILTER_EXPLAIN_ADVICE_H

#include "filter/result/finding.h"
#include "filter/result/json.h"
#include "filter/verdict/evaluate.h"

struct own_senders;

/*
 * Adds a finding for each identity that fails or is not aligned: a warning if DMARC does not pass,
 * a note if it passes by another identity. Nothing for mail from a trusted client or an
 * authenticated user, or if nothing was evaluated. Uses the diagnoses of the outcome; never changes
 * a result.
 *
 * A host, an include or a service is proposed only with evidence (evidence.h), and a record only
 * after a second evaluation with it gave the promised result (proof.h). own: the senders that the
 * owner listed, or NULL.
 */
void advice_make(const struct evaluation *evaluation, const struct outcome *outcome,
	const struct own_senders *own, struct findings *findings);

#endif

/* advice_parts.h: declarations shared by the advice_*.c files. */
#ifndef FILTER_EXPLAIN_ADVICE_PARTS_H
#define FILTER_EXPLAIN_ADVICE_PARTS_H

#include "auth/diagnose/diagnose.h"
#include "filter/explain/advice_text.h"
#include "filter/result/json.h"
#include "filter/sender/evidence.h"
#include "filter/verdict/evaluate.h"
#include "filter/verdict/proof.h"

struct advice {
	const struct evaluation *ev;
	const struct outcome *outcome; /* for its diagnoses */
	const struct auth_results *results;
	const struct own_senders *own; /* or NULL */
	struct findings *findings;
	struct arena *arena;
	const char *author; /* the author domain, printable */
	enum finding_level level;
	bool spf_aligned;
	bool indirect; /* the message seems to have come through a list or forwarder */
};

/*
 * Adds a finding with the sentence whose id is which. The values of the sentence follow; a single
 * NULL if it has none.
 */
#define advice_add(advice, which, ...)                                                             \
	advice_say((advice)->findings, (advice)->level, which, NULL,                               \
		(const char *const[]){__VA_ARGS__, NULL})

const char *advice_shown(const struct advice *advice, struct slice text);

/* Would the domain be aligned in relaxed mode, as far as the names show (evaluate_related)? */
bool advice_related(const struct advice *advice, struct slice domain);

/*
 * Do header fields or a rewritten sender (SRS) show that a list or forwarder passed the message on?
 */
bool advice_sent_on(const struct advice *advice);

/* What is said if the tag requires the author domain itself, and a related one passed. */
struct advice_strict {
	const char *tag;
	enum advice_id other; /* nothing shows that the domain below sends for the author */
	enum advice_id relax; /* with the record without the tag */
	enum advice_id exact; /* use the author domain itself */
};

/* False, without advice, if strict is false or the domain that passed is not a related one. */
bool advise_strict(const struct advice *advice, struct slice passed, bool strict,
	const struct advice_strict *ids);

/* Returns the form with %s replaced by the value. */
struct slice advice_fill(const struct advice *advice, struct slice form, struct slice value);

/*
 * Sets the proposal of a finding: the current record of the name (or empty), the proposed one, and
 * the proof.
 */
void advice_propose(const struct advice *advice, struct finding *finding,
	const struct proof_record *record, struct slice now, enum finding_proof proof);

/* Adds n further records to the proposal. */
void advice_propose_more(const struct advice *advice, struct finding *finding,
	const struct proof_record *records, size_t n);

void advise_spf(const struct advice *advice);
void advise_dkim(const struct advice *advice);

#endif

/*
 * inspect_trial.h: the effect of a proposed record on the mail of --messages: batch evaluates all
 * of it with DNS as it is, and with the record laid over it.
 */
#ifndef FILTER_INSPECT_INSPECT_TRIAL_H
#define FILTER_INSPECT_INSPECT_TRIAL_H

#include "filter/archive/piped.h"

/* The maximum number of proposals that a run tries, and of messages that it compares. */
enum { TRIAL_PROPOSALS = 16, TRIAL_MESSAGES = 100000 };

struct trial_fact;

struct trials {
	bool asked;                              /* there is --messages */
	struct piped piped[TRIAL_PROPOSALS + 1]; /* the first one uses DNS as it is */
	size_t used;                             /* proposals that were tried */
	bool failed;               /* the mail could not be evaluated with DNS as it is */
	struct trial_fact *before; /* by message; NULL: not evaluated yet */
	size_t n;
	struct arena *arena;
};

enum trial_end {
	TRIAL_GOOD,  /* no message is worse */
	TRIAL_WORSE, /* one is */
	TRIAL_FAILED /* the mail could not be evaluated, or there were too many proposals */
};

/*
 * What a trial found about mail in the name of a domain, and about all mail. A message is worse if
 * DMARC or SPF passed and does not pass with the record; also if its disposition becomes stricter
 * or SPF newly fails, unless there is no evidence for its sender (classify.h).
 */
struct trial {
	enum trial_end end;
	size_t judged, dmarc, spf;   /* in its name; of these, passes with the record */
	size_t worse;                /* of all mail */
	const char *source, *author; /* of the first worse one, printable */
};

/*
 * Starts the processes that will evaluate, while this one has all its rights. 0, or an exit status
 * that is reported. trials_end must be called in any case.
 */
int trials_begin(const struct options *options, struct arena *arena, struct trials *trials);
void trials_end(struct trials *trials);

/* overlay: the record as a master file; domain is normal. */
void trial_run(
	struct trials *trials, struct slice overlay, struct slice domain, struct trial *trial);

#endif

/*
 * inspect_trial.h: what a proposed record does to the mail of --messages: batch judges all of it,
 * as DNS is and with the record laid over.
 */
#ifndef FILTER_INSPECT_INSPECT_TRIAL_H
#define FILTER_INSPECT_INSPECT_TRIAL_H

#include "filter/archive/piped.h"

/* Of one run, proposals that can be tried; and messages of the archive that are compared. */
enum { TRIAL_PROPOSALS = 16, TRIAL_MESSAGES = 100000 };

struct trial_fact;

struct trials {
	bool asked;                              /* there is --messages */
	struct piped piped[TRIAL_PROPOSALS + 1]; /* the first one judges with DNS as it is */
	size_t used;                             /* proposals that were tried */
	bool failed;                             /* DNS as it is: the mail could not be judged */
	struct trial_fact *before;               /* by message; NULL: not judged yet */
	size_t n;
	struct arena *arena;
};

enum trial_end {
	TRIAL_GOOD,  /* no message is worse */
	TRIAL_WORSE, /* one is */
	TRIAL_FAILED /* the mail could not be judged, or there were too many proposals */
};

/*
 * What a trial found of mail in the name of a domain, and of all mail. A message is worse where
 * DMARC or SPF passed and does not with the record; where it has a harder disposition, or SPF fails
 * that did not, unless nothing speaks for its sender (classify.h).
 */
struct trial {
	enum trial_end end;
	size_t judged, dmarc, spf;   /* in its name, and of these with the record: passes */
	size_t worse;                /* of all mail */
	const char *source, *author; /* of the first one that is, printable */
};

/*
 * Starts the processes that will judge, while this one has all its rights. 0, or an exit status
 * that is reported. trials_end in any case.
 */
int trials_begin(const struct options *options, struct arena *arena, struct trials *trials);
void trials_end(struct trials *trials);

/* overlay: the record as a master file; domain is normal. */
void trial_run(
	struct trials *trials, struct slice overlay, struct slice domain, struct trial *trial);

#endif

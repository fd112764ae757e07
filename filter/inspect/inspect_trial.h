/*
 * inspect_trial.h: tests a proposed record on the mail of --messages: batch evaluates all of it
 * with unmodified DNS, and with DNS overridden by the record.
 *
 * All processes are started before inspect gives up its rights, when the proposals are not known
 * yet: batch opens files and has a sandbox of its own, which a child of the sandbox could not
 * enter. A process that is not needed only waits, with the memory that it shares with its parent.
 */
#ifndef FILTER_INSPECT_INSPECT_TRIAL_H
#define FILTER_INSPECT_INSPECT_TRIAL_H

#include "filter/archive/piped.h"

/* The maximum number of proposals that a run tries, and of messages that it compares. */
enum { TRIAL_PROPOSALS = 16, TRIAL_MESSAGES = 100000 };

struct trial_fact;

struct trials {
	bool asked;                              /* --messages is given */
	struct piped piped[TRIAL_PROPOSALS + 1]; /* the first one uses unmodified DNS */
	size_t used;                             /* proposals that were tried */
	bool failed;               /* the mail could not be evaluated with unmodified DNS */
	bool ours;                 /* a trial failed because of a transient local failure */
	struct trial_fact *before; /* by message; NULL: not evaluated yet */
	size_t n;
	struct arena *arena;
};

enum trial_end {
	TRIAL_GOOD,  /* no message has a worse result */
	TRIAL_WORSE, /* some message has a worse result */
	TRIAL_FAILED /* the mail could not be evaluated, or there were too many proposals */
};

/*
 * The result of a trial, for mail in the domain's name and for all mail. A message is worse if
 * DMARC or SPF passes without the record and not with it; also if its disposition becomes stricter
 * or SPF starts to fail, unless the mail may be forged (SENDER_FORGED, SENDER_DECIDE). For a
 * forwarder, the latter is not worse.
 */
struct trial {
	enum trial_end end;
	size_t judged, dmarc,
		spf;  /* in the domain's name: evaluated messages, and passes with the record */
	size_t worse; /* worse messages, in all mail */
	const char *source, *author; /* of the first worse message, printable */
};

/*
 * Starts the processes that will evaluate the mail; call it before this process gives up its
 * rights. Returns 0, or an exit status after reporting the error. trials_end must be called in any
 * case.
 */
int trials_begin(const struct options *options, struct arena *arena, struct trials *trials);
void trials_end(struct trials *trials);

/* Tries a record on all mail. overlay: the record as a master file; domain is normal. */
void trial_run(
	struct trials *trials, struct slice overlay, struct slice domain, struct trial *trial);

#endif

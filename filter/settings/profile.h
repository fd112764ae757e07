/*
 * profile.h: how an outcome is reported to each kind of caller (mailstamp(1), EXIT STATUS).
 */
#ifndef FILTER_SETTINGS_PROFILE_H
#define FILTER_SETTINGS_PROFILE_H

#include "auth/base/reason.h"
#include "filter/settings/settings.h"

enum {
	EXIT_QUARANTINED = 10,
	EXIT_REJECTED = 11,
	EXIT_WORSE = 12, /* batch: messages that passed before no longer pass */
	EXIT_USAGE_ERROR = 64,
	EXIT_NOTHING_PROVED = 65, /* explain --undo */
	EXIT_TEMPFAIL = 75,
	EXIT_REJECT_BOUNCE = 77,
	EXIT_CONFIG_ERROR = 78
};

struct delivery {
	int status;   /* exit status after everything was passed on */
	bool pass_on; /* the message is passed on: to stdout, or to COMMAND if there is one */
	bool disposition_field; /* add Mailstamp-Disposition */
	const char *say; /* instead of a message, one line for stdout ("4.7.0 ..."), or NULL */
	bool say_why;    /* the line continues with the sentence of result/reply.h */
	bool must_say; /* only the line reports the outcome: if it cannot be written, the run fails
			  temporarily */
};

/*
 * What to do with a message of that outcome. bounce_reaches: SPF passed for a reverse-path that is
 * neither null nor unknown, so that a bounce reaches the real sender; can_bounce: the path is
 * neither null nor unknown.
 *
 * --exit NAME=CODE replaces the status of that outcome. If a reject is handed on to the delivery
 * agent, because a bounce would be backscatter, its status stays 0. A mail server treats any status
 * but 0 as "not delivered", so nothing is passed on then; with status 0 the message is always
 * passed on, except for exim-av, where Exim keeps the message and reads only the line.
 * postfix-proxy has no --exit: Postfix reads only the line, which is an SMTP reply.
 */
struct delivery profile_delivery(const struct options *options, enum disposition disposition,
	bool can_bounce, bool bounce_reaches);

/* Is it a profile of a mail server that discards stdout, so that COMMAND is needed? */
bool profile_needs_command(enum profile profile);

/* Does the caller speak SMTP with us, on stdin and stdout? */
bool profile_speaks_smtp(enum profile profile);

/* Does the mail server keep the message, so that none is ever written? */
bool profile_keeps_message(enum profile profile);

/* Is the caller a mail server or delivery agent (any profile but plain)? */
bool profile_is_host(enum profile profile);

/*
 * The status after an error of the configuration or of a file that it names: 75 if a retry may
 * succeed, because memory, descriptors or room on the disk were lacking, or the disk failed,
 * otherwise 78.
 */
int profile_failure(const struct error *error);

/*
 * The status of a usage error (in_file false) or configuration error (true): 64 or 78 if `--profile
 * plain` is given or stdin is a terminal; otherwise 75, so that a typo only defers mail.
 */
int profile_misuse(bool profile_given, enum profile profile, bool terminal, bool in_file);

#endif

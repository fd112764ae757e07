/*
 * profile.h: how each kind of caller is told an outcome (PROGRAM 5, the table of profiles).
 */
#ifndef FILTER_SETTINGS_PROFILE_H
#define FILTER_SETTINGS_PROFILE_H

#include "filter/settings/settings.h"

enum {
	EXIT_QUARANTINED = 10,
	EXIT_REJECTED = 11,
	EXIT_WORSE = 12, /* batch: what passed no longer does */
	EXIT_USAGE_ERROR = 64,
	EXIT_NOTHING_PROVED = 65, /* explain --undo */
	EXIT_TEMPFAIL = 75,
	EXIT_REJECT_BOUNCE = 77,
	EXIT_CONFIG_ERROR = 78
};

struct delivery {
	int status;   /* exit status once everything was handed on */
	bool pass_on; /* the message goes on: to stdout, or into COMMAND where one is given */
	bool disposition_field; /* with Mailstamp-Disposition */
	const char *say; /* instead of a message, one line for stdout ("4.7.0 ..."), or NULL */
	bool say_why;    /* say is only its beginning: what failed follows (result/reply.h) */
	bool must_say;   /* the line alone tells the outcome: unless it is out, mail must wait */
};

/*
 * The outcome of one message → what to do. bounce_reaches: SPF passed for a reverse-path that is
 * neither null nor unknown, so that a bounce goes to the one who sent it; can_bounce: the path is
 * neither null nor unknown.
 *
 * --exit NAME=CODE replaces the status of that outcome. Where a reject is handed on to the delivery
 * agent, because a bounce would be backscatter, its status stays 0. A mail server takes a status
 * but 0 for "not delivered", so that then nothing is passed on; a status of 0 always passes on,
 * but for exim-av, whose host keeps the message and reads only the line. For postfix-proxy there is
 * no --exit: its host reads only the line, which is an SMTP reply.
 */
struct delivery profile_delivery(const struct options *options, enum disposition disposition,
	bool can_bounce, bool bounce_reaches);

/* A profile of a mail server, which needs COMMAND (its host throws stdout away)? */
bool profile_needs_command(enum profile profile);

/* Does the caller speak SMTP with us, on stdin and stdout? */
bool profile_speaks_smtp(enum profile profile);

/* Has the host the message already, so that none is ever written? */
bool profile_keeps_message(enum profile profile);

/* Is the caller a mail server or delivery agent (any profile but plain)? */
bool profile_is_host(enum profile profile);

/*
 * The status of a usage error (in_file false) or configuration error (true): 64 or 78 for
 * `--profile plain` given or a terminal on stdin, otherwise 75, so that a typo defers mail.
 */
int profile_misuse(bool profile_given, enum profile profile, bool terminal, bool in_file);

#endif

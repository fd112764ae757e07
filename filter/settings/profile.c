#include "filter/settings/profile.h"

enum { EX_OSERR_DEFERS = 71 }; /* EX_OSERR, the other status that Postfix treats as temporary */

/* followed by the sentence of result/reply.h */
static const char say_reject[] = "5.7.26 ";
static const char trigger_reject[] = "MAILSTAMP-REJECT: 5.7.26 ";
static const char trigger_quarantine[] = "MAILSTAMP-QUARANTINE: ";
static const char smtp_reject[] = "550 5.7.26 ";
static const char smtp_later[] = "451 4.7.0 Message could not be judged now, try again later";
static const char say_later[] = "4.7.0 Message could not be judged now, try again later";

/* Does the mail server read stdout even if no message is passed on? */
static bool
stdout_is_told(enum profile profile)
{
	switch (profile) {
	case PROFILE_POSTFIX:
	case PROFILE_EXIM_PIPE:
	case PROFILE_POSTFIX_PROXY:
		return true;
	case PROFILE_PLAIN:
	case PROFILE_EXIM_FILTER:
	case PROFILE_EXIM_AV:
	case PROFILE_PROCMAIL:
	case PROFILE_MAILDROP:
		break;
	}
	return false;
}

bool
profile_needs_command(enum profile profile)
{
	return profile == PROFILE_POSTFIX || profile == PROFILE_POSTFIX_PROXY ||
	       profile == PROFILE_EXIM_PIPE;
}

bool
profile_speaks_smtp(enum profile profile)
{
	return profile == PROFILE_POSTFIX_PROXY;
}

bool
profile_keeps_message(enum profile profile)
{
	return profile == PROFILE_EXIM_AV;
}

bool
profile_is_host(enum profile profile)
{
	return profile != PROFILE_PLAIN;
}

/* Is a reject reported by the status, and not left to the delivery agent? */
static bool
reject_bounces(const struct options *options, bool can_bounce, bool bounce_reaches)
{
	if (options->profile == PROFILE_EXIM_FILTER)
		return false; /* Exim's transport filter cannot reject */
	return bounce_reaches || (options->bounce_always && can_bounce);
}

static struct delivery
delivery_plain(const struct options *options, enum disposition disposition)
{
	struct delivery told = {.pass_on = true, .disposition_field = options->disposition_field};

	switch (disposition) {
	case DISP_ACCEPT:
		break;
	case DISP_QUARANTINE:
		told.status = EXIT_QUARANTINED;
		break;
	case DISP_REJECT:
		told.status = EXIT_REJECTED;
		break;
	case DISP_TEMPFAIL:
		told.status = EXIT_TEMPFAIL;
		break;
	}
	if (options->exit_override[disposition] >= 0)
		told.status = options->exit_override[disposition];
	/*
	 * COMMAND is not started if the exit status reports the outcome (mailstamp(1), EXIT STATUS)
	 */
	if (disposition == DISP_TEMPFAIL ||
		(disposition == DISP_REJECT && options_keep_stdout(options) && told.status != 0))
		told.pass_on = false;
	return told;
}

/*
 * During the SMTP session a reject causes no backscatter, so it is reported whatever the
 * reverse-path is. Exim treats any status but 0 as temporary.
 */
static struct delivery
delivery_av(const struct options *options, enum disposition disposition)
{
	struct delivery told = {.status = disposition == DISP_TEMPFAIL ? EXIT_TEMPFAIL : 0};

	if (options->exit_override[disposition] >= 0)
		told.status = options->exit_override[disposition];
	if (told.status != 0)
		return told;
	if (disposition == DISP_REJECT)
		told.say = trigger_reject;
	else if (disposition == DISP_QUARANTINE)
		told.say = trigger_quarantine;
	told.must_say = told.say_why = told.say != NULL;
	return told;
}

/* The answer to the SMTP client; spawn(8) ignores the exit status, but logs it if it is not 0. */
static struct delivery
delivery_proxy(const struct options *options, enum disposition disposition)
{
	struct delivery told = {.pass_on = true, .disposition_field = options->disposition_field};

	switch (disposition) {
	case DISP_ACCEPT:
		break;
	case DISP_QUARANTINE:
		told.disposition_field = true;
		break;
	case DISP_REJECT:
		told.pass_on = false;
		told.say = smtp_reject;
		told.say_why = true;
		break;
	case DISP_TEMPFAIL:
		told.pass_on = false;
		told.status = EXIT_TEMPFAIL;
		told.say = smtp_later;
		break;
	}
	return told;
}

/* The line in a bounce or log must not contradict the status: Postfix uses the line. */
static const char *
line_for(const struct options *options, enum disposition disposition, int status)
{
	bool later = status == EXIT_TEMPFAIL || status == EX_OSERR_DEFERS;

	if (disposition == DISP_REJECT && !later && options->profile != PROFILE_EXIM_FILTER)
		return say_reject;
	if (later && stdout_is_told(options->profile))
		return say_later;
	return NULL;
}

struct delivery
profile_delivery(const struct options *options, enum disposition disposition, bool can_bounce,
	bool bounce_reaches)
{
	struct delivery told = {.status = 0};
	int override = options->exit_override[disposition];

	if (!profile_is_host(options->profile))
		return delivery_plain(options, disposition);
	if (options->profile == PROFILE_EXIM_AV)
		return delivery_av(options, disposition);
	if (options->profile == PROFILE_POSTFIX_PROXY)
		return delivery_proxy(options, disposition);
	if (disposition == DISP_TEMPFAIL)
		told.status = EXIT_TEMPFAIL;
	else if (disposition == DISP_REJECT && reject_bounces(options, can_bounce, bounce_reaches))
		told.status = EXIT_REJECT_BOUNCE;
	else if (disposition == DISP_REJECT && options->profile != PROFILE_EXIM_FILTER)
		override = -1; /* --exit must not turn it into backscatter */
	if (override >= 0)
		told.status = override;
	told.pass_on = told.status == 0;
	if (told.pass_on)
		told.disposition_field = options->disposition_field || disposition != DISP_ACCEPT;
	else
		told.say = line_for(options, disposition, told.status);
	told.say_why = told.say == say_reject;
	return told;
}

int
profile_misuse(bool profile_given, enum profile profile, bool terminal, bool in_file)
{
	if (profile_is_host(profile) || (!profile_given && !terminal))
		return EXIT_TEMPFAIL;
	return in_file ? EXIT_CONFIG_ERROR : EXIT_USAGE_ERROR;
}

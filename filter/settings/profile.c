#include "filter/settings/profile.h"

#include "filter/io/fault.h"
#include "filter/settings/setting_error.h"

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
	struct delivery delivery = {
		.pass_on = true, .disposition_field = options->disposition_field};

	switch (disposition) {
	case DISP_ACCEPT:
		break;
	case DISP_QUARANTINE:
		delivery.status = EXIT_QUARANTINED;
		break;
	case DISP_REJECT:
		delivery.status = EXIT_REJECTED;
		break;
	case DISP_TEMPFAIL:
		delivery.status = EXIT_TEMPFAIL;
		break;
	}
	if (options->exit_override[disposition] >= 0)
		delivery.status = options->exit_override[disposition];
	/*
	 * COMMAND is not started if the exit status reports the outcome (mailstamp(1), EXIT STATUS)
	 */
	if (disposition == DISP_TEMPFAIL ||
		(disposition == DISP_REJECT && options_keep_stdout(options) &&
			delivery.status != 0))
		delivery.pass_on = false;
	return delivery;
}

/*
 * During the SMTP session a reject causes no backscatter, so it is reported whatever the
 * reverse-path is. Exim treats any status but 0 as temporary.
 */
static struct delivery
delivery_av(const struct options *options, enum disposition disposition)
{
	struct delivery delivery = {.status = disposition == DISP_TEMPFAIL ? EXIT_TEMPFAIL : 0};

	if (options->exit_override[disposition] >= 0)
		delivery.status = options->exit_override[disposition];
	if (delivery.status != 0)
		return delivery;
	if (disposition == DISP_REJECT)
		delivery.say = trigger_reject;
	else if (disposition == DISP_QUARANTINE)
		delivery.say = trigger_quarantine;
	delivery.must_say = delivery.say_why = delivery.say != NULL;
	return delivery;
}

/* The answer to the SMTP client; spawn(8) ignores the exit status, but logs it if it is not 0. */
static struct delivery
delivery_proxy(const struct options *options, enum disposition disposition)
{
	struct delivery delivery = {
		.pass_on = true, .disposition_field = options->disposition_field};

	switch (disposition) {
	case DISP_ACCEPT:
		break;
	case DISP_QUARANTINE:
		delivery.disposition_field = true;
		break;
	case DISP_REJECT:
		delivery.pass_on = false;
		delivery.say = smtp_reject;
		delivery.say_why = true;
		break;
	case DISP_TEMPFAIL:
		delivery.pass_on = false;
		delivery.status = EXIT_TEMPFAIL;
		delivery.say = smtp_later;
		break;
	}
	return delivery;
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
	struct delivery delivery = {.status = 0};
	int override = options->exit_override[disposition];

	if (!profile_is_host(options->profile))
		return delivery_plain(options, disposition);
	if (options->profile == PROFILE_EXIM_AV)
		return delivery_av(options, disposition);
	if (options->profile == PROFILE_POSTFIX_PROXY)
		return delivery_proxy(options, disposition);
	if (disposition == DISP_TEMPFAIL)
		delivery.status = EXIT_TEMPFAIL;
	else if (disposition == DISP_REJECT && reject_bounces(options, can_bounce, bounce_reaches))
		delivery.status = EXIT_REJECT_BOUNCE;
	else if (disposition == DISP_REJECT && options->profile != PROFILE_EXIM_FILTER)
		override = -1; /* --exit must not turn it into backscatter */
	if (override >= 0)
		delivery.status = override;
	delivery.pass_on = delivery.status == 0;
	if (delivery.pass_on)
		delivery.disposition_field =
			options->disposition_field || disposition != DISP_ACCEPT;
	else
		delivery.say = line_for(options, disposition, delivery.status);
	delivery.say_why = delivery.say == say_reject;
	return delivery;
}

int
profile_failure(const struct error *error)
{
	const enum fault fault = fault_of_error(error);
	const bool transient =
		fault_is_ours(fault) || fault == FAULT_IO || error->reason.id == SETTING_E_NO_GLIB;

	return transient ? EXIT_TEMPFAIL : EXIT_CONFIG_ERROR;
}

int
profile_misuse(bool profile_given, enum profile profile, bool terminal, bool in_file)
{
	if (profile_is_host(profile) || (!profile_given && !terminal))
		return EXIT_TEMPFAIL;
	return in_file ? EXIT_CONFIG_ERROR : EXIT_USAGE_ERROR;
}

#include "filter/settings/profile.h"

#include "filter/io/fault.h"
#include "filter/settings/setting_error.h"

#include <criterion/criterion.h>

enum { NONE, SAY_REJECT, SAY_LATER, AV_REJECT, AV_QUARANTINE, SMTP_REJECT, SMTP_LATER };

/* can: the path is neither null nor unknown; reaches: SPF also passed for it */
static const struct row {
	const char *name;
	enum profile profile;
	enum disposition disposition;
	bool can, reaches, always, command;
	int override; /* of this disposition; -1: none */
	int status;
	bool pass_on, field;
	int say;
} rows[] = {
	{"plain accept", PROFILE_PLAIN, DISP_ACCEPT, true, true, false, false, -1, 0, true, false,
		NONE},
	{"plain quarantine", PROFILE_PLAIN, DISP_QUARANTINE, true, true, false, false, -1, 10, true,
		false, NONE},
	{"plain reject", PROFILE_PLAIN, DISP_REJECT, true, true, false, false, -1, 11, true, false,
		NONE},
	{"plain tempfail", PROFILE_PLAIN, DISP_TEMPFAIL, true, true, false, false, -1, 75, false,
		false, NONE},
	{"plain with COMMAND, quarantine", PROFILE_PLAIN, DISP_QUARANTINE, true, true, false, true,
		-1, 10, true, false, NONE},
	{"plain with COMMAND, reject: not started", PROFILE_PLAIN, DISP_REJECT, true, true, false,
		true, -1, 11, false, false, NONE},
	{"plain with COMMAND, reject by 0: started", PROFILE_PLAIN, DISP_REJECT, true, true, false,
		true, 0, 0, true, false, NONE},
	{"plain quarantine by 3", PROFILE_PLAIN, DISP_QUARANTINE, true, true, false, false, 3, 3,
		true, false, NONE},
	{"plain tempfail by 70", PROFILE_PLAIN, DISP_TEMPFAIL, true, true, false, false, 70, 70,
		false, false, NONE},

	{"postfix accept", PROFILE_POSTFIX, DISP_ACCEPT, true, true, false, true, -1, 0, true,
		false, NONE},
	{"postfix quarantine", PROFILE_POSTFIX, DISP_QUARANTINE, true, true, false, true, -1, 0,
		true, true, NONE},
	{"postfix reject that reaches the sender", PROFILE_POSTFIX, DISP_REJECT, true, true, false,
		true, -1, 77, false, false, SAY_REJECT},
	{"postfix reject without SPF pass", PROFILE_POSTFIX, DISP_REJECT, true, false, false, true,
		-1, 0, true, true, NONE},
	{"postfix reject without SPF pass, --bounce always", PROFILE_POSTFIX, DISP_REJECT, true,
		false, true, true, -1, 77, false, false, SAY_REJECT},
	{"postfix reject, null path, --bounce always", PROFILE_POSTFIX, DISP_REJECT, false, false,
		true, true, -1, 0, true, true, NONE},
	{"postfix tempfail", PROFILE_POSTFIX, DISP_TEMPFAIL, true, true, false, true, -1, 75, false,
		false, SAY_LATER},
	{"postfix reject by 69", PROFILE_POSTFIX, DISP_REJECT, true, true, false, true, 69, 69,
		false, false, SAY_REJECT},
	{"postfix reject by 75: Postfix believes the line", PROFILE_POSTFIX, DISP_REJECT, true,
		true, false, true, 75, 75, false, false, SAY_LATER},
	{"postfix reject by 0: handed on", PROFILE_POSTFIX, DISP_REJECT, true, true, false, true, 0,
		0, true, true, NONE},
	{"postfix backscatter is not made by --exit", PROFILE_POSTFIX, DISP_REJECT, true, false,
		false, true, 77, 0, true, true, NONE},
	{"postfix quarantine by 75: not handed on", PROFILE_POSTFIX, DISP_QUARANTINE, true, true,
		false, true, 75, 75, false, false, SAY_LATER},
	{"postfix tempfail by 71", PROFILE_POSTFIX, DISP_TEMPFAIL, true, true, false, true, 71, 71,
		false, false, SAY_LATER},

	{"postfix-proxy accept", PROFILE_POSTFIX_PROXY, DISP_ACCEPT, true, true, false, true, -1, 0,
		true, false, NONE},
	{"postfix-proxy quarantine", PROFILE_POSTFIX_PROXY, DISP_QUARANTINE, true, true, false,
		true, -1, 0, true, true, NONE},
	{"postfix-proxy reject, in the session", PROFILE_POSTFIX_PROXY, DISP_REJECT, true, false,
		false, true, -1, 0, false, false, SMTP_REJECT},
	{"postfix-proxy reject, null path", PROFILE_POSTFIX_PROXY, DISP_REJECT, false, false, false,
		true, -1, 0, false, false, SMTP_REJECT},
	{"postfix-proxy tempfail", PROFILE_POSTFIX_PROXY, DISP_TEMPFAIL, true, true, false, true,
		-1, 75, false, false, SMTP_LATER},

	{"exim-pipe accept", PROFILE_EXIM_PIPE, DISP_ACCEPT, true, true, false, true, -1, 0, true,
		false, NONE},
	{"exim-pipe reject", PROFILE_EXIM_PIPE, DISP_REJECT, true, true, false, true, -1, 77, false,
		false, SAY_REJECT},
	{"exim-pipe reject to nobody", PROFILE_EXIM_PIPE, DISP_REJECT, false, false, false, true,
		-1, 0, true, true, NONE},
	{"exim-pipe tempfail", PROFILE_EXIM_PIPE, DISP_TEMPFAIL, true, true, false, true, -1, 75,
		false, false, SAY_LATER},

	{"exim-filter accept", PROFILE_EXIM_FILTER, DISP_ACCEPT, true, true, false, false, -1, 0,
		true, false, NONE},
	{"exim-filter quarantine", PROFILE_EXIM_FILTER, DISP_QUARANTINE, true, true, false, false,
		-1, 0, true, true, NONE},
	{"exim-filter cannot reject", PROFILE_EXIM_FILTER, DISP_REJECT, true, true, true, false, -1,
		0, true, true, NONE},
	{"exim-filter reject by 75: nothing on stdout", PROFILE_EXIM_FILTER, DISP_REJECT, true,
		true, false, false, 75, 75, false, false, NONE},
	{"exim-filter tempfail: stdout would be the message", PROFILE_EXIM_FILTER, DISP_TEMPFAIL,
		true, true, false, false, -1, 75, false, false, NONE},

	{"exim-av accept", PROFILE_EXIM_AV, DISP_ACCEPT, true, true, false, false, -1, 0, false,
		false, NONE},
	{"exim-av quarantine", PROFILE_EXIM_AV, DISP_QUARANTINE, true, true, false, false, -1, 0,
		false, false, AV_QUARANTINE},
	{"exim-av reject, in the session", PROFILE_EXIM_AV, DISP_REJECT, true, false, false, false,
		-1, 0, false, false, AV_REJECT},
	{"exim-av reject, null path", PROFILE_EXIM_AV, DISP_REJECT, false, false, false, false, -1,
		0, false, false, AV_REJECT},
	{"exim-av reject by 75", PROFILE_EXIM_AV, DISP_REJECT, true, true, false, false, 75, 75,
		false, false, NONE},
	{"exim-av tempfail", PROFILE_EXIM_AV, DISP_TEMPFAIL, true, true, false, false, -1, 75,
		false, false, NONE},

	{"procmail quarantine", PROFILE_PROCMAIL, DISP_QUARANTINE, true, true, false, false, -1, 0,
		true, true, NONE},
	{"procmail reject", PROFILE_PROCMAIL, DISP_REJECT, true, true, false, false, -1, 77, false,
		false, SAY_REJECT},
	{"procmail reject to nobody", PROFILE_PROCMAIL, DISP_REJECT, true, false, false, false, -1,
		0, true, true, NONE},
	{"procmail tempfail", PROFILE_PROCMAIL, DISP_TEMPFAIL, true, true, false, false, -1, 75,
		false, false, NONE},
	{"maildrop reject", PROFILE_MAILDROP, DISP_REJECT, true, true, false, false, -1, 77, false,
		false, SAY_REJECT},
	{"maildrop accept", PROFILE_MAILDROP, DISP_ACCEPT, true, true, false, false, -1, 0, true,
		false, NONE},
};

static const char *
prefix(int say)
{
	switch (say) {
	case SAY_REJECT:
		return "5.7.26 ";
	case AV_REJECT:
		return "MAILSTAMP-REJECT: 5.7.26 ";
	case AV_QUARANTINE:
		return "MAILSTAMP-QUARANTINE: ";
	case SMTP_REJECT:
		return "550 5.7.26 ";
	case SMTP_LATER:
		return "451 4.7.0 ";
	default:
		return "4.7.0 ";
	}
}

Test(profile, outcomes)
{
	char *command[] = {NULL};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct options options = options_default();
		struct delivery told;

		options.profile = row->profile;
		options.bounce_always = row->always;
		options.exec_argv = row->command ? command : NULL;
		options.exit_override[row->disposition] = row->override;
		told = profile_delivery(&options, row->disposition, row->can, row->reaches);
		cr_expect(told.status == row->status, "%s: status %d", row->name, told.status);
		cr_expect(told.pass_on == row->pass_on, "%s: pass_on", row->name);
		cr_expect(told.disposition_field == row->field, "%s: field", row->name);
		cr_expect((told.say == NULL) == (row->say == NONE), "%s: say", row->name);
		if (told.say != NULL)
			cr_expect(
				strncmp(told.say, prefix(row->say), strlen(prefix(row->say))) == 0,
				"%s: says %s", row->name, told.say);
	}
}

/*
 * Whatever the options: never exit status 1, and 0 only if the message is passed on, except with
 * exim-av and postfix-proxy.
 */
Test(profile, promises)
{
	for (int profile = PROFILE_PLAIN; profile <= PROFILE_MAILDROP; profile++)
		for (int disposition = 0; disposition < 4; disposition++)
			for (int bits = 0; bits < 8; bits++) {
				struct options options = options_default();
				struct delivery told;

				options.profile = (enum profile)profile;
				options.bounce_always = (bits & 1) != 0;
				told = profile_delivery(&options, (enum disposition)disposition,
					(bits & 2) != 0, (bits & 4) != 0);
				cr_expect(told.status != 1);
				cr_expect(told.status != 0 || told.pass_on ||
					  profile == PROFILE_EXIM_AV ||
					  profile == PROFILE_POSTFIX_PROXY);
				cr_expect(told.pass_on || told.say != NULL ||
					  profile != PROFILE_POSTFIX_PROXY);
				cr_expect(!told.must_say || (told.status == 0 && told.say != NULL));
				cr_expect(!told.pass_on || told.say == NULL);
			}
}

Test(profile, disposition_field_on_request)
{
	struct options options = options_default();

	options.disposition_field = true;
	cr_expect(profile_delivery(&options, DISP_ACCEPT, true, true).disposition_field);
	options.profile = PROFILE_POSTFIX;
	cr_expect(profile_delivery(&options, DISP_ACCEPT, true, true).disposition_field);
}

static const struct misuse_row {
	const char *name;
	bool given;
	enum profile profile;
	bool terminal, in_file;
	int status;
} misuse_rows[] = {
	{"plain given, usage", true, PROFILE_PLAIN, false, false, 64},
	{"plain given, configuration", true, PROFILE_PLAIN, false, true, 78},
	{"a terminal, usage", false, PROFILE_PLAIN, true, false, 64},
	{"a terminal, configuration", false, PROFILE_PLAIN, true, true, 78},
	{"neither: mail waits", false, PROFILE_PLAIN, false, false, 75},
	{"neither, configuration", false, PROFILE_PLAIN, false, true, 75},
	{"postfix", true, PROFILE_POSTFIX, false, false, 75},
	{"postfix on a terminal", true, PROFILE_POSTFIX, true, true, 75},
	{"postfix-proxy", true, PROFILE_POSTFIX_PROXY, false, true, 75},
	{"exim-filter", true, PROFILE_EXIM_FILTER, false, true, 75},
	{"maildrop", true, PROFILE_MAILDROP, false, false, 75},
};

Test(profile, misuse)
{
	for (size_t i = 0; i < sizeof misuse_rows / sizeof misuse_rows[0]; i++) {
		const struct misuse_row *row = &misuse_rows[i];

		cr_expect(profile_misuse(row->given, row->profile, row->terminal, row->in_file) ==
				  row->status,
			"%s", row->name);
	}
}

Test(profile, kinds_of_profiles)
{
	cr_expect(profile_needs_command(PROFILE_POSTFIX));
	cr_expect(profile_needs_command(PROFILE_EXIM_PIPE));
	cr_expect(profile_needs_command(PROFILE_POSTFIX_PROXY));
	cr_expect(profile_speaks_smtp(PROFILE_POSTFIX_PROXY));
	cr_expect(!profile_speaks_smtp(PROFILE_POSTFIX));
	cr_expect(!profile_needs_command(PROFILE_EXIM_FILTER));
	cr_expect(!profile_needs_command(PROFILE_PLAIN));
	cr_expect(!profile_needs_command(PROFILE_EXIM_AV));
	cr_expect(profile_keeps_message(PROFILE_EXIM_AV));
	cr_expect(!profile_keeps_message(PROFILE_EXIM_FILTER));
	cr_expect(profile_is_host(PROFILE_EXIM_AV));
	cr_expect(!profile_is_host(PROFILE_PLAIN));
	cr_expect(profile_is_host(PROFILE_PROCMAIL));
}

/* After a lack of something or a failing disk the mail waits; a wrong file is never tried again. */
Test(profile, failure)
{
	static const struct {
		enum fault fault;
		int status;
	} faults[] = {
		{FAULT_NO_MEMORY, 75},
		{FAULT_OPEN_FILES, 75},
		{FAULT_NO_ROOM, 75},
		{FAULT_IO, 75},
		{FAULT_DENIED, 78},
		{FAULT_NO_FILE, 78},
		{FAULT_TOO_LARGE, 78},
	};
	const struct error glib = setting_error(SETTING_E_NO_GLIB, NULL, NULL),
			   empty = setting_error(SETTING_E_EMPTY, NULL, NULL);

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		const struct error error = fault_error(faults[i].fault, "zone", "/z");

		cr_expect_eq(profile_failure(&error), faults[i].status, "%s",
			fault_text(faults[i].fault));
	}
	cr_expect_eq(profile_failure(&glib), 75);
	cr_expect_eq(profile_failure(&empty), 78);
}

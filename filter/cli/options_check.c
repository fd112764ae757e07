#include "filter/cli/options_check.h"

#include "auth/spf/spf.h"
#include "filter/cli/options_batch.h"
#include "filter/out/smtp_wire.h"
#include "filter/settings/options_table.h"
#include "filter/settings/profile.h"
#include "filter/text/i18n.h"

static const char *
check_sealing(const struct options *options)
{
	const bool domain = options->arc_seal != NULL, selector = options->arc_selector != NULL;

	if (domain != selector || domain != (options->arc_key != NULL))
		return _("--arc-seal, --arc-selector and --arc-key must be given together");
	if (domain && profile_keeps_message(options->profile))
		return _("--arc-seal cannot be combined with --profile exim-av, which hands no "
			 "message on");
	return NULL;
}

/* of the filter: COMMAND, the next hop or stdout */
static const char *
check_hand_on(const struct options *options)
{
	const bool keeps = options_keep_stdout(options);

	if (options->next_hop != NULL && options->exec_argv != NULL)
		return _("--next-hop and -- COMMAND cannot be combined");
	if (options->next_hop != NULL && !smtp_address_valid(options->next_hop))
		return _("--next-hop must be HOST:PORT or unix:PATH");
	if (options->output != OUTPUT_MESSAGE && keeps)
		return _("--output other than message delivers nothing: not with --next-hop or -- "
			 "COMMAND");
	if (profile_keeps_message(options->profile) && keeps)
		return _("--profile exim-av hands nothing on, neither to --next-hop nor to -- "
			 "COMMAND: Exim keeps the message");
	if (profile_needs_command(options->profile) && !keeps)
		return _("this --profile needs --next-hop or -- COMMAND: its mail server discards "
			 "stdout");
	return NULL;
}

const char *
options_check(struct options *options, struct arena *arena)
{
	const char *error = check_sealing(options);

	if (error != NULL)
		return error;
	if (options->envelope == ENVELOPE_FIELD && options->envelope_secret_file == NULL)
		return _("--envelope field needs --envelope-secret-file");
	if (options->limits.rsa_min_bits > options->limits.rsa_max_bits)
		return _("--rsa-min-bits must not be over --rsa-max-bits");
	if ((options->auth.spf_compare || options->auth.spf_engine == SPF_LIBSPF2) &&
		!spf_libspf2_built())
		return _("this program was built without libspf2, which --spf-engine libspf2 and "
			 "--spf-compare need");
	if (options->command == COMMAND_INSPECT && options->domains.n == 0)
		return _("inspect needs a DOMAIN");
	if (options->command == COMMAND_REPORT)
		return _("report needs a command: see mailstamp report --help");
	if (options->command == COMMAND_REPORT_IMPORT && options->paths.n == 0)
		return _("report import needs a LOG");
	if (options->undo != NULL && options->command != COMMAND_EXPLAIN)
		return _("--undo is only for explain");
	if (options->command == COMMAND_BATCH)
		return options_check_batch(options, arena);
	if (options->command != COMMAND_FILTER)
		return NULL;
	if (options->output != OUTPUT_MESSAGE && profile_is_host(options->profile))
		return _("--output other than message delivers nothing: it is only for --profile "
			 "plain");
	return check_hand_on(options);
}

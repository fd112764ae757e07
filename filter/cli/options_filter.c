#include "filter/cli/options_filter.h"

#include "filter/out/smtp_wire.h"
#include "filter/settings/profile.h"
#include "filter/text/i18n.h"

const char *
options_check_sealing(const struct options *options)
{
	const bool domain = options->arc_seal != NULL, selector = options->arc_selector != NULL;

	if (domain != selector || domain != (options->arc_key != NULL))
		return _("--arc-seal, --arc-selector and --arc-key must be given together");
	if (domain && profile_keeps_message(options->profile))
		return _("--arc-seal cannot be combined with --profile exim-av, which hands no "
			 "message on");
	return NULL;
}

/* the profile whose envelope and message come by SMTP, and whose answer goes the same way */
static const char *
check_proxy(const struct options *options)
{
	if (options->next_hop == NULL)
		return _("--profile postfix-proxy needs --next-hop");
	if (options->envelope != ENVELOPE_ARGS || options->input != NULL)
		return _("--profile postfix-proxy takes envelope and message from the SMTP "
			 "session: not --envelope or --input");
	for (size_t i = 0; i < sizeof options->exit_override / sizeof(int); i++)
		if (options->exit_override[i] >= 0)
			return _("--profile postfix-proxy answers by SMTP: --exit has no place");
	return NULL;
}

const char *
options_check_filter(const struct options *options)
{
	const bool keeps = options_keep_stdout(options);

	if (options->output != OUTPUT_MESSAGE && profile_is_host(options->profile))
		return _("--output other than message delivers nothing: it is only for --profile "
			 "plain");
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
	if (profile_speaks_smtp(options->profile))
		return check_proxy(options);
	if (profile_needs_command(options->profile) && !keeps)
		return _("this --profile needs --next-hop or -- COMMAND: its mail server discards "
			 "stdout");
	return NULL;
}

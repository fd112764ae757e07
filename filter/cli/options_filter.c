#include "filter/cli/options_filter.h"

#include "filter/out/smtp_wire.h"
#include "filter/settings/profile.h"

enum setting_error
options_check_sealing(const struct options *options)
{
	const bool domain = options->arc_seal != NULL, selector = options->arc_selector != NULL;

	if (domain != selector || domain != (options->arc_key != NULL))
		return SETTING_E_SEALING;
	if (domain && profile_keeps_message(options->profile))
		return SETTING_E_SEALING_AV;
	return SETTING_E_NONE;
}

/* checks the options of the profile in which envelope, message and answer are exchanged by SMTP */
static enum setting_error
check_proxy(const struct options *options)
{
	if (options->next_hop == NULL)
		return SETTING_E_PROXY_HOP;
	if (options->envelope != ENVELOPE_ARGS || options->input != NULL)
		return SETTING_E_PROXY_ENVELOPE;
	for (size_t i = 0; i < sizeof options->exit_override / sizeof(int); i++)
		if (options->exit_override[i] >= 0)
			return SETTING_E_PROXY_EXIT;
	return SETTING_E_NONE;
}

enum setting_error
options_check_filter(const struct options *options)
{
	const bool keeps = options_keep_stdout(options);

	if (options->output != OUTPUT_MESSAGE && profile_is_host(options->profile))
		return SETTING_E_OUTPUT_HOST;
	if (options->next_hop != NULL && options->exec_argv != NULL)
		return SETTING_E_BOTH;
	if (options->next_hop != NULL && !smtp_address_valid(options->next_hop))
		return SETTING_E_NEXT_HOP;
	if (options->output != OUTPUT_MESSAGE && keeps)
		return SETTING_E_OUTPUT_KEEPS;
	if (profile_keeps_message(options->profile) && keeps)
		return SETTING_E_EXIM_AV;
	if (profile_speaks_smtp(options->profile))
		return check_proxy(options);
	if (profile_needs_command(options->profile) && !keeps)
		return SETTING_E_NEEDS_COMMAND;
	return SETTING_E_NONE;
}

/* options_filter.h: dependencies between the options of the filter. For options.c only. */
#ifndef FILTER_CLI_OPTIONS_FILTER_H
#define FILTER_CLI_OPTIONS_FILTER_H

#include "filter/settings/setting_error.h"
#include "filter/settings/settings.h"

/* Checks the options for sealing: the error, or SETTING_E_NONE. */
enum setting_error options_check_sealing(const struct options *options);

/* The same for COMMAND, the next hop, stdout, and the requirements of the profile. */
enum setting_error options_check_filter(const struct options *options);

#endif

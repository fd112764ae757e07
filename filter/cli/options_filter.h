/* options_filter.h: what the options of the filter require of each other. For options.c only. */
#ifndef FILTER_CLI_OPTIONS_FILTER_H
#define FILTER_CLI_OPTIONS_FILTER_H

#include "filter/settings/settings.h"

/* NULL, or one line that says what is wrong, in the language of words_choose. */
const char *options_check_sealing(const struct options *options);

/* The same of COMMAND, the next hop or stdout, and of what the profile needs. */
const char *options_check_filter(const struct options *options);

#endif

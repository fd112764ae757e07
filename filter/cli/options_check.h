/* options_check.h: what options require of each other. For options.c only. */
#ifndef FILTER_CLI_OPTIONS_CHECK_H
#define FILTER_CLI_OPTIONS_CHECK_H

#include "filter/settings/settings.h"

/* What no single option can see. Sets what follows from others (options_batch.h). NULL, or one line
 * that says what is wrong, in the language of words_choose. */
const char *options_check(struct options *options, struct arena *arena);

#endif

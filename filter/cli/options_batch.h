/* options_batch.h: what the options of batch require of each other. For options.c only. */
#ifndef FILTER_CLI_OPTIONS_BATCH_H
#define FILTER_CLI_OPTIONS_BATCH_H

#include "filter/settings/settings.h"

/* Sets what follows from others (the defaults of batch, shard_at and shard_of, supposed). NULL, or
 * one line that says what is wrong, in the language of words_choose. */
const char *options_check_batch(struct options *options, struct arena *arena);

#endif

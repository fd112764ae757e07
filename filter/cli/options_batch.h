/* options_batch.h: how the options of batch depend on each other. For options.c only. */
#ifndef FILTER_CLI_OPTIONS_BATCH_H
#define FILTER_CLI_OPTIONS_BATCH_H

#include "filter/settings/settings.h"

/*
 * Sets derived options (the defaults of batch, shard_at and shard_of, supposed). NULL, or one line
 * with the error, in the language of i18n_choose.
 */
const char *options_check_plan(const struct options *options);
const char *options_check_batch(struct options *options, struct arena *arena);

#endif

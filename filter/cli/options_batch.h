/* options_batch.h: dependencies between the options of batch. For options.c only. */
#ifndef FILTER_CLI_OPTIONS_BATCH_H
#define FILTER_CLI_OPTIONS_BATCH_H

#include "filter/settings/setting_error.h"
#include "filter/settings/settings.h"

/* Sets derived options (defaults of batch, shard_at, shard_of, supposed). ST_BAD with *error. */
enum setting_error options_check_plan(const struct options *options);
enum status options_check_batch(struct options *options, struct arena *arena, struct error *error);

#endif

/* options_batch.h: dependencies between the options of batch, and of plan. For options.c only. */
#ifndef FILTER_CLI_OPTIONS_BATCH_H
#define FILTER_CLI_OPTIONS_BATCH_H

#include "filter/settings/setting_error.h"
#include "filter/settings/settings.h"

/* Checks the options of plan: the error, or SETTING_E_NONE. */
enum setting_error options_check_plan(const struct options *options);
/* Checks the options of batch; sets shard_at, shard_of and supposed. ST_BAD with *error. */
enum status options_check_batch(struct options *options, struct arena *arena, struct error *error);

#endif

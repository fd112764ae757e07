#include "filter/cli/options_batch.h"

#include "filter/verdict/whatif.h"
#include "mime/scan.h"

/* Parses I/N: the I-th part of N, from 1. */
static bool
read_shard(struct options *options)
{
	struct slice text = slice_str(options->shard);
	unsigned long long at, of;

	if (!scan_number(&text, SHARDS_MAX, &at) || text.n == 0 || text.p[0] != '/')
		return false;
	text = slice_from(text, 1);
	if (!scan_number(&text, SHARDS_MAX, &of) || text.n > 0 || at < 1 || at > of)
		return false;
	options->shard_at = (size_t)at - 1;
	options->shard_of = (size_t)of;
	return true;
}

/* Parses every --what-if into options->supposed. */
static enum status
read_what_ifs(struct options *options, struct arena *arena, struct error *error)
{
	struct what_if *supposed = arena_array(arena, options->what_ifs.n, sizeof *supposed);

	options->supposed = supposed;
	for (size_t i = 0; i < options->what_ifs.n; i++)
		if (what_if_parse(options->what_ifs.v[i], options->auth.dmarc_mode, arena,
			    &supposed[i], error) != ST_OK) {
			error->what = "--what-if";
			return ST_BAD;
		}
	return ST_OK;
}

/* Merging evaluates nothing, so options that only evaluation uses are refused. */
static enum setting_error
check_merge(const struct options *options)
{
	if (options->output == OUTPUT_STAMP)
		return SETTING_E_MERGE_OUTPUT;
	if (options->shard != NULL || options->journal != NULL || options->envelopes != NULL ||
		options->files_from != NULL || options->json_log != NULL ||
		options->dns_record != NULL)
		return SETTING_E_MERGE_ALONE;
	return SETTING_E_NONE;
}

/* --fail-if-worse needs something to compare with. */
static enum setting_error
check_worse(const struct options *options)
{
	if (!options->fail_if_worse || options->merge) /* the comparison is in the shards */
		return SETTING_E_NONE;
	if (options->overlays.n == 0 && options->what_ifs.n == 0)
		return SETTING_E_WORSE;
	return SETTING_E_NONE;
}

enum setting_error
options_check_plan(const struct options *options)
{
	if (options->domains.n == 0)
		return SETTING_E_PLAN_DOMAIN;
	if (options->archive.n > 0 && options->runs.n > 0)
		return SETTING_E_PLAN_MAIL;
	if (options->archive.n == 0 && options->runs.n == 0 && options->store == NULL)
		return SETTING_E_PLAN_MAIL;
	if (options->has_since && options->store == NULL)
		return SETTING_E_PLAN_SINCE;
	if (options->runs.n > 0 && options->own_senders != NULL && options->store == NULL)
		return SETTING_E_PLAN_OWN;
	return SETTING_E_NONE;
}

static enum setting_error
check_together(struct options *options)
{
	enum setting_error error;

	if ((options->output == OUTPUT_STAMP) != (options->into != NULL))
		return SETTING_E_STAMP;
	if (options->envelopes != NULL && (options->files_from != NULL || options->paths.n > 1))
		return SETTING_E_ENVELOPES;
	if (options->envelopes == NULL && options->files_from == NULL && options->paths.n == 0)
		return SETTING_E_NO_PATH;
	if (options->shard != NULL && !read_shard(options))
		return SETTING_E_SHARD;
	if (options->shard != NULL && options->unordered && options->output == OUTPUT_JSON)
		return SETTING_E_SHARD_ORDER;
	if (options->baselines.n > 0 && options->shard != NULL)
		return SETTING_E_BASELINE_SHARD;
	if (options->journal != NULL && options->json_log != NULL)
		return SETTING_E_RESUME_LOG;
	error = check_worse(options);
	if (error != SETTING_E_NONE)
		return error;
	if (options->merge)
		return check_merge(options);
	return options->what_ifs.n > WHAT_IF_MAX ? SETTING_E_MANY_WHAT_IFS : SETTING_E_NONE;
}

enum status
options_check_batch(struct options *options, struct arena *arena, struct error *error)
{
	*error = setting_error(check_together(options), NULL, NULL);
	if (error->reason.id != REASON_NONE)
		return ST_BAD;
	return options->merge ? ST_OK : read_what_ifs(options, arena, error);
}

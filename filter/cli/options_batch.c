#include "filter/cli/options_batch.h"

#include "filter/text/i18n.h"
#include "filter/verdict/whatif.h"
#include "mime/buf.h"
#include "mime/scan.h"

enum { ERROR_MAX = 2048 };

/* I/N: the I-th part of N, from 1. */
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

/* Every --what-if into options->supposed; NULL, or the error in one. */
static const char *
read_what_ifs(struct options *options, struct arena *arena)
{
	struct what_if *supposed = arena_array(arena, options->what_ifs.n, sizeof *supposed);
	const char *error = NULL;
	struct buf text;

	if (options->what_ifs.n > WHAT_IF_MAX)
		return _("--what-if may be given eight times at most");
	options->supposed = supposed;
	for (size_t i = 0; i < options->what_ifs.n; i++) {
		if (what_if_parse(options->what_ifs.v[i], options->auth.dmarc_mode, arena,
			    &supposed[i], &error) == ST_OK)
			continue;
		buf_init(&text, arena, ERROR_MAX);
		buf_addf(&text, "--what-if: %s", error);
		buf_addc(&text, '\0');
		return text.over ? _("a --what-if cannot be used") : text.p;
	}
	return NULL;
}

/* Merging evaluates nothing: options that only evaluation uses are a mistake. */
static const char *
check_merge(const struct options *options)
{
	if (options->output == OUTPUT_STAMP)
		return _("--merge takes --output summary, tsv, csv, json or none");
	if (options->shard != NULL || options->journal != NULL || options->envelopes != NULL ||
		options->files_from != NULL || options->json_log != NULL ||
		options->dns_record != NULL)
		return _("--merge reads the JSON of shards, and cannot be combined with --shard, "
			 "--resume, --envelopes, --files-from, --json-log or --dns-record");
	return NULL;
}

/* What it compares must be there. */
static const char *
check_worse(const struct options *options)
{
	if (!options->fail_if_worse || options->merge) /* the shards say it */
		return NULL;
	if (options->overlays.n == 0 && options->what_ifs.n == 0)
		return _("--fail-if-worse needs an --overlay or a --what-if to compare with");
	return NULL;
}

const char *
options_check_plan(const struct options *options)
{
	if (options->domains.n == 0)
		return _("plan needs a DOMAIN");
	if ((options->archive.n > 0) == (options->runs.n > 0))
		return _("plan needs either an --archive or earlier --runs");
	if (options->runs.n > 0 && options->own_senders != NULL)
		return _("--own-senders is for --archive: earlier runs are classed as they were "
			 "made");
	return NULL;
}

const char *
options_check_batch(struct options *options, struct arena *arena)
{
	const char *error;

	if ((options->output == OUTPUT_STAMP) != (options->into != NULL))
		return _("--output stamp and --into DIR must be given together");
	if (options->envelopes != NULL && (options->files_from != NULL || options->paths.n > 1))
		return _("--envelopes takes one PATH, the folder that its paths are relative to, "
			 "and no other list");
	if (options->envelopes == NULL && options->files_from == NULL && options->paths.n == 0)
		return _("batch needs a PATH, --files-from or --envelopes");
	if (options->shard != NULL && !read_shard(options))
		return _("--shard must be I/N: the I-th of N parts, from 1/N to N/N, with N up to "
			 "100000");
	if (options->shard != NULL && options->unordered && options->output == OUTPUT_JSON)
		return _("--unordered cannot be combined with the JSON of --shard: --merge needs "
			 "the order");
	if (options->baselines.n > 0 && options->shard != NULL)
		return _("--baseline compares a whole run: it cannot be combined with --shard; "
			 "give it to --merge");
	if (options->journal != NULL && options->json_log != NULL)
		return _("--resume and --json-log cannot be combined: use --output json");
	error = check_worse(options);
	if (error != NULL)
		return error;
	if (options->merge)
		return check_merge(options);
	return read_what_ifs(options, arena);
}

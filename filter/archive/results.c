#include "filter/archive/results.h"

#include "filter/archive/baseline.h"
#include "filter/archive/line.h"
#include "filter/io/paths.h"
#include "filter/page/page.h"
#include "filter/settings/profile.h"
#include "filter/stats/stats_print.h"
#include "filter/text/i18n.h"

static void
tell_page(const struct results *results, enum fault why)
{
	fprintf(stderr, "mailstamp: %s %s: %s\n", _("page"),
		path_shown(results->options->html, results->arena), translated(fault_text(why)));
}

bool
results_want_stats(const struct options *options)
{
	return options->output == OUTPUT_SUMMARY || options->html != NULL;
}

bool
results_begin(struct results *results, const struct options *options, struct arena *arena,
	const char *const *labels, size_t n, bool compared, struct since *since)
{
	struct slice head = line_head(options->output);
	enum fault why;

	*results = (struct results){.options = options, .arena = arena, .since = since};
	if (options->html != NULL && page_probe(options->html, arena, &why) != ST_OK) {
		tell_page(results, why);
		return false;
	}
	if (results_want_stats(options)) {
		results->stats = stats_new(labels, n, compared);
		if (results->stats == NULL)
			arena_lacks(arena, ARENA_MEMORY);
	}
	results->write_failed = fwrite(head.p, 1, head.n, stdout) != head.n;
	return true;
}

bool
results_add(struct results *results, const struct row *row, struct slice line)
{
	static const struct row lost = {.failed = true, .path = "?", .error = N_("no memory")};

	if (row == NULL) {
		results->lost = true;
		row = &lost;
	}
	if (row->failed)
		fprintf(stderr, "mailstamp: %s: %s\n", row->path, translated(row->error));
	summary_add(&results->summary, row);
	if (!worse_add(&results->worse, row))
		results->lost = true;
	if (results->since != NULL && !row->failed && since_now(results->since, row) == ST_TEMP)
		results->lost = true;
	if (line.n > 0 && fwrite(line.p, 1, line.n, stdout) != line.n)
		results->write_failed = true;
	if (results->stats != NULL && !stats_add(results->stats, row)) {
		stats_free(results->stats);
		results->stats = NULL;
		results->lost = true;
	}
	return !results->write_failed;
}

/* False if a requested page could not be written. */
static bool
write_page(const struct results *results, bool interrupted)
{
	const struct options *options = results->options;
	const struct page page = {
		.stats = results->stats,
		.handlers = &results->summary.handlers,
		.since = results->since,
		.failed = results->summary.failed - results->summary.not_mail,
		.not_mail = results->summary.not_mail,
		.interrupted = interrupted,
		.shard = options->shard,
		.made = options_now(options),
	};
	enum fault why;

	if (options->html == NULL)
		return true;
	if (results->stats == NULL)
		return false;
	if (page_write(&page, options->html, results->arena, &why) == ST_OK)
		return true;
	tell_page(results, why);
	return false;
}

/* Writes the changes since the earlier run; in JSON output, as the last line. */
static void
tell_since(struct results *results)
{
	const enum output_what output = results->options->output;
	struct slice line;

	if (results->since == NULL)
		return;
	if (output != OUTPUT_JSON)
		since_print(results->since, output == OUTPUT_SUMMARY ? stdout : stderr);
	else if (baseline_json(results->since, results->arena, &line) != ST_OK)
		results->lost = true;
	else
		results->write_failed |= fwrite(line.p, 1, line.n, stdout) != line.n;
}

int
results_end(struct results *results, bool interrupted)
{
	const enum output_what output = results->options->output;
	bool paged;

	if (results->since != NULL && !since_sort(results->since)) {
		since_free(results->since);
		results->since = NULL;
		results->lost = true;
	}
	paged = write_page(results, interrupted);

	if (output == OUTPUT_SUMMARY || output == OUTPUT_STAMP)
		summary_print(&results->summary, interrupted, stdout);
	if (output == OUTPUT_SUMMARY && results->stats != NULL &&
		!stats_print(results->stats, stdout))
		results->lost = true;
	worse_print(&results->worse, output == OUTPUT_SUMMARY ? stdout : stderr);
	tell_since(results);
	if (fflush(stdout) != 0 || ferror(stdout) != 0 || results->write_failed) {
		fprintf(stderr, "mailstamp: %s\n", _("the output could not be written"));
		return EXIT_TEMPFAIL;
	}
	if (results->lost) {
		fprintf(stderr, "mailstamp: %s\n",
			_("some messages could not be evaluated or counted for lack of memory, "
			  "disk space or open files: run it again"));
		return EXIT_TEMPFAIL;
	}
	if (!paged)
		return EXIT_TEMPFAIL;
	if (results->worse.messages > 0 ||
		(results->since != NULL && since_failing(results->since) > 0))
		return EXIT_WORSE;
	return results->summary.failed > 0 ? EXIT_QUARANTINED : 0;
}

void
results_clear(struct results *results)
{
	stats_free(results->stats);
	summary_free(&results->summary);
	results->stats = NULL;
	worse_clear(&results->worse);
	since_free(results->since);
	results->since = NULL;
}

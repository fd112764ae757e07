#include "filter/archive/batch.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth/base/domain.h"
#include "filter/archive/baseline.h"
#include "filter/archive/line.h"
#include "filter/archive/merge.h"
#include "filter/archive/progress.h"
#include "filter/archive/results.h"
#include "filter/archive/workers.h"
#include "filter/io/hostname.h"
#include "filter/io/paths.h"
#include "filter/out/record.h"
#include "filter/settings/confine.h"
#include "filter/settings/own_senders.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"
#include "filter/verdict/overlay.h"
#include "filter/verdict/policy.h"
#include "filter/verdict/pool.h"

enum { START_SECONDS = 5 };

struct run {
	struct options options; /* with what is determined once */
	struct arena *arena;
	struct arena line; /* of one entry of the journal */
	struct source *source;
	struct dns_pool *pool;
	struct dns_overlay *overlay;
	const struct own_senders *own;
	struct since *since; /* until results own it */
	struct evaluate_tools tools;
	struct domain_psl *psl;
	struct journal *journal;
	struct results results;
	struct progress progress;
	struct run_head head;
};

static volatile sig_atomic_t interrupted;

static void
on_interrupt(int number)
{
	(void)number;
	if (interrupted != 0)
		_exit(EXIT_TEMPFAIL); /* asked twice */
	interrupted = 1;
}

static void
catch_interrupts(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};

	sigemptyset(&action.sa_mask);
	interrupted = 0;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		(void)sigaction(numbers[i], &action, NULL);
}

static bool
emit(void *arg, const struct judged *judged)
{
	struct run *run = arg;

	if (judged->row == NULL || judged->row->failed)
		progress_clear(&run->progress);
	if (judged->ours)
		run->results.lost = true;
	return results_add(&run->results, judged->row, slice_make(judged->text, judged->n));
}

static bool
tick(void *arg, double share)
{
	struct run *run = arg;

	const struct summary *summary = &run->results.summary;

	progress_tell(&run->progress, summary->messages + summary->failed, summary->failed, share);
	return interrupted == 0;
}

static int
misused(const struct run *run, struct error error)
{
	error_print(&error, run->arena);
	return EXIT_CONFIG_ERROR;
}

static int
open_pool(struct run *run)
{
	const struct options *options = &run->options;
	struct error error;
	const enum evaluate_status opened =
		pool_open(options, run->arena, options->dns_record != NULL, &run->pool, &error);

	if (opened == EVALUATE_OK)
		return 0;
	(void)misused(run, error);
	return opened == EVALUATE_CONFIG ? EXIT_CONFIG_ERROR : EXIT_TEMPFAIL;
}

/* Is the output a shard for --merge? */
static bool
is_shard(const struct options *options)
{
	return options->shard_of > 0 && options->output == OUTPUT_JSON;
}

/* The output before the first message. */
static bool
begin_output(struct run *run)
{
	const struct run_head *head = &run->head;
	struct slice line;

	struct since *since = run->since;

	run->since = NULL;
	if (!results_begin(&run->results, &run->options, run->arena, head->what_ifs,
		    head->nwhat_ifs, head->compared, since))
		return false;
	if (!is_shard(&run->options))
		return true;
	if (run_head_write(head, run->arena, &line) != ST_OK)
		return false;
	if (fwrite(line.p, 1, line.n, stdout) != line.n)
		run->results.write_failed = true;
	return true;
}

/* Only after a complete shard: one without its end line counts as truncated. */
static void
end_shard(struct run *run, const struct run_end *counts)
{
	struct slice line;

	if (!is_shard(&run->options) || counts == NULL)
		return;
	if (run_end_write(counts, run->arena, &line) != ST_OK ||
		fwrite(line.p, 1, line.n, stdout) != line.n)
		run->results.write_failed = true;
}

/* Before there is a thread: each one that is started has no more rights than this one. */
static int
give_up_rights(const struct options *options, struct arena *arena)
{
	struct confinement confinement;
	struct error error;

	if (confine(options, arena, &confinement, &error) == ST_OK)
		return 0;
	error_print(&error, arena);
	return EXIT_TEMPFAIL;
}

static int
open_all(struct run *run)
{
	struct options *options = &run->options;
	struct error error;
	enum status st;
	int status;

	if (options->authserv_id == NULL)
		options->authserv_id = hostname_get(run->arena);
	status = record_probe(options, run->arena);
	if (status != 0)
		return status;
	st = source_open(options, run->arena, &run->source, &error);
	if (st != ST_OK) {
		status = misused(run, error);
		return st == ST_TEMP ? EXIT_TEMPFAIL : status;
	}
	if (evaluate_needs_psl(options) && (run->psl = domain_psl_open(options->psl)) == NULL)
		return misused(run, evaluate_no_psl(options));
	run->tools.psl = run->psl;
	run->tools.gmime = address_gmime_open();
	if (run->tools.gmime == NULL ||
		(options->attached && source_attached(run->source, run->tools.gmime) != ST_OK))
		return EXIT_TEMPFAIL;
	/* OpenSSL, if started here, can deadlock when out of memory */
	(void)alarm(START_SECONDS);
	run->head = run_head_of(options);
	if ((options->journal != NULL || is_shard(options)) &&
		options_mark(options, run->arena, run->head.mark) != ST_OK)
		return EXIT_TEMPFAIL;
	(void)alarm(0);
	if (overlay_open(options, run->arena, &run->overlay, &error) != ST_OK ||
		own_senders_open(options, run->arena, &run->own, &error) != ST_OK)
		return misused(run, error);
	status = give_up_rights(options, run->arena);
	if (status == 0)
		status = baseline_read(options, run->arena, &run->since);
	if (status == 0)
		status = open_pool(run);
	if (status != 0 || options->journal == NULL)
		return status;
	if (journal_open(options->journal, &run->head, run->arena, &run->journal, &error) == ST_OK)
		return 0;
	error.what = N_("journal");
	error.path = options->journal;
	return misused(run, error);
}

static void
close_all(struct run *run)
{
	results_clear(&run->results);
	since_free(run->since);
	source_close(run->source);
	dns_pool_free(run->pool);
	address_gmime_close(run->tools.gmime);
	domain_psl_free(run->psl);
}

/* The messages that the killed run had finished. */
static void
replay(struct run *run)
{
	const enum output_what output = run->options.output;
	struct slice json, line;
	struct row row;

	while (run->journal != NULL && journal_replay(run->journal, &run->line, &row, &json)) {
		bool made = output == OUTPUT_JSON ||
			    line_make(&row, output, &run->line, &line) == ST_OK;

		(void)results_add(
			&run->results, made ? &row : NULL, output == OUTPUT_JSON ? json : line);
		arena_clear(&run->line);
	}
	arena_clear(&run->line); /* of the incomplete entry */
}

static size_t
jobs_of(const struct options *options)
{
	long n = options->jobs > 0 ? (long)options->jobs : sysconf(_SC_NPROCESSORS_ONLN);

	/* libspf2 keeps state that threads share */
	if (options->auth.spf_compare || options->auth.spf_engine == SPF_LIBSPF2)
		return 1;
	return n < 1 ? 1 : (size_t)n;
}

/*
 * Messages of every size come and go on many threads: glibc would keep free memory in one heap for
 * every few of them, and keep raising the size above which it returns memory.
 */
static void
bound_memory(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_ARENA_MAX, 4);
	(void)mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
#endif
}

static enum workers_end
work(struct run *run)
{
	struct workers_config config = {
		.options = &run->options,
		.source = run->source,
		.pool = run->pool,
		.tools = run->tools,
		.overlay = run->overlay,
		.own = run->own,
		.journal = run->journal,
		.jobs = jobs_of(&run->options),
		.advice = run->results.stats != NULL,
		.emit = emit,
		.tick = tick,
		.arg = run,
	};

	config.threads = config.jobs;
	if (run->options.zone == NULL && config.threads < WORKERS_THREADS &&
		!run->options.auth.spf_compare && run->options.auth.spf_engine == SPF_OWN)
		config.threads = WORKERS_THREADS;
	return workers_run(&config);
}

/* Reports a mailbox in which messages may be missing or spurious. */
static void
tell_damage(const struct run *run)
{
	const struct source_damage *damage = source_damage(run->source);

	if (damage->mailboxes == 0)
		return;
	fprintf(stderr,
		_("mailstamp: %zu mailboxes look damaged or quoted by another rule (--mbox), first "
		  "%s: "
		  "%zu messages began without an empty line before them, %zu lines \"From \" after "
		  "an "
		  "empty line were taken as text\n"),
		damage->mailboxes, path_shown(damage->first, run->arena), damage->joined,
		damage->text);
}

static int
finish(struct run *run, enum workers_end end)
{
	const struct run_end counts = {run->results.summary.messages, run->results.summary.failed};
	const struct run_end *whole = end == WORKERS_DONE && !run->results.lost ? &counts : NULL;
	static const char *const why[] = {
		[WORKERS_DONE] = NULL,
		[WORKERS_STOPPED] = N_("interrupted"),
		[WORKERS_CHANGED] = N_("the files are not those of the journal"),
		[WORKERS_BROKEN] = N_("no threads, no memory, or the journal cannot be written"),
	};
	const struct options *options = &run->options;
	bool recorded = options->dns_record == NULL ||
			record_keep(options, dns_pool_record(run->pool, run->arena), run->arena);
	bool kept;
	int status;

	progress_clear(&run->progress);
	tell_damage(run);
	end_shard(run, whole);
	kept = journal_close(run->journal, whole);
	run->journal = NULL;
	status = results_end(&run->results, end != WORKERS_DONE);
	if (end != WORKERS_DONE) {
		fprintf(stderr, _("mailstamp: %s: %zu messages done, %zu failed\n"),
			translated(why[end]), counts.messages, counts.failed);
		return EXIT_TEMPFAIL;
	}
	return recorded && kept ? status : EXIT_TEMPFAIL;
}

int
batch_main(const struct options *options, struct arena *arena)
{
	struct run *run = arena_alloc(arena, sizeof *run);
	const char *soft;
	enum workers_end end;
	int status;

	if (options->merge) {
		status = give_up_rights(options, arena);
		return status != 0 ? status : merge_main(options, arena);
	}
	bound_memory();
	soft = policy_softened(options, arena);
	if (soft != NULL)
		fprintf(stderr,
			_("mailstamp: verdicts are milder than by default, because of %s: %s\n"),
			options->config, soft);
	run->options = *options;
	run->arena = arena;
	arena_init(&run->line, arena->oom, arena->oom_arg);
	status = open_all(run);
	if (status == 0 && !begin_output(run))
		status = EXIT_TEMPFAIL;
	if (status == 0) {
		catch_interrupts();
		progress_begin(&run->progress);
		replay(run);
		end = work(run);
		status = finish(run, end);
	}
	close_all(run);
	return status;
}

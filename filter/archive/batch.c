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
#include "filter/archive/opener.h"
#include "filter/archive/parent.h"
#include "filter/archive/progress.h"
#include "filter/archive/results.h"
#include "filter/io/paths.h"
#include "filter/io/process.h"
#include "filter/out/record.h"
#include "filter/reader/workers.h"
#include "filter/settings/confine.h"
#include "filter/settings/hostname.h"
#include "filter/settings/own_senders.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"
#include "filter/verdict/overlay.h"
#include "filter/verdict/policy.h"
#include "filter/verdict/pool.h"

enum {
	START_SECONDS = 5,
	/* time allowed for a message in addition to DNS: two minutes, and a second for each MiB */
	HANG_MS = 120 * 1000,
	MESSAGE_RATE = 1024 * 1024 / 1000
};

struct run {
	struct options options; /* with values that are determined once per run */
	struct arena *arena;
	struct arena line;     /* for one entry of the journal */
	struct source *source; /* only the opener reads it */
	struct opener *opener;
	struct slice zone; /* the text of --zone */
	struct confinement confinement;
	struct parent *parent;
	bool tried, recorded; /* --dns-record: writing the file was tried; it succeeded */
	struct dns_overlay *overlay;
	const struct own_senders *own;
	struct since *since; /* owned here until results takes it */
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
		_exit(EXIT_TEMPFAIL); /* the second signal */
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

/*
 * Outputs a result, new or from the journal. In JSON output the line is json; in other outputs it
 * is made from row.
 */
static bool
add_result(struct run *run, const struct row *row, struct slice json)
{
	const enum output_what output = run->options.output;
	struct slice line = json;
	bool made = row != NULL &&
		    (output == OUTPUT_JSON || line_make(row, output, &run->line, &line) == ST_OK);
	bool added = results_add(&run->results, made ? row : NULL, made ? line : SLICE(""));

	arena_reset(&run->line);
	return added;
}

static bool
emit(void *arg, const struct judged *judged)
{
	struct run *run = arg;

	if (judged->row == NULL || judged->row->failed)
		progress_clear(&run->progress);
	if (judged->ours)
		run->results.lost = true;
	return add_result(run, judged->row, slice_make(judged->json, judged->njson));
}

static bool
tick(void *arg, double share)
{
	struct run *run = arg;

	const struct summary *summary = &run->results.summary;

	progress_show(&run->progress, summary->messages + summary->failed, summary->failed, share);
	return interrupted == 0;
}

static int
misused(const struct run *run, struct error error)
{
	error_print(&error, run->arena);
	return profile_failure(&error);
}

static int
read_zone(struct run *run)
{
	struct error error;

	if (pool_zone(&run->options, run->arena, &run->zone, &error) == EVALUATE_OK)
		return 0;
	return misused(run, error);
}

/* Is the output a shard for --merge? */
static bool
is_shard(const struct options *options)
{
	return options->shard_of > 0 && options->output == OUTPUT_JSON;
}

/* Writes the output that precedes the first message. */
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
		arena_lacks(run->arena, ARENA_MEMORY);
	if (fwrite(line.p, 1, line.n, stdout) != line.n)
		run->results.write_failed = true;
	return true;
}

/* Writes the end line of a complete shard; without it the shard counts as truncated. */
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

static size_t
jobs_of(const struct options *options)
{
	long n = options->jobs > 0 ? (long)options->jobs : sysconf(_SC_NPROCESSORS_ONLN);

	/* libspf2 has global state that is not safe for threads */
	if (options->auth.spf_compare || options->auth.spf_engine == SPF_LIBSPF2)
		return 1;
	return n < 1 ? 1 : (size_t)n;
}

/*
 * The maximum number of threads: as many as jobs if none ever waits, either because one message is
 * evaluated at a time or because libspf2 allows only one; more if some may wait, for DNS or, with
 * answers from a zone, for the memory of large messages.
 */
static size_t
threads_of(const struct options *options, size_t jobs)
{
	enum { WAITING = 2 };
	const bool only_ours = !options->auth.spf_compare && options->auth.spf_engine == SPF_OWN;

	if (!only_ours || jobs > WORKERS_THREADS || (options->zone != NULL && jobs == 1))
		return jobs;
	return options->zone != NULL ? jobs + WAITING : WORKERS_THREADS;
}

static bool
send_record(struct run *run, struct dns_pool *pool)
{
	const struct slice zone = dns_pool_record(pool, run->arena);
	const struct frame_head head = {.kind = FRAME_RECORD, .njson = zone.n};
	struct outbox outbox = {.octets = NULL};

	return outbox_add(&outbox, &head, NULL, zone) && outbox_send(&outbox);
}

/*
 * The main function of the process that reads messages. This process can open libraries only, and
 * cannot write files.
 */
static int
read_messages(void *arg)
{
	struct run *run = arg;
	struct workers_config config = {
		.options = &run->options,
		.tools = run->tools,
		.overlay = run->overlay,
		.own = run->own,
		.jobs = jobs_of(&run->options),
		.advice = results_want_stats(&run->options),
	};
	struct error error;
	enum evaluate_status opened;

	if (confine_inner(&run->options, &run->confinement, &error) != ST_OK) {
		error_print(&error, run->arena);
		return EXIT_TEMPFAIL;
	}
	opened = pool_open(&run->options, run->zone, run->arena, run->options.dns_record != NULL,
		&config.pool, &error);
	if (opened != EVALUATE_OK) {
		error_print(&error, run->arena);
		return opened == EVALUATE_CONFIG ? EXIT_CONFIG_ERROR : EXIT_TEMPFAIL;
	}
	config.threads = threads_of(&run->options, config.jobs);
	if (!workers_run(&config) ||
		(run->options.dns_record != NULL && !send_record(run, config.pool)))
		arena_lacks(run->arena, ARENA_MEMORY);
	return 0;
}

static void
keep_record(void *arg, struct slice zone)
{
	struct run *run = arg;

	run->recorded = record_keep(&run->options, zone, run->arena);
	run->tried = true;
}

/* Starts the opener. Must be called before this process gives up the right to read files. */
static int
open_opener(struct run *run)
{
	int status = 0;

	run->opener = opener_start(&run->options, run->source, run->arena, &status);
	return run->opener != NULL ? 0 : status;
}

static int
open_parent(struct run *run)
{
	const struct options *options = &run->options;
	const struct parent_config config = {
		.options = options,
		.opener = run->opener,
		.jobs = jobs_of(options),
		.arena = run->arena,
		.hang_ms = 2 * options->deadline_ms + HANG_MS +
			   (int64_t)(options->max_size / MESSAGE_RATE),
		.read = read_messages,
		.read_arg = run,
		.emit = emit,
		.tick = tick,
		.record = keep_record,
		.arg = run,
	};
	int status;

	run->parent = parent_open(&config, &status);
	return run->parent != NULL ? 0 : status;
}

/*
 * Enters the sandbox. Must be called before other threads are started: they inherit the rights of
 * this one, but a running thread would keep its own.
 */
static int
give_up_rights(const struct options *options, struct arena *arena, struct confinement *confinement)
{
	struct error error;

	if (confine(options, arena, confinement, &error) == ST_OK)
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

	if (options->authserv_id == NULL) {
		options->authserv_id = hostname_get(run->arena);
		options->authserv_is_host = true;
	}
	status = record_probe(options, run->arena);
	if (status != 0)
		return status;
	st = source_open(options, run->arena, &run->source, &error);
	if (st != ST_OK)
		return misused(run, error);
	if (evaluate_needs_psl(options) && (run->psl = domain_psl_open(options->psl)) == NULL)
		return misused(run, evaluate_no_psl(options));
	run->tools.psl = run->psl;
	run->tools.gmime = address_gmime_open();
	if (run->tools.gmime == NULL ||
		(options->attached && source_attached(run->source, run->tools.gmime) != ST_OK))
		arena_lacks(run->arena, ARENA_MEMORY);
	/* OpenSSL, if started here, can deadlock when out of memory: the alarm ends that */
	(void)alarm(START_SECONDS);
	run->head = run_head_of(options);
	if ((options->journal != NULL || is_shard(options)) &&
		options_mark(options, run->arena, run->head.mark) != ST_OK)
		arena_lacks(run->arena, ARENA_MEMORY);
	(void)alarm(0);
	if (overlay_open(options, run->arena, &run->overlay, &error) != ST_OK ||
		own_senders_open(options, run->arena, &run->own, &error) != ST_OK)
		return misused(run, error);
	status = read_zone(run);
	if (status == 0)
		status = open_opener(run);
	if (status == 0)
		status = give_up_rights(options, run->arena, &run->confinement);
	if (status == 0)
		status = baseline_read(options, run->arena, &run->since);
	if (status == 0)
		status = open_parent(run);
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
	parent_close(run->parent);
	opener_end(run->opener);
	source_close(run->source);
	address_gmime_close(run->tools.gmime);
	domain_psl_free(run->psl);
}

/* Outputs the results in the journal, of messages that an interrupted run had finished. */
static void
replay(struct run *run)
{
	struct slice json;
	struct row row;
	struct arena arena;

	arena_init(&arena, run->arena->oom, run->arena->oom_arg);
	while (run->journal != NULL && journal_replay(run->journal, &arena, &row, &json)) {
		(void)add_result(run, &row, json);
		arena_reset(&arena);
	}
	arena_clear(&arena);
}

/*
 * Limits the free memory that glibc keeps. Many threads allocate and free messages of all sizes, so
 * glibc would keep free memory in many arenas, and raise the size from which it returns memory.
 */
static void
bound_memory(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_ARENA_MAX, 4);
	(void)mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
#endif
}

/* Reports a mailbox in which messages may be missing or spurious. */
static void
tell_damage(const struct run *run)
{
	const struct source_damage *damage = opener_damage(run->opener);

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
finish(struct run *run, enum parent_end end)
{
	const struct run_end counts = {.messages = run->results.summary.messages,
		.failed = run->results.summary.failed,
		.items = opener_damage(run->opener)->items};
	const struct run_end *whole = end == PARENT_DONE && !run->results.lost ? &counts : NULL;
	static const char *const why[] = {
		[PARENT_DONE] = NULL,
		[PARENT_STOPPED] = N_("interrupted"),
		[PARENT_LOST] = N_("the process that opens the files died"),
		[PARENT_CHANGED] = N_("the files are not those of the journal"),
		[PARENT_BROKEN] = N_("no threads, no memory, or the journal cannot be written"),
	};
	const struct options *options = &run->options;
	const bool recorded = options->dns_record == NULL || run->recorded;
	bool kept;
	int status;

	progress_clear(&run->progress);
	if (!recorded && !run->tried)
		record_lost(options, run->arena);
	tell_damage(run);
	end_shard(run, whole);
	kept = journal_close(run->journal, whole);
	run->journal = NULL;
	status = results_end(&run->results, end != PARENT_DONE);
	if (end != PARENT_DONE) {
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
	enum parent_end end;
	int status;

	/* --merge opens all shards, and messages in transit between processes are open files */
	process_raise_files();
	if (options->merge) {
		status = give_up_rights(options, arena, &run->confinement);
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
		end = parent_run(run->parent, run->journal);
		status = finish(run, end);
	}
	close_all(run);
	return status;
}

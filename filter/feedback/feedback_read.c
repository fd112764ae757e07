#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "filter/feedback/feedback.h"
#include "filter/feedback/feedback_find.h"
#include "filter/feedback/feedback_sender.h"
#include "filter/intake/saved.h"
#include "filter/io/clock.h"
#include "filter/io/paths.h"
#include "filter/io/read.h"
#include "filter/out/delivery_error.h"
#include "filter/settings/profile.h"
#include "filter/source/source.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"
#include "filter/verdict/evaluate.h"

enum {
	OPEN_MS = 1000,          /* maximum age of a transaction */
	COPIED_MAX = 1024 * 1024 /* a larger mail or file is stored at once */
};

struct counts {
	size_t saved[3]; /* by enum feedback_kind */
	size_t duplicates, differing, aside, others, unreadable, waiting;
};

struct run {
	const struct options *options;
	struct store *store;
	struct feedback_saver *saver;
	struct evaluation tools; /* GMime, crypto and public suffix list, shared by all messages */
	struct arena arena;      /* for one message */
	struct feedback_queue queue;
	struct feedback_origin origin;
	struct feedback_search search; /* the current mail or file */
	struct counts counts;
	bool piped; /* reads one mail from stdin, which must not be lost */
	bool told;  /* the cause of the failure was printed */
	bool open;  /* a transaction is open, since began_ms */
	int64_t began_ms;
};

static void
log_line(const struct run *run, const char *what, const char *why)
{
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	fprintf(stderr, "mailstamp: %s: %s%s%s\n",
		path_shown(run->origin.name != NULL ? run->origin.name : "stdin", &arena), what,
		why[0] != '\0' ? ": " : "", why);
	arena_clear(&arena);
}

static enum status
count_saved(struct run *run, enum feedback_kind kind, enum feedback_saved saved)
{
	switch (saved) {
	case FEEDBACK_SAVED:
		run->counts.saved[kind]++;
		return ST_OK;
	case FEEDBACK_DUPLICATE:
		run->counts.duplicates++;
		return ST_OK;
	case FEEDBACK_DIFFERS:
		run->counts.differing++;
		log_line(run,
			_("the first report of this name is kept, although its octets differ"), "");
		return ST_OK;
	case FEEDBACK_NOT_SAVED:
	default:
		return ST_TEMP;
	}
}

static enum status
fail(struct run *run, enum feedback_aside why)
{
	if (!run->search.failed)
		run->search.why = why;
	run->search.failed = true;
	return ST_OK;
}

static void
note_damage(struct feedback_report *report, const struct feedback_found *found)
{
	if (found->damaged)
		feedback_warn(&report->warnings, FEEDBACK_WARN_CHECKSUM, SLICE(""));
}

static enum status
take_aggregate(struct run *run, const struct feedback_found *found)
{
	const struct slice octets = found->octets;
	struct feedback_report report;
	enum status st = feedback_aggregate_parse(octets, &run->arena, &report, NULL, NULL);

	if (st == ST_BAD)
		return fail(run, FEEDBACK_ASIDE_NOT_XML);
	if (st != ST_OK)
		return st;
	note_damage(&report, found);
	return count_saved(run, FEEDBACK_AGGREGATE,
		feedback_save_aggregate(run->saver, &run->origin, &report, octets, &run->arena));
}

static enum status
take_tls(struct run *run, const struct feedback_found *found)
{
	const struct slice octets = found->octets;
	struct feedback_report report;
	enum status st = feedback_tls_parse(octets, &run->arena, &report);

	if (st == ST_BAD || st == ST_LIMIT)
		return fail(run, st == ST_BAD ? FEEDBACK_ASIDE_NOT_JSON : FEEDBACK_ASIDE_LARGE);
	if (st != ST_OK)
		return st;
	note_damage(&report, found);
	return count_saved(run, FEEDBACK_TLS,
		feedback_save_tls(run->saver, &run->origin, &report, octets, &run->arena));
}

static enum status
take_failure(struct run *run, const struct feedback_found *found)
{
	struct feedback_failure failure;
	enum status st = feedback_failure_parse(
		found->octets, found->header, found->plain, &run->arena, &failure);

	if (st == ST_BAD)
		return fail(run, FEEDBACK_ASIDE_NOT_FAILURE);
	if (st != ST_OK)
		return st;
	return count_saved(run, FEEDBACK_FAILURE,
		feedback_save_failure(run->saver, &run->origin, &failure, found->octets,
			found->header, &run->arena));
}

static enum status
take(void *arg, const struct feedback_found *found)
{
	struct run *run = arg;

	switch (found->kind) {
	case FEEDBACK_AGGREGATE:
		return take_aggregate(run, found);
	case FEEDBACK_TLS:
		return take_tls(run, found);
	case FEEDBACK_FAILURE:
	default:
		return take_failure(run, found);
	}
}

/* Authenticates the sender of the mail; returns as feedback_sender. */
static enum status
authenticate_sender(struct run *run, struct slice mail)
{
	struct error error = {.path = NULL};
	struct feedback_judged judged;
	enum status st = feedback_sender(
		run->options, &run->tools, mail, &run->arena, &run->origin, &judged, &error);

	if (judged.envelope != FAULT_NONE)
		log_line(run, translated(fault_text(judged.envelope)),
			_("only DKIM can authenticate its sender"));
	if (judged.unanswered)
		log_line(run,
			st == ST_LIMIT ? _("DNS did not answer for its sender; it waits for the "
					   "next run")
				       : _("DNS did not answer for its sender, who counts as "
					   "unauthenticated"),
			"");
	if (st == ST_TEMP && error.reason.id != REASON_NONE) {
		log_line(run, error_words(&error, &run->arena), "");
		run->told = true;
	}
	return st;
}

/*
 * Sets the octets aside if a report in them cannot be read, or if they were meant to be a report
 * but have none; other files are only counted.
 */
static enum status
end_search(struct run *run, struct slice octets)
{
	const struct feedback_search *search = &run->search;
	const enum feedback_aside why = search->failed ? search->why : FEEDBACK_ASIDE_NO_REPORT;

	if (search->n > 0 && !search->failed)
		return ST_OK;
	if (!run->piped && !search->failed && !search->meant) {
		run->counts.others++;
		return ST_OK;
	}
	run->counts.aside++;
	log_line(run, _("set aside"), translated(feedback_aside_text(why)));
	return feedback_save_aside(run->saver, &run->origin, why, octets, &run->arena);
}

/* Finds and stores the reports in octets. mail: they are a mail, with its sender in run->origin. */
static enum status
read_one(struct run *run, struct slice octets, bool partial, bool mail)
{
	enum status st = ST_OK;

	run->search = (struct feedback_search){
		.gmime = run->tools.gmime,
		.spool_dir = run->options->spool_dir,
		.arena = &run->arena,
		.found = take,
		.arg = run,
	};
	if (partial) {
		(void)fail(run, FEEDBACK_ASIDE_LARGE);
	} else if (mail) {
		st = feedback_find_in_mail(&run->search, octets);
	} else if (octets.n > 0) {
		st = feedback_find_in_file(&run->search, octets);
	}
	return st == ST_OK ? end_search(run, octets) : st;
}

static enum status
settle(struct run *run)
{
	const bool open = run->open;

	run->open = false;
	return open ? store_commit(run->store) : ST_OK;
}

/* Stores an item; commits a transaction older than OPEN_MS, because other processes wait for it. */
static enum status
store_one(struct run *run, const struct feedback_item *item)
{
	enum status st;

	if (!run->open) {
		if (store_begin(run->store) != ST_OK)
			return ST_TEMP;
		feedback_saver_begin(run->saver);
		run->open = true;
		run->began_ms = clock_ms();
	}
	run->origin = item->origin;
	st = read_one(run, item->octets, item->partial, item->mail);
	arena_reset(&run->arena);
	return st == ST_OK && clock_ms() - run->began_ms > OPEN_MS ? settle(run) : st;
}

/* Stores the items in the queue, together, because small transactions are slow. */
static enum status
store_queue(struct run *run)
{
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < run->queue.n; i++)
		st = store_one(run, &run->queue.v[i]);
	feedback_queue_clear(&run->queue);
	return st == ST_OK ? settle(run) : st;
}

/* Takes a mail or a file: authenticates its sender before it locks the store. */
static enum status
keep_one(struct run *run, const char *name, struct slice octets, bool partial)
{
	struct feedback_item item = {
		.octets = octets,
		.partial = partial,
		.mail = !partial && octets.n > 0 && feedback_is_mail(octets),
	};
	const bool large = octets.n > COPIED_MAX;
	enum status st = large ? store_queue(run) : ST_OK;

	run->origin = (struct feedback_origin){.name = name, .now = run->origin.now};
	if (item.mail && st == ST_OK) {
		item.octets = saved_unwrap(name != NULL ? name : "", octets);
		st = authenticate_sender(run, item.octets);
	}
	item.origin = run->origin;
	if (st == ST_LIMIT)
		run->counts.waiting++;
	else if (st == ST_OK && large)
		st = store_one(run, &item);
	else if (st == ST_OK)
		feedback_queue_add(&run->queue, &item);
	arena_reset(&run->arena);
	if (st == ST_OK && (large || feedback_queue_is_full(&run->queue)))
		st = store_queue(run);
	return st == ST_LIMIT ? ST_OK : st;
}

static long
read_piece(void *from, char *to, size_t size, enum fault *error)
{
	const struct item *item = from;
	const ssize_t got = read_bytes(item->fd, to, size);

	if (got < 0)
		*error = fault_of_lack(errno, FAULT_UNREADABLE);
	return got;
}

static enum status
read_item(struct run *run, struct item *item)
{
	struct slice octets = slice_make(item->bytes, item->n);
	enum fault error = item->error;
	bool partial = item->partial;
	char *bytes = NULL;
	enum status st = ST_OK;
	size_t n;

	run->origin.name = item->name;
	if (error == FAULT_NONE && item->fd < 0 && item->bytes == NULL)
		error = FAULT_NO_MESSAGE;
	if (error == FAULT_NONE && item->fd >= 0 &&
		read_whole(read_piece, item, FEEDBACK_OCTETS, &bytes, &n, &error)) {
		octets = slice_make(bytes, n);
		partial = n > FEEDBACK_OCTETS; /* not read to its end */
	}
	if (error == FAULT_NONE && partial) { /* it stays where it is */
		run->counts.unreadable++;
		log_line(run, translated(feedback_aside_text(FEEDBACK_ASIDE_LARGE)), "");
	} else if (error == FAULT_NONE || error == FAULT_EMPTY) {
		st = keep_one(run, item->name, octets, false);
	} else {
		run->counts.unreadable++;
		log_line(run, translated(fault_text(error)), "");
		run->told = fault_is_ours(error);
		st = run->told ? ST_TEMP : ST_OK;
	}
	free(bytes);
	return st;
}

static enum status
read_all(struct run *run, struct arena *arena)
{
	struct source *source;
	struct error error;
	struct item item;
	enum status st = source_open(run->options, arena, &source, &error);

	if (st != ST_OK) {
		error_print(&error, arena);
		run->told = true;
		return profile_failure(&error) == EXIT_TEMPFAIL ? ST_TEMP : ST_BAD;
	}
	while (st == ST_OK && source_next(source, &item)) {
		st = read_item(run, &item);
		item_clear(&item);
	}
	source_close(source);
	return st;
}

static enum status
read_stdin(struct run *run)
{
	struct input input = {.fd = -1};
	enum fault fault = FAULT_NONE;
	enum status st = input_read(run->options, &input, &fault);

	run->piped = true;
	if (st == ST_OK)
		st = keep_one(run, NULL, input.bytes, input.partial);
	else
		fprintf(stderr, "mailstamp: %s\n", translated(fault_text(fault)));
	run->told = run->told || (st != ST_OK && fault != FAULT_NONE);
	input_drain(&input);
	input_free(&input);
	return st;
}

static void
print_counts(const struct counts *counts)
{
	printf(_("%zu aggregate, %zu TLS and %zu failure reports; %zu that were there already, "
		 "%zu that differ from them\n"),
		counts->saved[FEEDBACK_AGGREGATE], counts->saved[FEEDBACK_TLS],
		counts->saved[FEEDBACK_FAILURE], counts->duplicates, counts->differing);
	if (counts->aside + counts->others + counts->unreadable > 0)
		printf(_("%zu set aside, %zu that hold no report, %zu that could not be read\n"),
			counts->aside, counts->others, counts->unreadable);
	if (counts->waiting > 0)
		printf(_("%zu wait for the next run: DNS did not answer for their senders\n"),
			counts->waiting);
}

static bool
has_archives(const struct options *options)
{
	return options->paths.n > 0 || options->files_from != NULL;
}

/* For mail from stdin, 75 for any failure: with 78 the mail server would bounce the mail. */
static int
of_pipe(const struct options *options, int status)
{
	return status != 0 && !has_archives(options) ? EXIT_TEMPFAIL : status;
}

/* Reports a failure, unless it was reported where it happened. */
static void
tell_failure(const struct run *run)
{
	if (store_last_error(run->store).reason.id != REASON_NONE)
		(void)store_failed(run->store);
	else if (!run->told)
		fprintf(stderr, "mailstamp: %s\n",
			_("no memory, no room in the spool folder, or a library cannot be "
			  "loaded"));
}

static int
run_all(struct run *run, struct arena *arena)
{
	const struct options *options = run->options;
	const bool archives = has_archives(options);
	enum status st;

	run->saver = feedback_saver_open(run->store, run->tools.in.crypto);
	if (run->saver == NULL) {
		if (!archives)
			input_discard(options->read_timeout);
		return store_failed(run->store);
	}
	st = archives ? read_all(run, arena) : read_stdin(run);
	if (st == ST_OK)
		st = store_queue(run);
	if (st == ST_TEMP)
		tell_failure(run);
	feedback_saver_close(run->saver);
	if (st == ST_BAD)
		return EXIT_CONFIG_ERROR;
	if (st != ST_OK)
		return EXIT_TEMPFAIL;
	if (archives)
		print_counts(&run->counts);
	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		const struct error error = delivery_error(DELIVERY_E_OUTPUT);

		error_print(&error, arena);
		return EXIT_TEMPFAIL;
	}
	return run->counts.waiting == 0 ? 0 : EXIT_TEMPFAIL;
}

int
feedback_read_main(const struct options *options, struct arena *arena)
{
	struct options named =
		*options; /* the host's name is looked up once, outside the sandbox */
	struct run run = {.options = &named};
	struct confinement confinement;
	enum evaluate_status opened;
	struct error error;
	int status = store_open_command(options->store, STORE_WRITE, arena, &run.store);

	if (status != 0) {
		input_discard(options->read_timeout);
		return of_pipe(options, status);
	}
	arena_init(&run.arena, arena->oom, arena->oom_arg);
	arena_init(&run.queue.arena, arena->oom, arena->oom_arg);
	run.origin.now = options_now(options);
	evaluate_begin(options, arena, &run.tools);
	named.authserv_id = run.tools.authserv_id;
	opened = evaluate_open(&run.tools, &error);
	if (opened == EVALUATE_OK)
		opened = evaluate_confine(&run.tools, &confinement, &error);
	if (opened == EVALUATE_OK) {
		status = run_all(&run, arena);
	} else {
		error_print(&error, arena);
		status = opened == EVALUATE_CONFIG ? EXIT_CONFIG_ERROR : EXIT_TEMPFAIL;
		if (!has_archives(options))
			input_discard(options->read_timeout);
	}
	evaluate_end(&run.tools);
	store_close(run.store);
	arena_clear(&run.arena);
	feedback_queue_clear(&run.queue);
	return of_pipe(options, status);
}

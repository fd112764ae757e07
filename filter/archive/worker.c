#include "filter/archive/worker.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/base/crypto.h"
#include "auth/dns/dns.h"
#include "filter/archive/compare.h"
#include "filter/archive/line.h"
#include "filter/archive/stamp.h"
#include "filter/explain/advice.h"
#include "filter/explain/explain_received.h"
#include "filter/intake/saved.h"
#include "filter/io/paths.h"
#include "filter/io/read.h"
#include "filter/io/spool.h"
#include "filter/io/wholefile.h"
#include "filter/result/block.h"
#include "filter/result/diagnosis.h"
#include "filter/result/json.h"
#include "filter/runs/run_row.h"
#include "filter/sender/classify.h"
#include "filter/source/manifest.h"
#include "filter/text/error_words.h"
#include "filter/verdict/names.h"

enum { HEAD_OCTETS = 1 << 20 /* of a message over the limit */, SIDE_FILE_MAX = 512 * 1024 };

static void
on_out_of_memory(void *arg)
{
	longjmp(((struct worker *)arg)->out_of_memory, 1);
}

void
judged_clear(struct judged *judged)
{
	free(judged->row);
	free(judged->text);
	free(judged->json);
	judged->row = NULL;
	judged->text = judged->json = NULL;
	judged->n = judged->njson = 0;
}

static enum fault
read_small(struct workspace *space, int fd, size_t size, struct slice *bytes)
{
	char *p = workspace_octets(space, size);
	ssize_t n;

	if (p == NULL)
		return FAULT_NO_MEMORY;
	n = read_bytes(fd, p, size);
	if (n < 0)
		return FAULT_UNREADABLE;
	*bytes = slice_make(p, (size_t)n);
	return n > 0 ? FAULT_NONE : FAULT_EMPTY;
}

/* read() for spool_fill: a file has no time-out. */
static ssize_t
read_file(void *arg, char *buffer, size_t size, enum fault *fault)
{
	const struct item *item = arg;
	const ssize_t got = read_bytes(item->fd, buffer, size);

	*fault = FAULT_UNREADABLE;
	return got;
}

/*
 * A large file's octets through a file of our own: the archive's may be truncated meanwhile, and a
 * mapping of it would then end the run.
 */
static enum fault
read_large(const struct options *options, struct item *item, size_t max, struct slice *bytes)
{
	const struct spool_source source = {read_file, item};
	enum fault fault;

	*bytes = SLICE("");
	fault = spool_fill(options->spool_dir, &source, max, bytes);
	return fault == FAULT_NONE && bytes->n == 0 ? FAULT_EMPTY : fault;
}

/* The number of octets of the item's file to read; 0 without a file. */
static enum fault
measure(const struct options *options, struct item *item, size_t *size)
{
	struct stat info;

	*size = 0;
	if (item->fd < 0)
		return FAULT_NONE;
	if (fstat(item->fd, &info) != 0)
		return FAULT_UNREADABLE;
	item->partial = (uint64_t)info.st_size > options->max_size;
	*size = (size_t)info.st_size;
	if (item->partial)
		*size = options->max_size < HEAD_OCTETS ? (size_t)options->max_size : HEAD_OCTETS;
	return FAULT_NONE;
}

/* Reads the item, size octets of its file. *mapped: spool_release must free the bytes. */
static enum fault
load(const struct options *options, struct item *item, struct workspace *space, size_t size,
	struct slice *bytes, bool *mapped)
{
	*bytes = slice_make(item->bytes, item->n);
	if (item->fd < 0)
		return FAULT_NONE;
	if (size <= SPOOL_MEMORY)
		return read_small(space, item->fd, size, bytes);
	*mapped = true;
	return read_large(options, item, size, bytes);
}

/* x.envelope beside x.eml; *given: is there one? */
static enum fault
side_envelope(struct worker *worker, const char *path, struct envelope *envelope, bool *given)
{
	struct slice name = slice_str(path), bytes;
	enum fault why;
	char *side;

	*given = false;
	if (!path_ends(path, ".eml"))
		return FAULT_NONE;
	side = arena_alloc(worker->arena, name.n + sizeof ".envelope");
	memcpy(side, name.p, name.n - 4);
	memcpy(side + name.n - 4, ".envelope", sizeof ".envelope");
	if (access(side, F_OK) != 0)
		return FAULT_NONE;
	*given = true;
	if (wholefile_read(side, SIDE_FILE_MAX, worker->arena, &bytes, &why) != ST_OK)
		return FAULT_SIDE_FILE;
	if (manifest_side(bytes, worker->arena, envelope, &why) != ST_OK)
		return why;
	return FAULT_NONE;
}

static enum fault
find_envelope(
	struct worker *worker, const struct item *item, struct envelope *envelope, bool *given)
{
	struct slice path;
	enum fault error;

	if (item->line == NULL)
		return side_envelope(worker, item->name, envelope, given);
	*given = true;
	if (manifest_line(slice_str(item->line), worker->arena, &path, envelope, &error) != ST_OK)
		return error;
	return FAULT_NONE;
}

/* The results under other records, and under the other RFC. */
static void
suppose(struct worker *worker, struct outcome *outcome)
{
	const struct evaluation *ev = &worker->ev;
	const size_t n = worker->options->what_ifs.n;
	struct what_if_result *results, *other;

	if (n > 0) {
		results = arena_array(worker->arena, n, sizeof *results);
		for (size_t i = 0; i < n; i++)
			what_if_judge(ev, &worker->options->supposed[i], &results[i]);
		outcome->what_ifs = results;
		outcome->nwhat_ifs = n;
	}
	if (ev->evaluated && ev->results.has_dmarc_other) {
		other = arena_alloc(worker->arena, sizeof *other);
		what_if_other(ev, other);
		outcome->other = other;
	}
}

static enum fault
evaluate_item(struct worker *worker, const struct item *item, struct slice bytes)
{
	struct evaluate_source source = {.tools = &worker->tools, .partial = item->partial};
	struct evaluation *ev = &worker->ev;
	struct envelope envelope;
	enum fault error;
	bool given;

	error = find_envelope(worker, item, &envelope, &given);
	if (error != FAULT_NONE)
		return error;
	evaluate_begin(worker->options, worker->arena, ev);
	worker->evaluating = true;
	source.dns = dns_pool_dns(worker->pool, &worker->user, worker->arena);
	source.overlay = worker->overlay;
	source.bytes = saved_unwrap(item->name, bytes);
	source.envelope = given ? &envelope : NULL;
	if (evaluate(ev, &source, &worker->told) != EVALUATE_OK)
		return worker->told.reason.id != REASON_NONE ? FAULT_TOLD : FAULT_NOT_EVALUATED;
	error = saved_not_mail(&ev->message);
	if (error != FAULT_NONE)
		return error;
	return FAULT_NONE;
}

/* A copy from malloc; NULL without memory or for an empty text. */
static char *
keep(struct slice text, size_t *n)
{
	char *kept = text.n > 0 ? malloc(text.n) : NULL;

	*n = kept != NULL ? text.n : 0;
	if (kept != NULL)
		memcpy(kept, text.p, text.n);
	return kept;
}

/* Is the message's JSON needed? */
static bool
wants_json(const struct options *options)
{
	return options->output == OUTPUT_JSON || options->json_log != NULL ||
	       options->journal != NULL;
}

/* The row with its lines; json is the message's, or empty if it is not needed. */
static enum fault
hand_over(struct worker *worker, const struct row *row, struct slice json, struct judged *judged)
{
	const enum output_what output = worker->options->output;
	struct slice line = json;

	if (output != OUTPUT_JSON && line_make(row, output, worker->arena, &line) != ST_OK)
		return FAULT_LONG_LINE;
	if (output == OUTPUT_JSON || worker->options->journal == NULL)
		json = SLICE("");
	if (line.n > RUN_LINE_MAX || json.n > RUN_LINE_MAX)
		return FAULT_LONG_LINE;
	judged->row = row_copy(row);
	judged->text = keep(line, &judged->n);
	judged->json = keep(json, &judged->njson);
	if (judged->row == NULL || judged->n != line.n || judged->njson != json.n)
		return FAULT_NO_MEMORY;
	return FAULT_NONE;
}

/* --names: the client's name, where nobody told it and the message is not aligned. */
static void
find_name(struct worker *worker)
{
	struct evaluation *ev = &worker->ev;
	struct envelope *envelope = &ev->taken.envelope;

	if (!worker->options->names || !ev->evaluated || envelope->client_name.n > 0 ||
		ev->results.dmarc.code == AUTH_PASS)
		return;
	envelope->client_name = names_of_client(ev->in.dns, &envelope->client_ip,
		evaluate_until_ms(worker->options, ev->in.dns), ev->arena);
}

/* Everything that is reported about a message, except its JSON line. */
static void
find_outcome(struct worker *worker, bool json, struct outcome *outcome)
{
	const struct evaluation *ev = &worker->ev;
	const struct options *options = worker->options;
	struct findings *advice;

	if (options->diagnose && ev->evaluated)
		outcome->diagnoses =
			diagnosis_run(&ev->in, &ev->results.dkim, false, &outcome->ndiagnoses);
	suppose(worker, outcome);
	find_name(worker);
	if (options->compare_received != NULL && ev->evaluated)
		outcome->agreement = agree_with_received(ev);
	if (worker->advice || json)
		outcome->sender = classify_message(ev, worker->own);
	if ((worker->advice || json) && ev->evaluated && ev->results.dmarc.code != AUTH_PASS) {
		advice = arena_alloc(worker->arena, sizeof *advice);
		findings_init(advice, worker->arena);
		advice_make(ev, outcome, worker->own, advice);
		outcome->advice = advice;
		outcome->known = sender_is_hurt(outcome->sender.class);
	}
	if (json || options->output == OUTPUT_STAMP)
		outcome->field = block_field(ev).field;
}

static enum fault
work(struct worker *worker, struct item *item, struct slice bytes, const char *shown,
	struct judged *judged)
{
	const struct evaluation *ev = &worker->ev;
	const struct options *options = worker->options;
	const bool json = wants_json(options);
	struct outcome outcome = {.path = shown, .index = item->index};
	enum fault error = evaluate_item(worker, item, bytes);
	struct slice line = SLICE("");
	struct row row;

	if (error != FAULT_NONE)
		return error;
	find_outcome(worker, json, &outcome);
	if (options->output == OUTPUT_STAMP)
		error = stamp_write(ev, outcome.field, options->into, item->index, item->name);
	if (error != FAULT_NONE)
		return error;
	row_from_evaluation(ev, &outcome, &row);
	if (options->fail_if_worse && compare_before(ev, &outcome, &row) != ST_OK)
		return FAULT_NOT_EVALUATED;
	outcome.worse_source = row.worse ? row.worse_source : NULL;
	outcome.worse_dmarc = row.worse_dmarc;
	if (json)
		dns_settle(ev->in.dns);
	if (json && json_line(ev, &outcome, &line) != ST_OK)
		return FAULT_NO_MEMORY;
	if (options->json_log != NULL && !json_append(options->json_log, line))
		return FAULT_NO_LOG;
	return hand_over(worker, &row, line, judged);
}

static void
tell_failure(
	struct worker *worker, const struct item *item, enum fault fault, struct judged *judged)
{
	const char *shown, *error = fault_text(fault);
	struct slice line = SLICE("");
	struct row row;

	/* a run without memory stops and reports it; judged stays without a row */
	if (setjmp(worker->out_of_memory) != 0)
		return;
	if (fault == FAULT_TOLD)
		error = error_english(&worker->told, worker->arena);
	shown = path_shown(item->name != NULL ? item->name : "?", worker->arena);
	row_failure(item->index, shown, error, worker->arena, &row);
	row.not_mail = fault_is_not_mail(fault);
	if (wants_json(worker->options) &&
		json_failure(item->index, shown, error, fault, worker->arena, &line) != ST_OK)
		return;
	if (hand_over(worker, &row, line, judged) != FAULT_NONE)
		judged_clear(judged);
	judged->ours = fault_is_ours(fault);
}

/*
 * If memory runs out during the evaluation, control returns here and the message counts as failed.
 */
static enum fault
guarded(struct worker *worker, struct item *item, struct slice bytes, struct judged *judged)
{
	if (setjmp(worker->out_of_memory) != 0)
		return FAULT_NO_MEMORY;
	return work(worker, item, bytes, path_shown(item->name, worker->arena), judged);
}

void
worker_judge(struct worker *worker, struct item *item, struct judged *judged)
{
	enum fault error = item->error;
	struct slice bytes = SLICE("");
	struct workspace *space;
	bool mapped = false;
	size_t size = 0;

	*judged = (struct judged){.row = NULL};
	if (error == FAULT_NONE)
		error = measure(worker->options, item, &size);
	space = workspaces_take(worker->spaces, size <= SPOOL_MEMORY ? size : 0);
	if (space == NULL)
		return; /* no row without memory */
	space->arena.oom = on_out_of_memory;
	space->arena.oom_arg = worker;
	worker->arena = &space->arena;
	worker->tools.crypto = space->crypto;
	worker->evaluating = false;
	worker->told = (struct error){.path = NULL};
	if (item->name == NULL)
		item->name = calloc(1, 1);
	if (error == FAULT_NONE && item->name == NULL)
		error = FAULT_NO_MEMORY;
	if (error == FAULT_NONE)
		error = load(worker->options, item, space, size, &bytes, &mapped);
	if (error == FAULT_NONE)
		error = guarded(worker, item, bytes, judged);
	if (worker->evaluating)
		evaluate_end(&worker->ev);
	if (mapped)
		spool_release(bytes);
	if (error != FAULT_NONE) {
		judged_clear(judged);
		tell_failure(worker, item, error, judged);
	}
	workspaces_give(worker->spaces, space);
}

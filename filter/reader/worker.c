#include "filter/reader/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/base/crypto.h"
#include "auth/dns/dns.h"
#include "filter/explain/advice.h"
#include "filter/explain/explain_received.h"
#include "filter/intake/saved.h"
#include "filter/io/paths.h"
#include "filter/io/read.h"
#include "filter/io/spool.h"
#include "filter/reader/judged.h"
#include "filter/reader/stamp.h"
#include "filter/result/block.h"
#include "filter/result/diagnosis.h"
#include "filter/result/json.h"
#include "filter/runs/run_row.h"
#include "filter/sender/classify.h"
#include "filter/source/manifest.h"
#include "filter/stats/row.h"
#include "filter/verdict/names.h"

enum {
	HEAD_OCTETS = 1 << 20,      /* octets read of a message over the limit */
	LOOK_OCTETS = 16 * 1024,    /* a message whose header is longer is not read in pieces */
	PIECE = WORKSPACE_SMALL / 2 /* one for the beginning, one for a piece of the rest */
};

static void
on_out_of_memory(void *arg, enum arena_lack lack)
{
	struct worker *worker = arg;

	worker->lack = lack;
	longjmp(worker->out_of_memory, 1);
}

void
result_clear(struct result *result)
{
	free(result->row);
	free(result->json);
	*result = (struct result){.row = NULL};
}

/* Makes the result that is sent. False when out of memory; *result is then unchanged. */
static bool
make_result(const struct row *row, struct slice json, struct result *result)
{
	char *line = json.n > 0 ? malloc(json.n) : NULL;
	size_t n;
	void *block;

	if (json.n > 0 && line == NULL)
		return false;
	block = row_pack(row, &n);
	if (block == NULL) {
		free(line);
		return false;
	}
	if (json.n > 0)
		memcpy(line, json.p, json.n);
	*result = (struct result){block, n, line, json.n, false};
	return true;
}

/* The fault as an error without a path, because the result has the message's path. */
static struct error
without_path(enum fault fault)
{
	return fault_error(fault, NULL, NULL);
}

static enum fault
read_small(struct workspace *space, int fd, size_t size, struct slice *bytes)
{
	const ssize_t n = read_bytes(fd, space->octets, size);

	if (n < 0)
		return fault_of_lack(errno, FAULT_UNREADABLE);
	*bytes = slice_make(space->octets, (size_t)n);
	return n > 0 ? FAULT_NONE : FAULT_EMPTY;
}

/* The read function for spool_fill_at, without a time-out, because it reads a file. */
static ssize_t
read_file(void *arg, char *buffer, size_t size, enum fault *fault)
{
	const int *file = arg;
	const ssize_t got = read_bytes(*file, buffer, size);

	*fault = got < 0 ? fault_of_lack(errno, FAULT_UNREADABLE) : FAULT_NONE;
	return got;
}

/*
 * Copies a large file and maps the copy: a mapping of a file in the archive would crash the process
 * if the file were truncated.
 */
static enum fault
read_large(const struct packet *packet, size_t max, struct slice *bytes)
{
	int file = packet->file;
	const struct spool_source source = {read_file, &file};
	enum fault fault;

	*bytes = SLICE("");
	if (packet->spool < 0)
		return FAULT_NO_SPOOL;
	fault = spool_fill_at(packet->spool, &source, max, bytes);
	return fault == FAULT_NONE && bytes->n == 0 ? FAULT_EMPTY : fault;
}

/* The number of octets of the file that are read. */
static size_t
size_of(const struct options *options, const struct packet *packet)
{
	const size_t head =
		options->max_size < HEAD_OCTETS ? (size_t)options->max_size : HEAD_OCTETS;

	if (packet->file < 0 || packet->error != FAULT_NONE)
		return 0;
	return packet->size > options->max_size ? head : (size_t)packet->size;
}

/*
 * Does the message begin with a header and MESSAGE_BEGINNING octets of a body, within LOOK_OCTETS?
 * If the header ends before the empty line that is found here, its body is longer still.
 */
static bool
has_short_header(struct slice beginning)
{
	struct slice rest = slice_head(beginning, LOOK_OCTETS);

	while (rest.n > MESSAGE_BEGINNING && line_end(rest) == 0)
		rest = slice_from(rest, slice_find(rest, '\n') + 1);
	return rest.n >= MESSAGE_BEGINNING + line_end(rest);
}

static bool
file_has_short_header(int file)
{
	char octets[LOOK_OCTETS];
	const ssize_t n = read_at(file, octets, sizeof octets, 0);

	return n > 0 && has_short_header(slice_make(octets, (size_t)n));
}

/*
 * May the body of a large message be read in pieces? Not if anything but its hashes is made of it,
 * or if it ends before the file does (saved_unwrap).
 */
static bool
reads_in_pieces(const struct options *options, const struct packet *packet, size_t size)
{
	return size > WORKSPACE_SMALL && size <= SPOOL_MEMORY &&
	       packet->size <= options->max_size && !options->diagnose &&
	       options->output != OUTPUT_STAMP && !path_ends(packet->name, ".emlx") &&
	       file_has_short_header(packet->file);
}

size_t
worker_octets(const struct options *options, struct packet *packet)
{
	const size_t size = size_of(options, packet);

	packet->in_pieces = reads_in_pieces(options, packet, size);
	if (packet->in_pieces)
		return WORKSPACE_SMALL;
	return size <= SPOOL_MEMORY ? size : 0;
}

/* The fault if read_at returned got, not n: FAULT_CHANGED: the file became shorter meanwhile. */
static enum fault
piece_fault(ssize_t got, size_t n)
{
	if (got < 0)
		return fault_of_lack(errno, FAULT_UNREADABLE);
	return (size_t)got < n ? FAULT_CHANGED : FAULT_NONE;
}

/* The read function of message_rest. After a fault, no result of this message is sent. */
static struct slice
read_rest(void *arg, uint64_t at)
{
	struct worker *worker = arg;
	const uint64_t left = worker->rest.n - at;
	const size_t n = left < PIECE ? (size_t)left : PIECE;
	const ssize_t got = read_at(worker->rest_file, worker->rest_octets, n, PIECE + at);

	if (worker->rest_fault == FAULT_NONE)
		worker->rest_fault = piece_fault(got, n);
	return slice_make(worker->rest_octets, got > 0 ? (size_t)got : 0);
}

/* Reads the beginning of a message, and prepares the rest. */
static enum fault
read_beginning(struct worker *worker, const struct packet *packet, struct workspace *space,
	struct slice *bytes)
{
	const ssize_t n = read_at(packet->file, space->octets, PIECE, 0);
	const enum fault fault = piece_fault(n, PIECE);

	if (fault != FAULT_NONE)
		return fault;
	worker->rest = (struct message_rest){packet->size - PIECE, read_rest, worker};
	worker->rest_file = packet->file;
	worker->rest_octets = space->octets + PIECE;
	*bytes = slice_make(space->octets, PIECE);
	/* the file may have changed since reads_in_pieces */
	return has_short_header(*bytes) ? FAULT_NONE : FAULT_CHANGED;
}

/*
 * Reads size octets of the message's file, or its beginning. *mapped: the bytes must be freed with
 * spool_release.
 */
static enum fault
load(struct worker *worker, const struct packet *packet, struct workspace *space, size_t size,
	struct slice *bytes, bool *mapped)
{
	*bytes = packet->bytes;
	worker->rest_fault = FAULT_NONE;
	if (packet->file < 0)
		return FAULT_NONE;
	if (packet->in_pieces)
		return read_beginning(worker, packet, space, bytes);
	if (size <= SPOOL_MEMORY)
		return read_small(space, packet->file, size, bytes);
	*mapped = true;
	return read_large(packet, size, bytes);
}

static enum fault
find_envelope(
	struct worker *worker, const struct packet *packet, struct envelope *envelope, bool *given)
{
	struct slice path;
	enum fault error = packet->side_error;

	*given = true;
	if (packet->has_line)
		return manifest_line(slice_str(packet->line), worker->arena, &path, envelope,
			       &error) == ST_OK
			       ? FAULT_NONE
			       : error;
	if (error != FAULT_NONE)
		return error;
	*given = packet->has_side;
	if (*given && manifest_side(packet->side, worker->arena, envelope, &error) != ST_OK)
		return error;
	return FAULT_NONE;
}

/*
 * Evaluates the message with other records (--what-if) and, if requested, by the other DMARC RFC.
 */
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

/* Evaluates the message; returns the error, or one without a reason. */
static struct error
evaluate_item(struct worker *worker, const struct packet *packet, struct slice bytes)
{
	struct evaluate_source source = {.tools = &worker->tools, .partial = worker->partial};
	struct evaluation *ev = &worker->ev;
	struct error error = {.path = NULL};
	struct envelope envelope;
	enum fault fault;
	bool given;

	fault = find_envelope(worker, packet, &envelope, &given);
	if (fault != FAULT_NONE)
		return without_path(fault);
	evaluate_begin(worker->options, worker->arena, ev);
	worker->evaluating = true;
	source.dns = dns_pool_dns(worker->pool, &worker->user, worker->arena);
	source.overlay = worker->overlay;
	source.bytes = saved_unwrap(packet->name, bytes);
	source.rest = packet->in_pieces ? &worker->rest : NULL;
	source.envelope = given ? &envelope : NULL;
	if (evaluate(ev, &source, &error) != EVALUATE_OK)
		return error;
	return without_path(saved_not_mail(&ev->message));
}

/* --names: looks up the client's name if it is unknown and the message is not aligned. */
static void
find_name(struct worker *worker)
{
	struct evaluation *ev = &worker->ev;
	struct envelope *envelope = &ev->intake.envelope;

	if (!worker->options->names || !ev->evaluated || envelope->client_name.n > 0 ||
		ev->results.dmarc.code == AUTH_PASS)
		return;
	envelope->client_name = names_of_client(ev->in.dns, &envelope->client_ip,
		evaluate_until_ms(worker->options, ev->in.dns), ev->arena);
}

/* Makes everything that is reported about a message, except its JSON line. */
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

/* Evaluates the message and makes its result; returns what evaluate_item returns. */
static struct error
evaluate_packet(struct worker *worker, const struct packet *packet, struct slice bytes,
	struct result *result)
{
	const struct evaluation *ev = &worker->ev;
	const struct options *options = worker->options;
	const bool json = judged_wants_json(options);
	struct outcome outcome = {
		.path = path_shown(packet->name, worker->arena), .index = packet->index};
	const struct error error = evaluate_item(worker, packet, bytes);
	struct slice line = SLICE("");
	enum fault fault = FAULT_NONE;
	struct row row;

	if (error.reason.id != REASON_NONE)
		return error;
	find_outcome(worker, json, &outcome);
	if (options->output == OUTPUT_STAMP)
		fault = packet->stamp < 0 ? packet->stamp_error
					  : stamp_write(ev, outcome.field, packet->stamp);
	if (fault != FAULT_NONE)
		return without_path(fault);
	row_from_evaluation(ev, &outcome, &row);
	if (options->fail_if_worse && judged_compare(ev, &outcome, &row) != ST_OK)
		return without_path(FAULT_NOT_EVALUATED);
	outcome.worse_source = row.worse ? row.worse_source : NULL;
	outcome.worse_dmarc = row.worse_dmarc;
	if (json)
		dns_settle(ev->in.dns);
	if (json && json_line(ev, &outcome, &line) != ST_OK)
		return without_path(FAULT_NO_MEMORY);
	if (line.n > RUN_LINE_MAX)
		return without_path(FAULT_LONG_LINE);
	/* last: DKIM may have been verified more than once, with other DNS, and read the rest each
	 * time */
	if (worker->rest_fault != FAULT_NONE)
		return without_path(worker->rest_fault);
	return without_path(make_result(&row, line, result) ? FAULT_NONE : FAULT_NO_MEMORY);
}

static void
report_failure(struct worker *worker, const struct packet *packet, const struct error *error,
	struct result *result)
{
	struct judged judged = {.row = NULL};

	/* out of memory again: the result stays without a row, and the parent reports that */
	if (setjmp(worker->out_of_memory) != 0)
		return;
	judged_failure(worker->options, packet->index, packet->name, error, worker->arena, &judged);
	if (judged.row != NULL &&
		make_result(judged.row, slice_make(judged.json, judged.njson), result))
		result->ours = judged.ours;
	judged_clear(&judged);
}

/*
 * If memory runs out during the evaluation, control returns here and the message counts as failed.
 */
static struct error
guarded(struct worker *worker, const struct packet *packet, struct slice bytes,
	struct result *result)
{
	if (setjmp(worker->out_of_memory) != 0)
		return without_path(fault_of_arena(worker->lack));
	return evaluate_packet(worker, packet, bytes, result);
}

void
worker_judge(struct worker *worker, struct workspace *space, const struct packet *packet,
	struct result *result)
{
	enum fault fault = packet->error;
	struct slice bytes = SLICE("");
	const size_t size = size_of(worker->options, packet);
	struct error error;
	bool mapped = false;

	*result = (struct result){.row = NULL};
	worker->partial =
		packet->file < 0 ? packet->partial : packet->size > worker->options->max_size;
	space->arena.oom = on_out_of_memory;
	space->arena.oom_arg = worker;
	worker->arena = &space->arena;
	worker->tools.crypto = space->crypto;
	worker->evaluating = false;
	if (fault == FAULT_NONE)
		fault = load(worker, packet, space, size, &bytes, &mapped);
	error = fault == FAULT_NONE ? guarded(worker, packet, bytes, result) : without_path(fault);
	if (worker->evaluating)
		evaluate_end(&worker->ev);
	if (mapped)
		spool_release(bytes);
	if (error.reason.id != REASON_NONE)
		report_failure(worker, packet, &error, result);
}

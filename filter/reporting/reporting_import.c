/*
 * reporting_import.c: imports the filter's logs into the store, each line once, even if the file
 * has been renamed, compressed, copied or extended.
 */
#include <stdio.h>
#include <stdlib.h>

#include "filter/aggregate/aggregate_event.h"
#include "filter/aggregate/aggregate_name.h"
#include "filter/io/clock.h"
#include "filter/reporting/reporting.h"
#include "filter/reporting/reporting_error.h"
#include "filter/reporting/reporting_failure.h"
#include "filter/reporting/reporting_log.h"
#include "filter/reporting/reporting_store.h"
#include "filter/reporting/reporting_target.h"
#include "filter/result/json_library.h"
#include "filter/settings/profile.h"
#include "filter/text/error_words.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"

enum {
	BATCH_LINES = 1000, /* of one transaction */
	TOLD_MAX = 10,      /* skipped lines that are reported individually, per file */
	POLICIES = 512,     /* policies that are remembered */
	SHOWN = 255
};

/* A log that is being read. */
struct source {
	const char *path;
	struct reporting_log *log;
	struct reporting_digest identity; /* digest of the first line; empty until that is read */
	int64_t known;                    /* octets that were imported before */
	struct reporting_digest before;   /* the digest of these octets */
	bool whole;                       /* import it from the beginning */
	size_t told;
};

struct import {
	const struct options *options;
	struct store *store;
	struct crypto *crypto;
	struct arena arena; /* for one line */
	struct strings own;
	int64_t now, pruned;            /* pruned: older days have been removed */
	int64_t kinds[AGGREGATE_KINDS]; /* lines by kind; AGGREGATE_ROW: only new ones */
	int64_t rows, old;              /* rows: lines counted now or before; old: of pruned days */
	/* policies stored in this transaction, by hash: before the next they may be pruned */
	struct reporting_digest policies[POLICIES];
	bool failed; /* a file could not be read */
};

static void
log_file(const struct source *source, struct arena *arena, const char *why)
{
	fprintf(stderr, "mailstamp: %s: %s\n", printable(slice_str(source->path), SHOWN, arena),
		translated(why));
}

static void
tell_line(struct source *source, struct arena *arena, const char *why)
{
	if (source->told++ < TOLD_MAX)
		fprintf(stderr, "mailstamp: %s:%lld: %s\n",
			printable(slice_str(source->path), SHOWN, arena),
			(long long)reporting_log_line(source->log), translated(why));
}

static struct slice
text_of(const struct reporting_digest *digest)
{
	return slice_str(digest->text);
}

/* one line */

static enum status
store_policy(struct import *import, const struct aggregate_policy *policy, struct slice addresses,
	struct reporting_digest *digest)
{
	struct reporting_digest *known;

	if (reporting_digest(
		    import->crypto, aggregate_policy_key(policy, &import->arena), digest) != ST_OK)
		return ST_TEMP;
	known = &import->policies[slice_hash(text_of(digest)) % POLICIES];
	if (strcmp(digest->text, known->text) == 0)
		return ST_OK;
	*known = *digest;
	return reporting_store_policy(import->store, policy, text_of(digest), addresses);
}

static enum status
count(struct import *import, struct slice line, const struct aggregate_event *event,
	struct slice addresses)
{
	struct reporting_digest digest, policy, row;
	const struct reporting_line of = {.digest = slice_make(digest.text, sizeof digest.text - 1),
		.day = event->time - event->time % DAY_SECONDS,
		.policy = slice_make(policy.text, sizeof policy.text - 1)};

	if (of.day < import->pruned) {
		import->old++;
		return ST_OK;
	}
	import->rows++;
	if (reporting_digest(import->crypto, line, &digest) != ST_OK ||
		store_policy(import, &event->policy, addresses, &policy) != ST_OK ||
		reporting_digest(import->crypto, aggregate_row_key(&event->row, &import->arena),
			&row) != ST_OK ||
		(addresses.n > 0 && reporting_store_count(import->store, &of, &event->row,
					    text_of(&row), event->own_report) != ST_OK) ||
		(event->header.n > 0 &&
			reporting_failure_note(import->store, &of, event, text_of(&row)) != ST_OK))
		return ST_TEMP;
	return reporting_store_seen(import->store, &of, &import->kinds[AGGREGATE_ROW]);
}

static enum status
take_line(struct import *import, struct source *source, struct slice line)
{
	struct aggregate_event event;
	enum aggregate_event_kind kind;
	struct slice addresses;

	arena_reset(&import->arena);
	kind = aggregate_event(line, &import->own, &import->arena, &event);
	if (json_lacked_memory())
		return ST_TEMP;
	if (kind == AGGREGATE_ROW) {
		addresses = reporting_addresses(event.policy.rua, &import->arena);
		if ((addresses.n > 0 || event.header.n > 0) && event.time >= 0)
			return count(import, line, &event, addresses);
		kind = AGGREGATE_NO_ADDRESS;
	}
	import->kinds[kind]++;
	if (kind == AGGREGATE_TORN || kind == AGGREGATE_FOREIGN)
		tell_line(source, &import->arena, aggregate_event_text(kind));
	return ST_OK;
}

/* Looks up how much of the file was imported before. */

static enum status
look_up(struct import *import, struct source *source, struct slice first)
{
	struct store_query *query = store_query(
		import->store, "SELECT octets, digest FROM out_log WHERE identity = ?1");
	enum store_step step;

	if (reporting_digest(import->crypto, first, &source->identity) != ST_OK)
		return ST_TEMP;
	store_bind_text(query, 1, text_of(&source->identity));
	step = store_step(query);
	if (step == STORE_ROW && !source->whole) {
		const struct slice digest = store_text(query, 1);

		source->known = store_int(query, 0);
		if (digest.n < sizeof source->before.text)
			memcpy(source->before.text, digest.p, digest.n);
	}
	store_reset(query);
	return step == STORE_FAILED ? ST_TEMP : ST_OK;
}

static enum status
note_progress(struct import *import, const struct source *source)
{
	struct store_query *query = store_query(import->store,
		"INSERT INTO out_log (identity, octets, digest, seen) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (identity) DO UPDATE SET octets = excluded.octets,"
		" digest = excluded.digest, seen = excluded.seen");
	struct reporting_digest digest;

	if (reporting_log_digest(source->log, &digest) != ST_OK)
		return ST_TEMP;
	store_bind_text(query, 1, text_of(&source->identity));
	store_bind_int(query, 2, reporting_log_octets(source->log));
	store_bind_text(query, 3, text_of(&digest));
	store_bind_int(query, 4, import->now);
	return store_run(query);
}

/*
 * Called after each skipped line. After the last one, checks whether the skipped octets are the
 * imported ones. ST_BAD: it is another file with the same first line.
 */
static enum status
check_known(struct source *source)
{
	struct reporting_digest digest;

	if (reporting_log_octets(source->log) < source->known)
		return ST_OK;
	if (reporting_log_digest(source->log, &digest) != ST_OK)
		return ST_TEMP;
	if (reporting_log_octets(source->log) != source->known ||
		strcmp(digest.text, source->before.text) != 0)
		return ST_BAD;
	source->known = 0;
	return ST_OK;
}

/*
 * Imports the lines of one transaction; *more: there may be further ones. ST_BAD: it is another
 * file, see check_known.
 */
static enum status
take_batch(struct import *import, struct source *source, bool *more)
{
	enum fault fault = FAULT_NONE;
	enum status st = ST_OK;
	enum reporting_got got = REPORTING_LINE;
	struct slice line;
	int taken = 0;

	while (st == ST_OK && taken < BATCH_LINES) {
		got = reporting_log_next(source->log, &line, &fault);
		if (got != REPORTING_LINE)
			break;
		if (source->identity.text[0] == '\0')
			st = look_up(import, source, line);
		if (st == ST_OK && source->known > 0) {
			st = check_known(source);
		} else if (st == ST_OK) {
			st = take_line(import, source, line);
			taken++;
		}
	}
	*more = got == REPORTING_LINE;
	if (got == REPORTING_FAULT) {
		log_file(source, &import->arena, fault_text(fault));
		import->failed = true;
	}
	if (st == ST_OK && got == REPORTING_END && source->known > 0)
		return ST_BAD; /* shorter than the imported part: another file, or a part of it */
	return st == ST_OK && taken > 0 ? note_progress(import, source) : st;
}

/* Sets pruned. Needed in each transaction, because `report prune` may run between two of them. */
static enum status
read_pruned(struct import *import)
{
	struct arena *arena = &import->arena;
	struct slice value;
	enum status st = store_key(import->store, "pruned", arena, &value);

	import->pruned = INT64_MIN;
	if (st == ST_OK)
		import->pruned = strtoll(arena_cstr(arena, value), NULL, 10);
	return st == ST_TEMP ? ST_TEMP : ST_OK;
}

static enum status
take_batches(struct import *import, struct source *source)
{
	bool more = true;
	enum status st = ST_OK;

	while (st == ST_OK && more) {
		struct import before =
			*import; /* to be restored if the transaction is rolled back */

		memset(import->policies, 0, sizeof import->policies);
		st = store_begin(import->store);
		if (st == ST_OK)
			st = read_pruned(import);
		if (st == ST_OK)
			st = take_batch(import, source, &more);
		if (st == ST_OK)
			st = store_commit(import->store);
		else
			store_rollback(import->store);
		if (st != ST_OK) {
			before.arena = import->arena;
			before.failed = import->failed;
			*import = before;
		}
	}
	if (source->told > TOLD_MAX)
		fprintf(stderr, _("mailstamp: %s: %zu more such lines\n"),
			printable(slice_str(source->path), SHOWN, &import->arena),
			source->told - TOLD_MAX);
	return st;
}

static enum status
take_file(struct import *import, const char *path)
{
	enum status st = ST_BAD;

	/* skips the part that was imported before; if that part is different, imports everything */
	for (int whole = 0; st == ST_BAD && whole < 2; whole++) {
		struct source source = {.path = path, .whole = whole == 1};
		enum fault fault;

		source.log = reporting_log_open(path, import->crypto, &fault);
		if (source.log == NULL) {
			log_file(&source, &import->arena, fault_text(fault));
			import->failed = true;
			return ST_OK;
		}
		st = take_batches(import, &source);
		reporting_log_close(source.log);
	}
	return st;
}

/* the command */

static void
tell_count(int64_t n, const char *text)
{
	if (n > 0)
		printf("%lld %s\n", (long long)n, text);
}

static void
tell_summary(const struct import *import)
{
	printf("%lld %s\n", (long long)import->kinds[AGGREGATE_ROW], _("messages counted"));
	tell_count(import->rows - import->kinds[AGGREGATE_ROW], _("counted before"));
	tell_count(import->old, _("not counted: older than what the store keeps"));
	for (int i = AGGREGATE_ROW + 1; i < AGGREGATE_KINDS; i++)
		if (import->kinds[i] > 0)
			printf(_("%lld not counted: %s\n"), (long long)import->kinds[i],
				translated(aggregate_event_text((enum aggregate_event_kind)i)));
}

static void
own_addresses(struct import *import, struct arena *arena)
{
	const struct options *options = import->options;
	const char *more[] = {options->report_from, options->bounce_address};
	const char **list = arena_array(arena, options->own_addresses.n + 2, sizeof *list);
	size_t n = 0;

	for (size_t i = 0; i < options->own_addresses.n; i++)
		list[n++] = options->own_addresses.v[i];
	for (size_t i = 0; i < 2; i++)
		if (more[i] != NULL)
			list[n++] = more[i];
	import->own = (struct strings){list, n};
}

static int
import_all(struct import *import, struct arena *arena)
{
	const struct strings *paths = &import->options->paths;
	enum status st = ST_OK;

	own_addresses(import, arena);
	for (size_t i = 0; st == ST_OK && i < paths->n; i++)
		st = take_file(import, paths->v[i]);
	if (st != ST_OK) {
		const struct error error = reporting_why(import->store, REPORTING_E_NO_MEMORY);

		error_print(&error, arena);
	}
	tell_summary(import);
	return st == ST_OK && !import->failed ? 0 : EXIT_TEMPFAIL;
}

int
reporting_import_main(const struct options *options, struct arena *arena)
{
	struct import import = {
		.options = options,
		.now = options_now(options),
		.crypto = crypto_new(),
	};
	int status = EXIT_TEMPFAIL;

	arena_init(&import.arena, arena->oom, arena->oom_arg);
	const struct error error = reporting_error(REPORTING_E_NO_MEMORY);

	if (import.crypto == NULL)
		error_print(&error, arena);
	else
		status = store_open_command(options->store, STORE_WRITE, arena, &import.store);
	if (status == 0)
		status = import_all(&import, arena);
	store_close(import.store);
	crypto_free(import.crypto);
	arena_clear(&import.arena);
	return status;
}

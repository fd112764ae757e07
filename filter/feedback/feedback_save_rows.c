/* feedback_save_rows.c: saves the rows of an aggregate report in the store. */
#include "filter/feedback/feedback_check.h"
#include "filter/feedback/feedback_save_parts.h"
#include "mime/buf.h"

enum { RESULTS_MAX = 2 * 1024 * 1024 };

/* The state while the rows of a report are saved. */
struct saving {
	struct feedback_saver *saver;
	const struct feedback_report *report;
	struct arena rows;
	int64_t id, n;
};

static enum status
save_results(struct feedback_saver *saver, int64_t auth, const struct feedback_row *row)
{
	struct store_query *query = store_query(saver->store,
		"INSERT INTO in_result (auth, n, method, domain, selector, scope, result, human) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < row->nresults; i++) {
		const struct feedback_result *result = &row->results[i];

		store_bind_int(query, 1, auth);
		store_bind_int(query, 2, (int64_t)i);
		store_bind_text(query, 3, result->spf ? SLICE("spf") : SLICE("dkim"));
		feedback_bind_some(query, 4, result->domain);
		feedback_bind_some(query, 5, result->selector);
		feedback_bind_some(query, 6, result->scope);
		feedback_bind_some(query, 7, result->result);
		feedback_bind_some(query, 8, result->human);
		st = store_run_later(query);
	}
	return st;
}

/* Stores a list of results once; returns its id, or -1. */
static int64_t
auth_of(struct feedback_saver *saver, const struct feedback_row *row, struct arena *arena)
{
	struct store_query *query;
	char digest[DIGEST_TEXT];
	struct known *known;
	struct buf all;
	int64_t id;

	buf_init(&all, arena, RESULTS_MAX);
	for (size_t i = 0; i < row->nresults; i++) {
		const struct feedback_result *result = &row->results[i];
		const struct slice values[] = {result->domain, result->selector, result->scope,
			result->result, result->human};

		buf_addc(&all, result->spf ? 's' : 'd');
		for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
			buf_addf(&all, "%zu:", values[v].n);
			buf_add(&all, values[v]);
		}
	}
	if (all.over || !feedback_digest(saver, buf_slice(&all), digest))
		return -1;
	known = &saver->known[slice_hash(slice_str(digest)) % KNOWN];
	if (strcmp(known->digest, digest) == 0)
		return known->id;
	query = store_query(saver->store, "SELECT id FROM in_auth WHERE digest = ?1");
	store_bind_text(query, 1, slice_str(digest));
	id = feedback_returned(query);
	if (id < 0) {
		query = store_query(
			saver->store, "INSERT INTO in_auth (digest) VALUES (?1) RETURNING id");
		store_bind_text(query, 1, slice_str(digest));
		id = feedback_returned(query);
		if (id < 0 || save_results(saver, id, row) != ST_OK)
			return -1;
	}
	memcpy(known->digest, digest, sizeof known->digest);
	known->id = id;
	return id;
}

/* The reasons of a row as text, each as "TYPE TAB COMMENT LF". */
static struct slice
reasons_of(const struct feedback_row *row, struct arena *arena)
{
	struct buf all;

	buf_init(&all, arena, (size_t)2 * FEEDBACK_REASONS * (FEEDBACK_VALUE + 2));
	for (size_t i = 0; i < row->nreasons; i++) {
		buf_add(&all, row->reasons[i].type);
		buf_addc(&all, '\t');
		for (size_t c = 0; c < row->reasons[i].comment.n; c++)
			buf_addc(&all, slice_is_blank(row->reasons[i].comment.p[c])
					       ? ' '
					       : row->reasons[i].comment.p[c]);
		buf_addc(&all, '\n');
	}
	return buf_slice(&all);
}

static enum status
save_row(void *arg, const struct feedback_row *row)
{
	struct saving *saving = arg;
	struct feedback_saver *saver = saving->saver;
	struct store_query *query;
	int64_t auth;

	arena_reset(&saving->rows);
	auth = auth_of(saver, row, &saving->rows);
	if (auth < 0)
		return ST_TEMP;
	query = store_query(saver->store,
		"INSERT INTO in_row (report, n, source, messages, disposition, dkim, spf, "
		"header_from, envelope_from, envelope_to, auth, reasons, marks) VALUES (?1, ?2, "
		"?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
	store_bind_int(query, 1, saving->id);
	store_bind_int(query, 2, saving->n++);
	store_bind_text(query, 3, row->source);
	store_bind_int(query, 4, row->messages);
	store_bind_text(query, 5, row->disposition);
	store_bind_text(query, 6, row->dkim);
	store_bind_text(query, 7, row->spf);
	store_bind_text(query, 8, row->header_from);
	feedback_bind_some(query, 9, row->envelope_from);
	feedback_bind_some(query, 10, row->envelope_to);
	store_bind_int(query, 11, auth);
	feedback_bind_some(query, 12, reasons_of(row, &saving->rows));
	store_bind_int(query, 13, feedback_marks(saving->report, row));
	return store_run_later(query);
}

enum status
feedback_save_rows(struct feedback_saver *saver, int64_t id, const struct feedback_report *report,
	struct slice octets, struct arena *arena)
{
	struct saving saving = {.saver = saver, .report = report, .id = id};
	struct feedback_report again;
	enum status st;

	arena_init(&saving.rows, arena->oom, arena->oom_arg);
	st = feedback_aggregate_parse(octets, arena, &again, save_row, &saving);
	arena_clear(&saving.rows);
	return st;
}

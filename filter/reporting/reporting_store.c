#include "filter/reporting/reporting_store.h"

#include <sys/random.h>

#include "filter/reporting/reporting_verp.h"

enum status
reporting_store_policy(struct store *store, const struct aggregate_policy *policy,
	struct slice digest, struct slice addresses)
{
	const struct slice texts[] = {digest, policy->domain, policy->text, policy->rua,
		policy->ruf, policy->fo, policy->error, addresses};
	const int numbers[] = {(int)policy->p, (int)policy->sp, (int)policy->np,
		policy->adkim_strict, policy->aspf_strict, policy->testing, policy->psd,
		(int)policy->mode};
	enum { TEXTS = sizeof texts / sizeof *texts, NUMBERS = sizeof numbers / sizeof *numbers };
	struct store_query *query = store_query(store,
		"INSERT INTO out_policy (digest, domain, record, rua, ruf, fo, error, addresses,"
		" p, sp, np, adkim, aspf, testing, psd, mode) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
		" ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT (digest) DO NOTHING");

	for (int i = 0; i < TEXTS; i++)
		store_bind_text(query, i + 1, texts[i]);
	for (int i = 0; i < NUMBERS; i++)
		store_bind_int(query, TEXTS + i + 1, numbers[i]);
	return store_run_later(query);
}

enum status
reporting_store_policy_get(struct store *store, int64_t id, struct arena *arena,
	struct aggregate_policy *policy, struct slice *addresses)
{
	struct store_query *query = store_query(store,
		"SELECT domain, record, rua, ruf, fo, error, addresses, p, sp, np, adkim, aspf,"
		" testing, psd, mode FROM out_policy WHERE id = ?1");
	enum store_step step;

	store_bind_int(query, 1, id);
	step = store_step(query);
	if (step == STORE_ROW) {
		*policy = (struct aggregate_policy){
			.domain = arena_dup(arena, store_text(query, 0)),
			.text = arena_dup(arena, store_text(query, 1)),
			.rua = arena_dup(arena, store_text(query, 2)),
			.ruf = arena_dup(arena, store_text(query, 3)),
			.fo = arena_dup(arena, store_text(query, 4)),
			.error = arena_dup(arena, store_text(query, 5)),
			.p = (enum dmarc_policy)store_int(query, 7),
			.sp = (enum dmarc_policy)store_int(query, 8),
			.np = (enum dmarc_policy)store_int(query, 9),
			.adkim_strict = store_int(query, 10) != 0,
			.aspf_strict = store_int(query, 11) != 0,
			.testing = store_int(query, 12) != 0,
			.psd = store_int(query, 13) != 0,
			.mode = (enum dmarc_mode)store_int(query, 14),
		};
		*addresses = arena_dup(arena, store_text(query, 6));
	}
	store_reset(query);
	if (step == STORE_FAILED)
		return ST_TEMP;
	return step == STORE_ROW ? ST_OK : ST_BAD;
}

enum status
reporting_store_count(struct store *store, const struct reporting_line *line,
	const struct aggregate_row *row, struct slice digest, bool report)
{
	struct store_query *query = store_query(store,
		"INSERT INTO out_row (day, policy, report, digest, source, disposition, dkim, spf,"
		" reasons, header_from, envelope_from, envelope_to, results, messages, reports)"
		" SELECT ?1, p.id, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 1, ?13"
		" FROM out_policy p WHERE p.digest = ?2"
		" AND NOT EXISTS (SELECT 1 FROM out_seen WHERE digest = ?14)"
		" ON CONFLICT (day, policy, report, digest) DO UPDATE SET"
		" messages = out_row.messages + 1, reports = out_row.reports + excluded.reports");

	store_bind_int(query, 1, line->day);
	store_bind_text(query, 2, line->policy);
	store_bind_text(query, 3, digest);
	store_bind_text(query, 4, row->source_ip);
	store_bind_text(query, 5, slice_str(row->disposition));
	store_bind_int(query, 6, row->dkim);
	store_bind_int(query, 7, row->spf);
	store_bind_text(query, 8, row->reasons);
	store_bind_text(query, 9, row->header_from);
	if (row->has_path)
		store_bind_text(query, 10, row->envelope_from);
	else
		store_bind_null(query, 10);
	store_bind_text(query, 11, row->envelope_to);
	store_bind_text(query, 12, row->results);
	store_bind_int(query, 13, report);
	store_bind_text(query, 14, line->digest);
	return store_run_later(query);
}

enum status
reporting_store_seen(struct store *store, const struct reporting_line *line, int64_t *fresh)
{
	struct store_query *query =
		store_query(store, "INSERT INTO out_seen (digest, day) VALUES (?1, ?2) "
				   "ON CONFLICT (digest) DO NOTHING");

	store_bind_text(query, 1, line->digest);
	store_bind_int(query, 2, line->day);
	return store_run_counted(query, fresh);
}

struct store_query *
reporting_store_rows(struct store *store, int64_t day, int64_t policy)
{
	struct store_query *query = store_query(store,
		"SELECT digest, source, disposition, dkim, spf, reasons, header_from,"
		" envelope_from, envelope_to, results, messages FROM out_row"
		" WHERE day = ?1 AND policy = ?2 AND report = 0 ORDER BY digest");

	store_bind_int(query, 1, day);
	store_bind_int(query, 2, policy);
	return query;
}

/* The word of RFC 9990 3.1.1.11 as a literal. */
static const char *
disposition_word(struct slice text)
{
	static const char *const words[] = {"none", "pass", "quarantine", "reject"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_eq(text, slice_str(words[i])))
			return words[i];
	return words[0];
}

void
reporting_store_row(const struct store_query *rows, struct aggregate_row *row, struct slice *digest,
	int64_t *messages)
{
	*row = (struct aggregate_row){
		.source_ip = store_text(rows, 1),
		.disposition = disposition_word(store_text(rows, 2)),
		.dkim = store_int(rows, 3) != 0,
		.spf = store_int(rows, 4) != 0,
		.reasons = store_text(rows, 5),
		.header_from = store_text(rows, 6),
		.has_path = !store_is_null(rows, 7),
		.envelope_to = store_text(rows, 8),
		.results = store_text(rows, 9),
	};
	if (row->has_path)
		row->envelope_from = store_text(rows, 7);
	*digest = store_text(rows, 0);
	*messages = store_int(rows, 10);
}

enum status
reporting_store_secret(struct store *store, struct arena *arena, struct slice *secret)
{
	unsigned char fresh[REPORTING_KEY];
	struct store_query *query;
	enum status st = store_key(store, "bounce", arena, secret);

	if (st != ST_BAD)
		return st == ST_OK && secret->n != REPORTING_KEY ? ST_TEMP : st;
	if (getrandom(fresh, sizeof fresh, 0) != (ssize_t)sizeof fresh)
		return ST_TEMP;
	/* another process may have created it first */
	query = store_query(store, "INSERT INTO out_key (name, value) VALUES ('bounce', ?1)"
				   " ON CONFLICT (name) DO NOTHING");
	store_bind_blob(query, 1, slice_make((const char *)fresh, sizeof fresh));
	st = store_run(query);
	return st == ST_OK ? store_key(store, "bounce", arena, secret) : st;
}

#include "filter/store/store_prune.h"

#include <inttypes.h>
#include <stdlib.h>

#include "filter/io/clock.h"
#include "filter/store/store.h"
#include "mime/buf.h"

/* In this order, because rows that others refer to come last. ?1: the first second that is kept. */
static const char *const old_in[] = {
	"DELETE FROM in_row WHERE report IN (SELECT id FROM in_report WHERE received < ?1)",
	"DELETE FROM in_warning WHERE report IN (SELECT id FROM in_report WHERE received < ?1)",
	"DELETE FROM in_tls WHERE report IN (SELECT id FROM in_report WHERE received < ?1)",
	"DELETE FROM in_tls_failure WHERE report IN (SELECT id FROM in_report WHERE received < ?1)",
	"DELETE FROM in_failure WHERE report IN (SELECT id FROM in_report WHERE received < ?1)",
	"DELETE FROM in_report WHERE received < ?1",
	"DELETE FROM in_aside WHERE received < ?1",
};
/*
 * Then rows that nothing refers to any more. With NOT IN and a list that is larger than its memory,
 * PostgreSQL would compare every row with every other row.
 */
static const char *const unused_in[] = {
	"DELETE FROM in_auth WHERE id IN (SELECT id FROM in_auth EXCEPT SELECT auth FROM in_row)",
	("DELETE FROM in_result WHERE auth IN (SELECT auth FROM in_result EXCEPT "
	 "SELECT id FROM in_auth)"),
	("DELETE FROM in_sender WHERE id IN (SELECT id FROM in_sender EXCEPT "
	 "SELECT sender FROM in_report EXCEPT SELECT sender FROM in_aside)"),
};

static const char *const old_out[] = {
	("DELETE FROM out_mail WHERE state <> 0 AND report IN"
	 " (SELECT id FROM out_report WHERE day < ?1)"),
	"DELETE FROM out_mail WHERE -report IN (SELECT id FROM out_failure WHERE day < ?1)",
	("DELETE FROM out_report WHERE day < ?1 AND id IN"
	 " (SELECT id FROM out_report EXCEPT SELECT report FROM out_mail)"),
	/* keeps the rows of days that were not reported yet */
	("DELETE FROM out_row WHERE day < ?1 AND report <> 0 AND report IN"
	 " (SELECT report FROM out_row EXCEPT SELECT id FROM out_report)"),
	"DELETE FROM out_failure WHERE day < ?1",
	"DELETE FROM out_seen WHERE day < ?1",
	"DELETE FROM out_log WHERE seen < ?1",
	"DELETE FROM out_suppressed WHERE until < ?1",
	"DELETE FROM out_consent WHERE until < ?1",
};
static const char *const unused_out[] = {
	("DELETE FROM out_policy WHERE id IN (SELECT id FROM out_policy"
	 " EXCEPT SELECT policy FROM out_row EXCEPT SELECT policy FROM out_report"
	 " EXCEPT SELECT policy FROM out_failure)"),
};

static enum status
run_all(struct store *store, const char *const *statements, size_t n, const int64_t *before)
{
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < n; i++) {
		struct store_query *query = store_query(store, statements[i]);

		if (before != NULL)
			store_bind_int(query, 1, *before);
		st = store_run(query);
	}
	return st;
}

/*
 * Stores the day before which log lines are no longer counted, because it is no longer known
 * whether they were. A stored day after tomorrow is from a time when the clock was wrong, and would
 * end all counting: it becomes tomorrow, so that nothing is counted twice. If it is our clock that
 * is wrong, by months, old logs that are imported again may count twice.
 */
static enum status
note_day(struct store *store, int64_t day, int64_t now, struct arena *arena)
{
	const int64_t tomorrow = now - now % DAY_SECONDS + DAY_SECONDS;
	struct slice value;
	struct buf text;
	enum status st = store_key(store, "pruned", arena, &value);

	if (st == ST_OK) {
		const int64_t stored = strtoll(arena_cstr(arena, value), NULL, 10);

		if (stored >= day && stored <= tomorrow)
			return ST_OK;
		day = stored > tomorrow ? tomorrow : day;
	} else if (st == ST_TEMP) {
		return ST_TEMP;
	}
	buf_init(&text, arena, 24);
	buf_addf(&text, "%" PRId64, day);
	return store_key_set(store, "pruned", buf_slice(&text));
}

static enum status
prune_in(struct store *store, int64_t before)
{
	enum status st = run_all(store, old_in, sizeof old_in / sizeof *old_in, &before);

	if (st != ST_OK)
		return st;
	return run_all(store, unused_in, sizeof unused_in / sizeof *unused_in, NULL);
}

/* Rounds to a day: the reports of a day are kept or removed together. */
static enum status
prune_out(struct store *store, int64_t before, int64_t now, struct arena *arena)
{
	const int64_t day = before - before % DAY_SECONDS;
	enum status st;

	if (day <= 0)
		return ST_OK;
	st = run_all(store, old_out, sizeof old_out / sizeof *old_out, &day);
	if (st == ST_OK)
		st = run_all(store, unused_out, sizeof unused_out / sizeof *unused_out, NULL);
	return st == ST_OK ? note_day(store, day, now, arena) : st;
}

static enum status
prune(struct store *store, int64_t days, int64_t now, struct arena *arena)
{
	const int64_t before = now - days * DAY_SECONDS;
	enum status st = store_begin(store);

	if (st == ST_OK)
		st = prune_in(store, before);
	if (st == ST_OK)
		st = prune_out(store, before, now, arena);
	if (st == ST_OK)
		st = store_commit(store);
	store_rollback(store);
	return st;
}

int
store_prune_main(const struct options *options, struct arena *arena)
{
	struct store *store;
	int status = store_open_command(options->store, STORE_WRITE, arena, &store);

	if (status != 0)
		return status;
	if (prune(store, options->days, options_now(options), arena) != ST_OK)
		status = store_failed(store);
	store_close(store);
	return status;
}

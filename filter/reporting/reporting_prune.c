/* reporting_prune.c: removes old data; reports that still have to be sent are kept. */
#include <inttypes.h>
#include <stdio.h>

#include "filter/aggregate/aggregate_name.h"
#include "filter/reporting/reporting.h"
#include "filter/reporting/reporting_store.h"
#include "filter/settings/profile.h"
#include "filter/text/i18n.h"

/* In this order: rows that others refer to come last. ?1: the first second that is kept. */
static const char *const statements[] = {
	"DELETE FROM out_mail WHERE state <> 0 AND report IN"
	" (SELECT id FROM out_report WHERE day < ?1)",
	"DELETE FROM out_report WHERE day < ?1 AND id NOT IN (SELECT report FROM out_mail)",
	/* nothing of a day that has not been reported yet */
	"DELETE FROM out_row WHERE day < ?1 AND report <> 0 AND report NOT IN"
	" (SELECT id FROM out_report)",
	"DELETE FROM out_failure WHERE day < ?1",
	"DELETE FROM out_seen WHERE day < ?1",
	"DELETE FROM out_log WHERE seen < ?1",
	"DELETE FROM out_suppressed WHERE until < ?1",
	"DELETE FROM out_consent WHERE until < ?1",
	"DELETE FROM out_policy WHERE id NOT IN (SELECT policy FROM out_row)"
	" AND id NOT IN (SELECT policy FROM out_report)"
	" AND id NOT IN (SELECT policy FROM out_failure)",
};

/* Lines of days before it are no longer counted: whether they were counted before is unknown. */
static enum status
note_day(struct store *store, int64_t day, struct arena *arena)
{
	struct slice value;
	struct buf text;
	enum status st = reporting_store_key(store, "pruned", arena, &value);

	if (st == ST_TEMP)
		return ST_TEMP;
	buf_init(&text, arena, 24);
	buf_addf(&text, "%" PRId64, day);
	/* texts with equally many digits: an older day is smaller */
	if (st == ST_OK &&
		(value.n > text.n || (value.n == text.n && memcmp(value.p, text.p, text.n) >= 0)))
		return ST_OK;
	return reporting_store_key_set(store, "pruned", buf_slice(&text));
}

static enum status
prune(struct store *store, int64_t day, struct arena *arena)
{
	enum status st = store_begin(store);

	if (st != ST_OK)
		return st;
	for (size_t i = 0; st == ST_OK && i < sizeof statements / sizeof *statements; i++) {
		struct store_query *query = store_query(store, statements[i]);

		if (i + 1 < sizeof statements / sizeof *statements)
			store_bind_int(query, 1, day);
		st = store_run(query);
	}
	if (st == ST_OK)
		st = note_day(store, day, arena);
	if (st == ST_OK)
		return store_commit(store);
	store_rollback(store);
	return st;
}

int
reporting_prune_main(const struct options *options, struct arena *arena)
{
	const int64_t now = reporting_now(options),
		      day = now - now % AGGREGATE_DAY - options->days * AGGREGATE_DAY;
	struct store *store;
	const char *error;
	enum status st = store_open(options->store, STORE_WRITE, arena, &store, &error);

	if (st == ST_OK) {
		st = day > 0 ? prune(store, day, arena) : ST_OK;
		error = store_error(store);
	}
	if (st != ST_OK)
		fprintf(stderr, "mailstamp: %s\n", error);
	store_close(store);
	if (st == ST_OK)
		return 0;
	return st == ST_BAD ? EXIT_CONFIG_ERROR : EXIT_TEMPFAIL;
}

#include <stdio.h>
#include <time.h>

#include "filter/feedback/feedback.h"
#include "filter/settings/profile.h"
#include "filter/store/store.h"

enum { DAY = 86400 };

/* what is of a report, and what only such rows named */
static const char *const statements[] = {
	"DELETE FROM in_row WHERE report IN (SELECT id FROM in_report WHERE received < ?1)",
	"DELETE FROM in_warning WHERE report IN (SELECT id FROM in_report WHERE received < ?1)",
	"DELETE FROM in_tls WHERE report IN (SELECT id FROM in_report WHERE received < ?1)",
	"DELETE FROM in_tls_failure WHERE report IN (SELECT id FROM in_report WHERE received < ?1)",
	"DELETE FROM in_failure WHERE report IN (SELECT id FROM in_report WHERE received < ?1)",
	"DELETE FROM in_report WHERE received < ?1",
	"DELETE FROM in_aside WHERE received < ?1",
};
static const char *const orphans[] = {
	"DELETE FROM in_auth WHERE id NOT IN (SELECT auth FROM in_row)",
	"DELETE FROM in_result WHERE auth NOT IN (SELECT id FROM in_auth)",
	("DELETE FROM in_sender WHERE id NOT IN (SELECT sender FROM in_report UNION "
	 "SELECT sender FROM in_aside)"),
};

static enum status
prune(struct store *store, int64_t before)
{
	enum status st = store_begin(store);

	for (size_t i = 0; st == ST_OK && i < sizeof statements / sizeof *statements; i++) {
		struct store_query *query = store_query(store, statements[i]);

		store_bind_int(query, 1, before);
		st = store_run(query);
	}
	for (size_t i = 0; st == ST_OK && i < sizeof orphans / sizeof *orphans; i++)
		st = store_execute(store, orphans[i]);
	if (st == ST_OK)
		st = store_commit(store);
	store_rollback(store);
	return st;
}

int
feedback_prune_main(const struct options *options, struct arena *arena)
{
	const int64_t now = options->has_now ? options->now : (int64_t)time(NULL);
	struct store *store;
	const char *error;
	enum status st = store_open(options->store, STORE_WRITE, arena, &store, &error);

	if (st != ST_OK) {
		fprintf(stderr, "mailstamp: %s\n", error);
		return st == ST_BAD ? EXIT_CONFIG_ERROR : EXIT_TEMPFAIL;
	}
	st = prune(store, now - options->days * DAY);
	if (st != ST_OK)
		fprintf(stderr, "mailstamp: %s\n", store_error(store));
	store_close(store);
	return st == ST_OK ? 0 : EXIT_TEMPFAIL;
}

/*
 * reporting_store.h: the store's operations for reports to others (filter/store/schema_out.c).
 * Every ST_TEMP is a failure of the store, described by store_last_error.
 */
#ifndef FILTER_REPORTING_REPORTING_STORE_H
#define FILTER_REPORTING_REPORTING_STORE_H

#include "filter/aggregate/aggregate_row.h"
#include "filter/io/clock.h"
#include "filter/store/store.h"

/* The state of the mail to one address. */
enum reporting_state {
	REPORTING_QUEUED,
	REPORTING_SENT,
	REPORTING_REFUSED,    /* RFC 9990 4: the other domain does not accept reports */
	REPORTING_SUPPRESSED, /* mail to the address bounced recently */
	REPORTING_FAILED,     /* sendmail reported that there is no such address */
	REPORTING_EXPIRED,    /* it could not be sent in time */
	REPORTING_BOUNCED,
	REPORTING_TRIED /* a failure report that has not been accepted yet */
};

enum {
	REPORTING_SILENT = 7 * DAY_SECONDS, /* seconds without reports after the first bounce, */
	REPORTING_SILENT_DOUBLED = 4, /* how often it is doubled: once for each further bounce */
	REPORTING_SILENT_MOST = REPORTING_SILENT << REPORTING_SILENT_DOUBLED,
};

/*
 * The latest time that a host may have stored for what is due within so many seconds: hosts' clocks
 * differ by less than a day. A later one was written when a clock was wrong, and does not count.
 */
static inline int64_t
reporting_latest(int64_t now, int64_t seconds)
{
	return now + seconds + DAY_SECONDS;
}

enum {
	REPORTING_OPEN = 0,    /* out_row.report: not yet in a report */
	REPORTING_NOWHERE = -1 /* in no report, and never will be */
};

/*
 * A line of a log. Everything about it is stored only once: each statement does nothing for a line
 * that was counted before, so that no round trip is needed between them.
 */
struct reporting_line {
	struct slice digest; /* of its octets */
	int64_t day;         /* its first second */
	struct slice policy; /* the digest of its policy, stored before in this transaction */
};

/* Stores a policy if it is new; addresses as from reporting_addresses. */
enum status reporting_store_policy(struct store *store, const struct aggregate_policy *policy,
	struct slice digest, struct slice addresses);

/* The policy with that number, in the arena; ST_BAD if there is none. */
enum status reporting_store_policy_get(struct store *store, int64_t id, struct arena *arena,
	struct aggregate_policy *policy, struct slice *addresses);

/*
 * Counts the line's message in the row of its day that has the same values as row. digest: of these
 * values. report: the message is itself a report.
 */
enum status reporting_store_count(struct store *store, const struct reporting_line *line,
	const struct aggregate_row *row, struct slice digest, bool report);

/*
 * Records that the line was counted; must be called after everything else about the line has been
 * stored. *fresh grows by one if the line is new, as in store_run_counted.
 */
enum status reporting_store_seen(
	struct store *store, const struct reporting_line *line, int64_t *fresh);

/* The rows of a day and policy that are not in a report yet, in the order of their digests. */
struct store_query *reporting_store_rows(struct store *store, int64_t day, int64_t policy);

/* The current row; slices are valid until the next step. */
void reporting_store_row(const struct store_query *rows, struct aggregate_row *row,
	struct slice *digest, int64_t *messages);

/* The secret of bounce addresses, REPORTING_KEY octets in the arena; created if missing. */
enum status reporting_store_secret(struct store *store, struct arena *arena, struct slice *secret);

#endif

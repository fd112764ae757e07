/*
 * reporting_store.h: the store's operations for reports to others (filter/store/schema_out.c).
 * Every ST_TEMP is a failure of the store, described by store_last_error.
 */
#ifndef FILTER_REPORTING_REPORTING_STORE_H
#define FILTER_REPORTING_REPORTING_STORE_H

#include "filter/aggregate/aggregate_row.h"
#include "filter/store/store.h"

/* The outcome of the mail to one address. */
enum reporting_state {
	REPORTING_QUEUED,
	REPORTING_SENT,
	REPORTING_REFUSED, /* another domain's address, which does not accept reports (RFC 9990 4)
			    */
	REPORTING_SUPPRESSED, /* mail to it bounced not long ago */
	REPORTING_FAILED,     /* sendmail says that there is no such address */
	REPORTING_EXPIRED,    /* it could not be sent for too long */
	REPORTING_BOUNCED,
	REPORTING_TRIED /* a failure report that has not been accepted yet */
};

enum {
	REPORTING_OPEN = 0,    /* out_row.report: not yet in a report */
	REPORTING_NOWHERE = -1 /* of none, for good */
};

/* Records that a line was counted; *fresh: for the first time. day: its first second. */
enum status reporting_store_seen(
	struct store *store, struct slice digest, int64_t day, bool *fresh);

/* The number of a policy, which is stored if it is new; addresses as from reporting_addresses. */
enum status reporting_store_policy(struct store *store, const struct aggregate_policy *policy,
	struct slice digest, struct slice addresses, int64_t *id);

/* The policy of a number, in the arena; ST_BAD where there is none. */
enum status reporting_store_policy_get(struct store *store, int64_t id, struct arena *arena,
	struct aggregate_policy *policy, struct slice *addresses);

/* Adds a message to a day's row. report: it is a report itself. */
enum status reporting_store_count(struct store *store, int64_t day, int64_t policy,
	const struct aggregate_row *row, struct slice digest, bool report);

/* The rows of a day and policy that are not in a report yet, in the order of their digests. */
struct store_query *reporting_store_rows(struct store *store, int64_t day, int64_t policy);

/* The current row; slices are valid until the next step. */
void reporting_store_row(const struct store_query *rows, struct aggregate_row *row,
	struct slice *digest, int64_t *messages);

/* The secret of bounce addresses, REPORTING_KEY octets in the arena; created if missing. */
enum status reporting_store_secret(struct store *store, struct arena *arena, struct slice *secret);

#endif

/*
 * reporting_failure.h: failure reports (RFC 9991, RFC 6591): one for all messages of a day that
 * differ only in their headers; it contains the number of these messages.
 */
#ifndef FILTER_REPORTING_REPORTING_FAILURE_H
#define FILTER_REPORTING_REPORTING_FAILURE_H

#include "filter/aggregate/aggregate_event.h"
#include "filter/reporting/reporting_letter.h"
#include "filter/reporting/reporting_store.h"

/*
 * Stores the message of a log line for a failure report; event has its header. digest: the digest
 * of its row.
 */
enum status reporting_failure_note(struct store *store, const struct reporting_line *line,
	const struct aggregate_event *event, struct slice digest);

/*
 * The fields of a feedback report (RFC 6591 3.1, RFC 9991 3) except Incidents, with LF line ends.
 */
struct slice reporting_failure_fields(const struct aggregate_event *event, struct arena *arena);

struct reporting_failures {
	int64_t sent, refused, suppressed, waiting;
};

/*
 * Sends the failure reports that are due, at most --failure-reports about each domain and day;
 * further ones are never sent. ST_TEMP: the store failed, or memory ran out.
 */
enum status reporting_failure_send(struct reporting_post *post, struct reporting_failures *counts);

#endif

/*
 * reporting_failure.h: failure reports (RFC 9991, RFC 6591): one for messages of a day that have
 * all but their header in common, with how many there were.
 */
#ifndef FILTER_REPORTING_REPORTING_FAILURE_H
#define FILTER_REPORTING_REPORTING_FAILURE_H

#include "filter/aggregate/aggregate_event.h"
#include "filter/reporting/reporting_letter.h"

/* Notes a message whose event has a header. digest: of its row. */
enum status reporting_failure_note(struct store *store, int64_t day, int64_t policy,
	const struct aggregate_event *event, struct slice digest);

/* The feedback report (RFC 6591 3.1, RFC 9991 3) but for Incidents, of lines that end in LF. */
struct slice reporting_failure_fields(const struct aggregate_event *event, struct arena *arena);

struct reporting_failures {
	int64_t sent, refused, suppressed, waiting;
};

/*
 * Sends those that are due, at most --failure-reports about each domain and day: what is over that
 * is never sent. ST_TEMP: the store, or memory.
 */
enum status reporting_failure_send(struct reporting_post *post, struct reporting_failures *counts);

#endif

/*
 * aggregate_event.h: converts a line of the filter's JSON log (docs/schema.json) to a row of a
 * report.
 */
#ifndef FILTER_AGGREGATE_AGGREGATE_EVENT_H
#define FILTER_AGGREGATE_AGGREGATE_EVENT_H

#include "filter/aggregate/aggregate_row.h"
#include "filter/settings/settings.h"

enum aggregate_event_kind {
	AGGREGATE_ROW,
	/* lines that are not counted, by reason */
	AGGREGATE_TORN,       /* not a JSON object, or without the members that every line has */
	AGGREGATE_FOREIGN,    /* written by another program, by a newer version, or by batch */
	AGGREGATE_DEFERRED,   /* temporary failure: the message will be sent again */
	AGGREGATE_EXEMPT,     /* from a trusted client or user */
	AGGREGATE_UNJUDGED,   /* not evaluated: over the size limit, ambiguous, no envelope */
	AGGREGATE_NO_POLICY,  /* the DMARC record is missing, unusable or unknown */
	AGGREGATE_NO_ADDRESS, /* the record requests no reports */
	AGGREGATE_NO_CLIENT,  /* the client address is unknown */
	AGGREGATE_OWN,        /* sent to an address that receives reports or their bounces */
	AGGREGATE_KINDS
};

struct aggregate_event {
	int64_t time;
	struct slice id;     /* unique identifier of the line; empty in older versions */
	bool own_report;     /* the message is itself a report and passed DMARC: reporting only such
				mail would cause loops */
	bool failed;         /* DMARC failed */
	struct slice header; /* for failure reports, or empty */
	/*
	 * for failure reports: our authserv-id, the aligned signature that failed, and the SPF
	 * record if SPF is aligned and failed (RFC 9991 3)
	 */
	struct slice authserv_id, dkim_domain, dkim_identity, dkim_selector, spf_dns;
	struct aggregate_policy policy;
	struct aggregate_row row;
};

/*
 * Parses a line, without its line end, into *event, in the arena. Everything is set only for
 * AGGREGATE_ROW; time and id are set for all kinds but AGGREGATE_TORN and AGGREGATE_FOREIGN. own:
 * mail to these addresses is not reported. json_start must have been called.
 */
enum aggregate_event_kind aggregate_event(struct slice line, const struct strings *own,
	struct arena *arena, struct aggregate_event *event);

/* Returns why lines were not counted, for people: "the domain requests no reports" */
const char *aggregate_event_text(enum aggregate_event_kind kind);

#endif

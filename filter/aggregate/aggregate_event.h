/*
 * aggregate_event.h: a line of the filter's JSON log (docs/schema.json) as a row of a report.
 */
#ifndef FILTER_AGGREGATE_AGGREGATE_EVENT_H
#define FILTER_AGGREGATE_AGGREGATE_EVENT_H

#include "filter/aggregate/aggregate_row.h"
#include "filter/settings/settings.h"

enum aggregate_event_kind {
	AGGREGATE_ROW,
	/* not counted, and why */
	AGGREGATE_TORN,       /* not a JSON object, or without the members that every line has */
	AGGREGATE_FOREIGN,    /* of another program or a newer version, or of batch */
	AGGREGATE_DEFERRED,   /* temporary failure: the message will come again */
	AGGREGATE_EXEMPT,     /* from a trusted client or user */
	AGGREGATE_UNJUDGED,   /* over the size limit, ambiguous, no envelope */
	AGGREGATE_NO_POLICY,  /* no DMARC record, an unusable one, or unknown */
	AGGREGATE_NO_ADDRESS, /* nobody asks for reports */
	AGGREGATE_NO_CLIENT,  /* no address of a client */
	AGGREGATE_OWN,        /* to an address that receives reports or their bounces */
	AGGREGATE_KINDS
};

struct aggregate_event {
	int64_t time;
	struct slice id;     /* a unique identifier of the line, or empty (older versions) */
	bool own_report;     /* a report that passed DMARC: no reason to send one (loops) */
	bool failed;         /* DMARC failed */
	struct slice header; /* for failure reports, or empty */
	/*
	 * of those: the aligned signature that failed, and SPF's record if it is aligned and failed
	 * (RFC 9991 3)
	 */
	struct slice authserv_id, dkim_domain, dkim_identity, dkim_selector, spf_dns;
	struct aggregate_policy policy;
	struct aggregate_row row;
};

/*
 * line without its line end → *event, in the arena; all of it is set only for AGGREGATE_ROW; time
 * and id are set for every kind but AGGREGATE_TORN and AGGREGATE_FOREIGN. own: addresses to which
 * mail is not reported. json_start must have been called.
 */
enum aggregate_event_kind aggregate_event(struct slice line, const struct strings *own,
	struct arena *arena, struct aggregate_event *event);

/* "exempt from DMARC": words for people, for lines that were not counted */
const char *aggregate_event_text(enum aggregate_event_kind kind);

#endif

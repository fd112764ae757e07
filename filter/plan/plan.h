/*
 * plan.h: plans a domain's path to p=reject: the records to publish one after the other, and the
 * effect of each on the observed mail.
 */
#ifndef FILTER_PLAN_PLAN_H
#define FILTER_PLAN_PLAN_H

#include "filter/plan/plan_check.h"

enum { PLAN_WAIT_MAX = 92 /* days */ };

/* Where mail was seen. Both views may show the same messages, so their counts are not added up. */
enum plan_view { PLAN_IN_MAIL /* saved mail */, PLAN_IN_REPORTS, PLAN_VIEWS };

/* Numbers of messages that are not aligned under a record. */
struct plan_fails {
	uint64_t hurt, decide, stopped;
};

/* The mail of one source that is not aligned. */
struct plan_source {
	size_t number[PLAN_VIEWS]; /* in its stats->sources; STATS_SOURCES: not seen there */
	bool below;                /* sent in the name of a subdomain */
	struct plan_fails fails[PLAN_VIEWS];
};

struct plan_seen {
	bool used; /* the plan has this view */
	struct plan_mail mail;
	struct plan_check check;
	struct plan_counts
		counts[PLAN_SCOPES]; /* with the current record, or that of a first step */
	uint64_t rest;               /* failing messages of sources that are not listed */
	unsigned window;             /* days from the first message to the last; 0: not known */
	size_t seen_once;            /* known senders that sent on one day only */
};

/* What a view shows about a step. */
struct plan_effect {
	struct plan_result result;
	uint64_t k, n; /* mail of known senders that the step affects: unaligned, and all */
	double bound;  /* upper bound of the unaligned share; 1: unknown */
};

struct plan_step {
	struct plan_record record;
	struct plan_force force;
	struct slice text;
	struct slice elsewhere; /* as in struct plan_result */
	struct plan_effect effects[PLAN_VIEWS];
	bool domain, below; /* the parts whose policy the step raises */
	bool asks;          /* the step asks receivers to act on failing mail of these parts */
	unsigned wait;      /* days before the next step; 0: none follows */
	enum plan_view slowest_in; /* the source that is waited for */
	size_t slowest;            /* STATS_SOURCES: none */
};

/* The overall result. */
enum plan_end {
	PLAN_WAY,    /* there are steps to take */
	PLAN_THERE,  /* p=reject is in force for all mail */
	PLAN_UNSEEN, /* no evaluated mail in its name was seen: at most the first step */
};

struct plan {
	const struct options *options;
	struct evaluation *ev;
	struct slice domain;
	bool has_record;         /* a usable record applies to the domain */
	bool inherited;          /* the record is that of a parent domain */
	struct dmarc_result now; /* by RFC 9989 */
	struct slice reports;    /* URI for reports in a first record; or empty */
	struct plan_seen seen[PLAN_VIEWS];
	enum plan_order order;
	enum plan_end end;
	struct plan_step steps[PLAN_STEPS];
	size_t n;
	struct plan_source
		*sources; /* sorted by hurt, undecided and stopped mail, the most first */
	size_t nsources;
	struct plan_time time;
	bool failed_proof; /* a record does not do what it promises: it is not proposed */
};

/* The messages in a view on which the step asks receivers to act. */
struct plan_fails plan_concerned(const struct plan_step *step, enum plan_view view);

/*
 * Makes the steps, from the mail of all views that are used. False if memory ran out, or OpenSSL
 * or the DNS overlay failed.
 */
bool plan_make(struct plan *plan);

/* Sets plan->sources, after the mail of each view was evaluated with a record. */
void plan_list_sources(struct plan *plan);

/*
 * The view from which a source is described: the reports if the source is not in saved mail, or if
 * only in the reports its mail as a known sender fails; otherwise saved mail.
 */
enum plan_view plan_view_of(const struct plan_source *source);

/*
 * Returns the author domains, without duplicates, of which something is unknown because the time
 * for all queries was too short; in the evaluation's arena. The plan is incomplete for their mail.
 */
const char *const *plan_cut(const struct plan *plan, size_t *n);

/*
 * Must something be fixed or decided before a step that asks receivers to act, or is there too
 * little mail to say anything?
 */
bool plan_waits(const struct plan *plan);

void plan_print(const struct plan *plan, FILE *out);

/* Makes one line of JSON (docs/schema-plan.json). ST_TEMP when out of memory. */
enum status plan_json(const struct plan *plan, int status, struct slice *line);

/*
 * Returns the exit status: 0: the next step can be taken, or none is left; 10: plan_waits is true;
 * 64, 75, 78 as everywhere.
 */
int plan_main(const struct options *options, struct arena *arena);

#endif

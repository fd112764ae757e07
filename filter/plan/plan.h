/*
 * plan.h: the way of a domain to p=reject: the records to publish one after the other, and the
 * effect of each on the observed mail.
 */
#ifndef FILTER_PLAN_PLAN_H
#define FILTER_PLAN_PLAN_H

#include "filter/plan/plan_check.h"

enum { PLAN_WAIT_MAX = 92 /* days */ };

/* Mail that is not aligned, of one source, under the records of the plan. */
struct plan_source {
	size_t number; /* in mail.stats->sources */
	bool below;    /* in the name of a subdomain */
	uint64_t hurt, decide, stopped;
};

struct plan_step {
	struct plan_record record;
	struct plan_force force;
	struct slice text;
	struct plan_result result;
	bool domain, below; /* whose policy it raises */
	bool asks;          /* it asks receivers to act on failing mail of these */
	uint64_t k, n;      /* mail of known senders of these: not aligned, and all */
	double bound;       /* the share that is not aligned is at most this; 1: unknown */
	unsigned wait;      /* days before the next step; 0: none follows */
	size_t slowest;     /* the source that is waited for; STATS_SOURCES: none */
};

/* The overall result. */
enum plan_end {
	PLAN_WAY,    /* steps */
	PLAN_THERE,  /* p=reject is in force for all mail */
	PLAN_UNSEEN, /* no evaluated mail in its name was seen: at most the first step */
};

struct plan {
	const struct options *options;
	struct evaluation *ev;
	struct slice domain;
	bool has_record;         /* a usable record applies to the domain */
	bool inherited;          /* the record of a domain above */
	struct dmarc_result now; /* by RFC 9989 */
	struct plan_mail mail;
	struct plan_counts counts[PLAN_SCOPES]; /* with the first step, or the record now */
	enum plan_order order;
	enum plan_end end;
	struct plan_step steps[PLAN_STEPS];
	size_t n;
	struct plan_source *sources; /* sorted by hurt, decide and stopped mail, the most first */
	size_t nsources;
	uint64_t rest;     /* failing messages of sources that are not listed */
	unsigned window;   /* days from the first message to the last; 0: not known */
	size_t seen_once;  /* known senders that sent on one day only */
	bool failed_proof; /* a record does not do what it promises: it is not proposed */
};

/* The steps, from the mail. False if memory, DNS's overlay or OpenSSL failed. */
bool plan_make(struct plan *plan);

/*
 * Must something be fixed or decided before a step that asks receivers to act, or is there too
 * little mail to say anything?
 */
bool plan_waits(const struct plan *plan);

void plan_print(const struct plan *plan, FILE *out);

/* docs/schema-plan.json; ST_TEMP without memory. */
enum status plan_json(const struct plan *plan, int status, struct slice *line);

/* 0: the next step can be taken, or none is left; 10: plan_waits; 64, 75, 78 as everywhere. */
int plan_main(const struct options *options, struct arena *arena);

#endif

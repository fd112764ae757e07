/*
 * plan_ladder.h: makes the DMARC records from the current one to p=reject, one after the other.
 * All functions are pure.
 *
 * No record weakens what the one before it asks for, by either RFC, for the domain or for its
 * subdomains. t=y asks receivers that follow RFC 9989 for one level less (4.7); pct asks those that
 * follow RFC 7489 for the policy on a share of the failing mail and one level less on the rest
 * (6.6.4). Both apply to the whole record.
 */
#ifndef FILTER_PLAN_PLAN_LADDER_H
#define FILTER_PLAN_PLAN_LADDER_H

#include "auth/dmarc/dmarc.h"

enum { PLAN_STEPS = 12 };

struct plan_record {
	enum dmarc_policy p;
	enum dmarc_policy sp; /* DMARC_ABSENT: as p */
	enum dmarc_policy np; /* DMARC_ABSENT: as sp; only receivers that follow RFC 9989 use it */
	bool testing;         /* t=y */
	unsigned pct;
};

/* Which part of the mail is raised first. */
enum plan_order { PLAN_TOGETHER, PLAN_SUBDOMAINS_FIRST, PLAN_DOMAIN_FIRST };

/*
 * What a record asks for: in percent of a level, where 100 is quarantine and 200 reject, for all
 * mail.
 */
struct plan_force {
	unsigned domain[2], below[2]; /* by enum dmarc_mode */
	unsigned nowhere;             /* for subdomains that do not exist, by RFC 9989 */
};

struct plan_force plan_force_of(const struct plan_record *record);

/* Is a stronger than b, or weaker, in any of the numbers? */
bool plan_is_stronger(const struct plan_force *a, const struct plan_force *b);
bool plan_is_weaker(const struct plan_force *a, const struct plan_force *b);

/*
 * Makes the records to publish one after the other; returns their number, 0 if nothing is left to
 * publish. now: the current record; NULL: there is no usable one, and the first step is p=none.
 */
size_t plan_ladder(
	const struct plan_record *now, enum plan_order order, struct plan_record steps[PLAN_STEPS]);

/*
 * The record's text: v, p, sp, np, t and pct, then all other tags of the current record `now`
 * unchanged. If now is empty: a rua with the URI `reports` instead, unless that is empty.
 */
struct slice plan_record_text(const struct plan_record *record, struct slice now,
	struct slice reports, struct arena *arena);

#endif

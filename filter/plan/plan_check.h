/*
 * plan_check.h: the effect of a DMARC record, overlaid on DNS, on the observed mail.
 *
 * Each group of messages is evaluated again by both RFCs (dmarc_check): with the author domain, and
 * the domains for which SPF and DKIM passed, as found before, and with the DMARC records in DNS,
 * where the record replaces the domain's own.
 */
#ifndef FILTER_PLAN_PLAN_CHECK_H
#define FILTER_PLAN_PLAN_CHECK_H

#include "filter/plan/plan_ladder.h"
#include "filter/plan/plan_mail.h"
#include "filter/verdict/evaluate.h"

/* Which record decides for an author domain. */
enum plan_scope {
	PLAN_DOMAIN, /* the domain itself */
	PLAN_BELOW,  /* a subdomain to which the domain's record applies */
	PLAN_APART,  /* a subdomain to which another record applies: no step concerns it */
	PLAN_UNKNOWN /* DNS did not answer */
};

enum { PLAN_SCOPES = PLAN_UNKNOWN + 1 };

/* Mail of one scope under a record. */
struct plan_counts {
	uint64_t judged;
	uint64_t passes;
	/* failing mail: from known senders; for the owner to decide; forged (sender.h) */
	uint64_t hurt, decide, stopped;
};

/* One record's effect on the mail. */
struct plan_result {
	struct plan_counts counts[PLAN_SCOPES];
	uint64_t kept, lost; /* messages that passed under the previous record and still pass, or no
				longer do */
	/* by RFC 7489, the record of this other domain applies to a subdomain that sent mail;
	 * empty: there is no such domain */
	struct slice elsewhere;
	bool promised; /* both RFCs give each author domain the policy that the record states */
};

enum { PLAN_DEADLINES = 10 /* the time for all queries of a run, in --deadline */ };

/*
 * The time that is left for queries: it is divided among the author domains, each of which gets at
 * most --deadline, so that neither names that do not answer nor their number use up the time of
 * other names.
 */
struct plan_time {
	int64_t until_ms; /* dns_clock_ms */
	size_t left;      /* author domains that were not looked up yet */
};

struct plan_check {
	const struct evaluation *ev; /* its DNS, options and public suffix list */
	const struct plan_mail *mail;
	struct slice domain;
	enum plan_scope *scopes; /* by number of the author domain */
	bool *cut;    /* by the same number: it got less than --deadline, and that was too short */
	bool *passes; /* by group, under the last evaluated record; initially the published one */
	struct arena arena; /* for one evaluation */
};

/* The time of a run that begins now, for that number of author domains. */
struct plan_time plan_time_begin(const struct evaluation *ev, size_t authors);

/*
 * Finds the scopes, with text as the domain's record, and what passes now. All queries are made
 * here, each author domain in its share of the time; later evaluations find their answers in the
 * cache. False if memory or OpenSSL failed.
 */
bool plan_check_init(struct plan_check *check, const struct evaluation *ev,
	const struct plan_mail *mail, struct slice domain, struct slice text,
	struct plan_time *time);
void plan_check_clear(struct plan_check *check);

/*
 * Evaluates all mail with the current records, with which the next call of plan_check_record
 * compares. False as above.
 */
bool plan_check_restart(struct plan_check *check);

/*
 * Evaluates all mail with record, whose text is `text`, at _dmarc.domain. The next call compares
 * with this one. False if memory or OpenSSL failed.
 */
bool plan_check_record(struct plan_check *check, const struct plan_record *record,
	struct slice text, struct plan_result *result);

/*
 * Finds the current record of the domain by both RFCs: results[DMARC_RFC9989] and
 * results[DMARC_RFC7489]. The queries have --deadline, apart from the time of a run. False if
 * memory or OpenSSL failed.
 */
bool plan_check_now(
	const struct evaluation *ev, struct slice domain, struct dmarc_result results[2]);

#endif

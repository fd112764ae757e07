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

struct plan_check {
	const struct evaluation *ev; /* its DNS, options and public suffix list */
	const struct plan_mail *mail;
	struct slice domain;
	enum plan_scope *scopes; /* by number of the author domain */
	bool *passes; /* by group, under the last evaluated record; initially the published one */
	struct arena arena; /* for one evaluation */
};

/*
 * Finds the scopes, with text as the domain's record, and what passes now. False if memory or
 * OpenSSL failed.
 */
bool plan_check_init(struct plan_check *check, const struct evaluation *ev,
	const struct plan_mail *mail, struct slice domain, struct slice text);
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
 * Finds the current record of the domain, by the RFC of mode. False if memory or OpenSSL failed.
 */
bool plan_check_now(const struct evaluation *ev, struct slice domain, enum dmarc_mode mode,
	struct dmarc_result *result);

#endif

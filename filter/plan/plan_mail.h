/*
 * plan_mail.h: counts the mail in the name of a domain and of its subdomains, in bounded memory:
 * which of it may be aligned, and who sent it. Saved mail and mail in reports are counted
 * separately, and never added up, because they may be the same mail.
 *
 * A group is the mail of one sender (sources.h) in the name of one author domain for which SPF
 * passed for the same domain and DKIM for the same domains: DMARC treats all of it alike. The class
 * is that of the whole archive, as in the summary of batch (elsewhere.h).
 */
#ifndef FILTER_PLAN_PLAN_MAIL_H
#define FILTER_PLAN_PLAN_MAIL_H

#include "filter/stats/stats.h"

enum { PLAN_GROUPS = 1 << 16, PLAN_AUTHORS = 1000, PLAN_SIGNERS = 16 /* of one message */ };

struct plan_group {
	size_t number;   /* from 0 */
	size_t author;   /* number of the author domain */
	const char *spf; /* the domain that passed, or "" */
	/* the domains whose signatures passed, sorted, each after a space; spf and dkim have only
	 * domains with a label in common with the author domain: others are never aligned */
	const char *dkim;
	size_t source;                    /* number in stats->sources; STATS_SOURCES: the rest */
	uint64_t messages;                /* evaluated messages */
	uint64_t classes[SENDER_CLASSES]; /* the same messages by class of sender */
};

enum { PLAN_SPAN = 512 /* days that are distinguished */ };

/* The days, by their number, on which a source sent mail. */
struct plan_days {
	uint64_t bits[PLAN_SPAN / 64];
};

struct plan_mail {
	bool reported; /* the rows are from reports */
	struct arena *arena;
	struct arena one; /* for one message */
	struct slice domain;
	struct stats *stats; /* of all mail in its name */
	struct elsewhere *elsewhere;
	void *tree; /* groups by their properties */
	struct plan_group **groups;
	size_t ngroups, room;
	struct plan_days *days; /* by source */
	const char **authors; /* the domain, then its subdomains in the order of their first mail */
	size_t nauthors;
	uint64_t messages;   /* all messages in its name */
	uint64_t not_judged; /* those without a DMARC result */
	uint64_t beyond;     /* those without a group, because the table was full */
	uint64_t open;       /* the part of beyond that failed and is not merely forged */
	uint64_t others;     /* messages of other author domains */
	bool has_dates;
	int64_t first, last;
};

/* False when out of memory. domain is normal; the arena must outlive it. */
bool plan_mail_init(
	struct plan_mail *mail, struct slice domain, bool reported, struct arena *arena);

/*
 * Adds a message, or with row->more the messages of a row in a report. For a report, the receiver's
 * verdict counts: if SPF or DKIM was aligned, it passed for the domains that the report names, or
 * for the author domain if it names none; otherwise it did not pass. False when out of memory.
 */
bool plan_mail_add(struct plan_mail *mail, const struct row *row);

/*
 * Returns the number of days on which a source sent mail, and sets *gap to the longest time between
 * two of them, in days. Both are 0 if its mail spans more than PLAN_SPAN days.
 */
unsigned plan_mail_days(const struct plan_mail *mail, size_t source, unsigned *gap);

void plan_mail_clear(struct plan_mail *mail);

#endif

/*
 * view_judge.h: classifies a row of an aggregate report like a message, with the same classes and
 * evidence as far as the data of the row allow, and finds contradictions to DNS.
 */
#ifndef FILTER_VIEW_VIEW_JUDGE_H
#define FILTER_VIEW_VIEW_JUDGE_H

#include "auth/dns/dns_pool.h"
#include "filter/feedback/feedback_report.h"
#include "filter/settings/own_senders.h"
#include "filter/verdict/evaluate.h"
#include "filter/view/view_hosts.h"

/*
 * Reports may name any number of domains that never answer, at the wish of a forger. Rows that wait
 * for DNS may together take VIEW_DEADLINES times --deadline; after that each row has only
 * VIEW_QUICK_MS, in which answers that are in the cache, and those of a resolver nearby, arrive.
 */
enum { VIEW_DEADLINES = 10, VIEW_QUICK_MS = 50 };

struct view_time {
	int64_t waited_ms; /* in rows that took more than VIEW_QUICK_MS */
	size_t cut;        /* rows that had less time than --deadline, and used all of it */
};

struct view_judge {
	const struct options *options;
	struct view_time *time;
	struct dns_pool *pool;
	struct dns_overlay *overlay;
	const struct own_senders *own;
	struct evaluate_tools tools;
	struct domain_psl *psl;
};

/* The result for a row. */
struct view_judged {
	struct sender sender;
	enum view_reason told; /* why the host is a forwarder, from the row alone, up to
				  VIEW_BY_FORWARDING */
	int64_t marks;         /* contradictions to DNS: bits of enum feedback_mark */
	const char *name;      /* --names: the name of the host, in the arena; or "" */
};

/*
 * Opens what the classification needs. Returns 0, or an exit status after reporting the error. Call
 * view_judge_close in any case.
 */
int view_judge_open(const struct options *options, struct arena *arena, struct view_judge *judge);
void view_judge_close(struct view_judge *judge); /* also reports on stderr how many rows were cut */

/*
 * Classifies a row. report: only the published policy is used. Names in row must be in lower case.
 * Everything is in the arena. ST_TEMP: an internal failure.
 */
enum status view_judge_row(const struct view_judge *judge, const struct feedback_report *report,
	const struct feedback_row *row, struct arena *arena, struct view_judged *judged);

/*
 * The author domain of a report in the form that mail uses: normal and in ASCII, even if the
 * reporter wrote it in Unicode. Other text is returned in lower case. Everything is in the arena.
 */
struct slice view_judge_author(struct slice text, struct arena *arena);

/* The domain's current record from DNS; false if there is none, or DNS does not answer. */
bool view_judge_policy(const struct view_judge *judge, struct slice domain, struct arena *arena,
	struct dmarc_result *result);

#endif

/*
 * view_judge.h: classifies a row of an aggregate report like a message, as far as its data allow:
 * the same classes, by the same evidence, and contradictions in DNS
 */
#ifndef FILTER_VIEW_VIEW_JUDGE_H
#define FILTER_VIEW_VIEW_JUDGE_H

#include "auth/dns/dns_pool.h"
#include "filter/feedback/feedback_report.h"
#include "filter/settings/own_senders.h"
#include "filter/verdict/evaluate.h"
#include "filter/view/view_hosts.h"

struct view_judge {
	const struct options *options;
	struct dns_pool *pool;
	struct dns_overlay *overlay;
	const struct own_senders *own;
	struct evaluate_tools tools;
	struct domain_psl *psl;
};

/* Contradictions in DNS, as bits of enum feedback_mark. */
struct view_judged {
	struct sender sender;
	enum view_reason told; /* what the row shows of a forwarder, up to VIEW_BY_FORWARDING */
	int64_t marks;         /* bits of enum feedback_mark */
	const char *name;      /* --names: the host's, in the arena; or "" */
};

/* The exit status; with a line on stderr if it is not 0. view_judge_close in any case. */
int view_judge_open(const struct options *options, struct arena *arena, struct view_judge *judge);
void view_judge_close(struct view_judge *judge);

/*
 * report: its policy, as published; names of row in lower case. Everything in arena. ST_TEMP: our
 * own work failed.
 */
enum status view_judge_row(const struct view_judge *judge, const struct feedback_report *report,
	const struct feedback_row *row, struct arena *arena, struct view_judged *judged);

/*
 * The record that the domain publishes now, from DNS; false if there is none, or DNS does not
 * answer.
 */
bool view_judge_policy(const struct view_judge *judge, struct slice domain, struct arena *arena,
	struct dmarc_result *result);

#endif

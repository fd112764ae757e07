/*
 * view.h: a run in numbers, for the summary, the sources and the page.
 *
 * It is made of rows in the order of their index, and of nothing else: the same rows make the same
 * view. Its memory is bounded whatever the rows hold: of author domains, sources, periods and
 * messages the first ones are kept, the rest is counted in one row named "".
 */
#ifndef FILTER_STATS_VIEW_H
#define FILTER_STATS_VIEW_H

#include "filter/stats/sources.h"
#include "filter/stats/summary.h"

enum {
	VIEW_PERIODS = 400,
	VIEW_DOMAINS = 4000,
	VIEW_SOURCES = 8000,
	VIEW_MESSAGES = 1000,
	VIEW_NEEDS = 4,
	VIEW_SCENARIOS = WHAT_IF_MAX + 1
};

/* [before][after], by enum disposition */
struct view_matrix {
	uint64_t n[4][4];
};

struct view_counts {
	uint64_t messages;
	uint64_t spf_pass, dkim_pass;       /* whatever the alignment */
	uint64_t spf_aligned, dkim_aligned; /* passed and aligned */
	uint64_t aligned;                   /* DMARC passed */
	uint64_t dispositions[4];
	/* DMARC failed: of mail that looks honest (SPF or a signature passed for some domain, an
	 * indirect flow shows, or somebody vouched), and of mail that nothing speaks for */
	uint64_t honest_fails, bare_fails;
};

/* A day, or a month (day 0) once there were more than VIEW_PERIODS days; UTC. */
struct view_period {
	int year, month, day; /* all 0: without a date, or the rest */
	struct view_counts counts;
};

struct view_need {
	const char *id, *text; /* of the first message that had it */
	uint64_t n;
};

struct view_source {
	enum source_by by;
	const char *name;          /* "" in the rest */
	const char *author_domain; /* "" also where there is none */
	const char *provider;      /* a known service, or NULL */
	struct view_counts counts;
	bool has_dates;
	int64_t first, last;
	struct view_need needs[VIEW_NEEDS]; /* of those that are not aligned */
	size_t nneeds;
	struct view_matrix *changes; /* one a scenario; NULL where there is none */
};

struct view_domain {
	const char *name;
	struct view_counts counts;
	struct view_matrix *changes;
};

/* One worth looking at: DMARC did not pass, it was not accepted, or a scenario changes it. */
struct view_message {
	struct row *row; /* a copy */
	size_t source;   /* in sources */
};

struct view {
	/* scenarios: what-ifs in their order, and last the other RFC where it was compared */
	const char *scenarios[VIEW_SCENARIOS];
	size_t nscenarios;
	bool compared;

	struct view_matrix changes[VIEW_SCENARIOS];
	/* each in the order of its first message, periods by date; the rest is beside them */
	struct view_period *periods;
	size_t nperiods;
	bool months; /* periods are months */
	struct view_period other_period;
	struct view_domain *domains;
	size_t ndomains;
	struct view_domain other_domain;
	struct view_source *sources;
	size_t nsources;
	struct view_source other_source;
	struct view_message *messages;
	size_t nmessages;
	uint64_t worth; /* how many messages are worth looking at */

	struct view_index *index; /* of domains and sources; view.c's */
};

/* labels: the what-ifs', n of them, which must outlive the view; compared: there is another RFC's
 * result too. NULL without memory. */
struct view *view_new(const char *const *labels, size_t n, bool compared);

/* False without memory: the view is then of no use. Rows in the order of their index. */
bool view_add(struct view *view, const struct row *row);

void view_free(struct view *view);

/* Adds all of from. */
void view_counts_join(struct view_counts *into, const struct view_counts *from);

/* Is it the other RFC, not a what-if? */
bool view_is_other(const struct view *view, size_t scenario);

/* The disposition of a message under a scenario, a number into scenarios; its own one where the
 * scenario says nothing of it. */
enum disposition view_after(const struct view *view, size_t scenario, const struct row *row);

/* Seconds since the epoch as a day of UTC; all 0 for what is no date of mail: before 1970, after
 * 9999. */
void view_day(int64_t seconds, int *year, int *month, int *day);

#endif

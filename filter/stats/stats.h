/*
 * stats.h: a run in numbers, for the summary, the sources and the page.
 *
 * Made only from rows in the order of their index: the same rows give the same statistics. Memory
 * is bounded whatever the rows hold: the first author domains, sources, periods and messages are
 * kept, the rest is counted in one row named "".
 */
#ifndef FILTER_STATS_STATS_H
#define FILTER_STATS_STATS_H

#include "filter/stats/counts.h"
#include "filter/stats/elsewhere.h"
#include "filter/stats/summary.h"

enum {
	STATS_PERIODS = 400,
	STATS_DOMAINS = 4000,
	STATS_SOURCES = 8000,
	STATS_MESSAGES = 1000,
	STATS_NEEDS = 4,
	STATS_SCENARIOS = WHAT_IF_MAX + 1
};

/* [before][after], by enum disposition */
struct stats_matrix {
	uint64_t n[4][4];
};

/* A day, or a month (day 0) once there were more than STATS_PERIODS days; UTC. */
struct stats_period {
	int year, month, day; /* all 0: without a date, or the rest */
	struct stats_counts counts;
};

struct stats_need {
	const char *id, *text; /* of its first message */
	const char *record;    /* the first one that a message was proved to pass with, or "" */
	uint64_t n, passes;    /* messages that had it; and that pass with that very record */
};

struct stats_source {
	enum source_by by;
	const char *name;          /* "" in the rest */
	const char *author_domain; /* also "" if there is none */
	const char *provider;      /* a known service, or NULL */
	struct stats_counts counts;
	uint64_t evidence[SENDER_EVIDENCES]; /* of those that are not aligned */
	bool has_dates;
	int64_t first, last;
	struct stats_need needs[STATS_NEEDS]; /* of those that are not aligned */
	size_t nneeds;
	struct stats_matrix *changes; /* one for each scenario, or NULL */
};

struct stats_domain {
	const char *name;
	struct stats_counts counts;
	struct stats_matrix *changes;
};

/* A message to list: DMARC did not pass, it was not accepted, or a scenario changes it. */
struct stats_message {
	struct row *row; /* a copy; its sender is what the whole run shows */
	size_t source;   /* in sources */
};

struct stats {
	/* scenarios: the what-ifs in order, and last the other RFC if it was compared */
	const char *scenarios[STATS_SCENARIOS];
	size_t nscenarios;
	bool compared;

	struct stats_matrix changes[STATS_SCENARIOS];
	/* each in the order of its first message, periods by date; the rest is separate */
	struct stats_period *periods;
	size_t nperiods;
	bool months; /* periods are months */
	struct stats_period other_period;
	struct stats_domain *domains;
	size_t ndomains;
	struct stats_domain other_domain;
	struct stats_source *sources;
	size_t nsources;
	struct stats_source other_source;
	struct stats_message *messages;
	size_t nmessages;
	uint64_t worth; /* the number of messages to list */
	bool unlisted;  /* set by the caller: messages are not listed */

	struct stats_index *index;   /* of domains and sources; stats.c's */
	struct elsewhere *elsewhere; /* what messages show about each other */
};

/*
 * labels: those of the what-ifs, n of them, which must outlive it; compared: the other RFC was
 * evaluated as well. NULL without memory.
 */
struct stats *stats_new(const char *const *labels, size_t n, bool compared);

/*
 * False without memory: the statistics are then unusable. Rows must come in the order of their
 * index.
 */
bool stats_add(struct stats *stats, const struct row *row);

void stats_free(struct stats *stats);

/* The source, or the author domain, of that name; NULL if there is none. */
const struct stats_source *stats_source_of(
	const struct stats *stats, enum source_by by, const char *name, const char *author_domain);
const struct stats_domain *stats_domain_of(const struct stats *stats, const char *name);

/* Is it the other RFC, not a what-if? */
bool stats_is_other(const struct stats *stats, size_t scenario);

/*
 * The disposition of a message under a scenario, a number into scenarios; its own one if the
 * scenario does not concern it.
 */
enum disposition stats_after(const struct stats *stats, size_t scenario, const struct row *row);

/*
 * Seconds since the epoch as a day of UTC; all 0 for a date that mail cannot have: before 1970,
 * after 9999.
 */
void stats_day(int64_t seconds, int *year, int *month, int *day);

#endif

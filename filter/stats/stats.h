/*
 * stats.h: the statistics of a run, for the summary, the sources and the page.
 *
 * They depend only on the rows, which come in the order of their index. Memory is bounded for any
 * rows: only the first author domains, sources, periods and messages are kept, and the rest is
 * counted in one element named "".
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

/* A day (UTC); a month, with day 0, if there are more than STATS_PERIODS days. */
struct stats_period {
	int year, month, day; /* all 0: no date, or the rest */
	struct stats_counts counts;
};

struct stats_need {
	const char *id, *text; /* from the first message that has this advice */
	const char *record;    /* the first record with which a message was proved to pass, or "" */
	uint64_t n,
		passes; /* messages with this advice; those that pass with exactly that record */
};

struct stats_source {
	enum source_by by;
	const char *name;          /* "" for the rest */
	const char *author_domain; /* "" also if there is none */
	const char *provider;      /* a known service, or NULL */
	struct stats_counts counts;
	uint64_t evidence[SENDER_EVIDENCES]; /* of unaligned messages */
	bool has_dates;
	int64_t first, last;
	struct stats_need needs[STATS_NEEDS]; /* of unaligned messages */
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
	struct row *row; /* a copy, with the class that the whole run shows */
	size_t source;   /* in sources */
};

struct stats {
	/* labels of the scenarios: the what-ifs in order, then the other RFC if it was compared */
	const char *scenarios[STATS_SCENARIOS];
	size_t nscenarios;
	bool compared;

	struct stats_matrix changes[STATS_SCENARIOS];
	/* in the order of their first messages, but periods by date; other_*: what did not fit */
	struct stats_period *periods;
	size_t nperiods;
	bool months; /* the periods are months */
	struct stats_period other_period;
	struct stats_domain *domains;
	size_t ndomains;
	struct stats_domain other_domain;
	struct stats_source *sources;
	size_t nsources;
	struct stats_source other_source;
	struct stats_message *messages;
	size_t nmessages;
	uint64_t worth; /* the number of messages that should be listed */
	bool unlisted;  /* set by the caller: do not list messages */

	struct stats_index *index;   /* index of domains and sources, private to stats.c */
	struct elsewhere *elsewhere; /* evidence between messages */
};

/*
 * labels: the n labels of the what-ifs, which must outlive the statistics. compared: the other RFC
 * was evaluated as well. NULL when out of memory.
 */
struct stats *stats_new(const char *const *labels, size_t n, bool compared);

/*
 * Adds a row; rows must come in the order of their index. False when out of memory: the statistics
 * are then unusable.
 */
bool stats_add(struct stats *stats, const struct row *row);

void stats_free(struct stats *stats);

/* Return the source or the author domain with that name, or NULL. */
const struct stats_source *stats_source_of(
	const struct stats *stats, enum source_by by, const char *name, const char *author_domain);
const struct stats_domain *stats_domain_of(const struct stats *stats, const char *name);

/* Is the scenario the other RFC, and not a what-if? */
bool stats_is_other(const struct stats *stats, size_t scenario);

/*
 * Returns the disposition of a message in a scenario (an index); its actual disposition if the
 * scenario does not apply to it.
 */
enum disposition stats_after(const struct stats *stats, size_t scenario, const struct row *row);

/*
 * Converts seconds since the epoch to a day, in UTC; all 0 for an impossible date (before 1970 or
 * after 9999).
 */
void stats_day(int64_t seconds, int *year, int *month, int *day);

#endif

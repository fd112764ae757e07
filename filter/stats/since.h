/*
 * since.h: compares the senders of a run with those of an earlier one (--baseline): new, gone,
 * worse.
 *
 * A sender is a source that sends in the name of an author domain, as in the summary (sources.h,
 * stats.h).
 */
#ifndef FILTER_STATS_SINCE_H
#define FILTER_STATS_SINCE_H

#include <stdio.h>

#include "filter/stats/elsewhere.h"

enum { SINCE_SOURCES = 1 << 20 }; /* maximum of both runs together */

enum since_change {
	SINCE_NEW,   /* the earlier run has no message from the sender */
	SINCE_WORSE, /* a larger share of its evaluated mail is unaligned */
	SINCE_GONE,  /* this run has no message from the sender */
	SINCE_SAME,
	SINCE_CHANGES = SINCE_SAME
};

struct since_counts {
	uint64_t messages;
	uint64_t judged;  /* how many of these were evaluated */
	uint64_t failing; /* how many of judged are not aligned */
};

struct since_source {
	enum source_by by;
	const char *name, *author; /* safe to show; "" if unknown */
	const char *provider;      /* or NULL */
	struct since_counts before, now;
	uint64_t classes[SENDER_CLASSES]; /* the messages of this run by class */
	size_t number;                    /* position in the order of first messages, from 0 */
};

struct since;

/* NULL when out of memory. The texts of sources are in the arena, which must outlive the result. */
struct since *since_new(struct arena *arena);
void since_free(struct since *since); /* NULL is fine */

/*
 * Add a message of the earlier run, or of this one. ST_LIMIT if there is no room for its source,
 * ST_TEMP when out of memory. Messages of this run without room are only counted (since_beyond).
 */
enum status since_before(struct since *since, const struct row *row);
enum status since_now(struct since *since, const struct row *row);

/* Must be called once, after all messages. False when out of memory. */
bool since_sort(struct since *since);

/*
 * Returns the n sources of a change, sorted by unaligned messages, then by all messages, the most
 * first.
 */
const struct since_source *const *since_list(
	const struct since *since, enum since_change change, size_t *n);

/*
 * Returns the most frequent class of this run's unaligned messages; SENDER_PASSES if there are
 * none.
 */
enum sender_class since_class(const struct since_source *source);

/* Does the source fail now, although none of its messages failed before? */
bool since_starts_failing(const struct since_source *source);

/*
 * Returns the number of sources that start failing; each failing message without room counts as one
 * source.
 */
uint64_t since_failing(const struct since *since);

/* Returns the counts of this run's messages for whose sources there was no room. */
struct since_counts since_beyond(const struct since *since);

/* Returns the number of messages of the earlier run. */
uint64_t since_messages(const struct since *since);

/* Returns a word for programs: "new", "worse", "gone". */
const char *since_change_word(enum since_change change);

/* Returns a word for programs: "signature", "envelope", "name", "address", "unknown". */
const char *since_by_word(enum source_by by);

/* Prints tables for a person. */
void since_print(const struct since *since, FILE *out);

#endif

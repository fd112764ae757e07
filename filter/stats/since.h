/*
 * since.h: the senders of a run compared with those of an earlier one (--baseline): new, gone,
 * worse.
 *
 * A sender is a source in the name of an author domain, as in the summary (sources.h, stats.h).
 */
#ifndef FILTER_STATS_SINCE_H
#define FILTER_STATS_SINCE_H

#include <stdio.h>

#include "filter/stats/elsewhere.h"

enum { SINCE_SOURCES = 1 << 20 }; /* of both runs together */

enum since_change {
	SINCE_NEW,   /* no message of it in the earlier run */
	SINCE_WORSE, /* a larger share of its judged mail is not aligned */
	SINCE_GONE,  /* no message of it in this run */
	SINCE_SAME,
	SINCE_CHANGES = SINCE_SAME
};

struct since_counts {
	uint64_t messages;
	uint64_t judged;  /* of these */
	uint64_t failing; /* of these, not aligned */
};

struct since_source {
	enum source_by by;
	const char *name, *author; /* safe to show; "": not known */
	const char *provider;      /* or NULL */
	struct since_counts before, now;
	uint64_t classes[SENDER_CLASSES]; /* of now's messages */
	size_t number;                    /* in the order of their first message, from 0 */
};

struct since;

/* NULL without memory. The texts of sources are in the arena, which must outlive it. */
struct since *since_new(struct arena *arena);
void since_free(struct since *since); /* NULL is fine */

/*
 * A message of the earlier run, or of this one. ST_LIMIT if there is no room for its source,
 * ST_TEMP without memory. Of this run, a message without room is counted (since_beyond).
 */
enum status since_before(struct since *since, const struct row *row);
enum status since_now(struct since *since, const struct row *row);

/* To be called once, after all messages. False without memory. */
bool since_sort(struct since *since);

/*
 * The sources of a change, n of them: those with the most mail that is not aligned first, then the
 * most messages.
 */
const struct since_source *const *since_list(
	const struct since *since, enum since_change change, size_t *n);

/* The class of most of this run's messages that are not aligned; passes if there are none. */
enum sender_class since_class(const struct since_source *source);

/* Does it fail now, although none of its messages failed before? */
bool since_starts_failing(const struct since_source *source);

/* How many sources start failing; each message for which there was no room counts as one. */
uint64_t since_failing(const struct since *since);

/* Messages of this run, and those of them not aligned, for whose source there was no room. */
struct since_counts since_beyond(const struct since *since);

/* The number of messages of the earlier run. */
uint64_t since_messages(const struct since *since);

/* A word for programs: "new", "worse", "gone". */
const char *since_change_word(enum since_change change);

/* "signature", "envelope", "name", "address", "unknown" */
const char *since_by_word(enum source_by by);

/* Tables for a person. */
void since_print(const struct since *since, FILE *out);

#endif

/* sources.h: identifies the actual source of a message, and its class. */
#ifndef FILTER_STATS_SOURCES_H
#define FILTER_STATS_SOURCES_H

#include "filter/stats/row.h"

enum source_by {
	SOURCE_BY_SIGNATURE, /* d= of an aligned signature that passed, else of the first that
				passed */
	SOURCE_BY_ENVELOPE,  /* the domain for which SPF passed */
	SOURCE_BY_NAME,      /* the organization in the client's verified name */
	SOURCE_BY_ADDRESS,   /* the client's /24 or /48 */
	SOURCE_BY_NOTHING
};

struct source_key {
	enum source_by by;
	char name[ROW_TEXT + 1];
	const char *provider; /* or NULL */
};

/*
 * Identifies the source: by the signing domain of an aligned signature that passed, else of the
 * first that passed; else by the domain for which SPF passed; else by the last labels of the
 * client's verified name (three if the second-level label has at most three letters, otherwise
 * two); else by the client's /24 or /48, unless it is private.
 */
void sources_key(const struct row *row, struct source_key *key);

/*
 * Returns the class and the evidence that the message itself shows: those of the row or, for rows
 * from older versions, derived from the rest of the row.
 */
struct sender sources_sender(const struct row *row);

#endif

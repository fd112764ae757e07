/*
 * sources.h: the actual source of a message, and whether it is legitimate.
 */
#ifndef FILTER_STATS_SOURCES_H
#define FILTER_STATS_SOURCES_H

#include "filter/stats/row.h"

enum source_by {
	SOURCE_BY_SIGNATURE, /* an aligned d= that passed, or else the first that passed */
	SOURCE_BY_ENVELOPE,  /* the domain that passed SPF */
	SOURCE_BY_NAME,      /* the client's verified name, its organization */
	SOURCE_BY_ADDRESS,   /* the client's /24 or /48 */
	SOURCE_BY_NOTHING
};

struct source_key {
	enum source_by by;
	char name[ROW_TEXT + 1];
	const char *provider; /* or NULL */
};

/*
 * The signing domain of an aligned signature that passed, else of the first that passed; else the
 * domain that SPF passed for; else the client's verified name from its organization on (three
 * labels if the second-level one has three letters or fewer, else two); else its /24 or /48,
 * unless that is private.
 */
void sources_key(const struct row *row, struct source_key *key);

/*
 * Its class and the evidence, as far as the message itself shows: the row's or, for a line of a
 * version without them, derived from the rest of the row.
 */
struct sender sources_sender(const struct row *row);

#endif

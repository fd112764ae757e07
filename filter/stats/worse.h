/*
 * worse.h: mail that passed and no longer would, by source (--fail-if-worse).
 */
#ifndef FILTER_STATS_WORSE_H
#define FILTER_STATS_WORSE_H

#include <stdio.h>

#include "filter/stats/row.h"

enum { WORSE_SOURCES = 100 }; /* that are listed; the others are only counted */

struct worse_source {
	char name[ROW_TEXT + 1], author[ROW_TEXT + 1]; /* safe to show */
	char *path;                                    /* of its first message */
	enum auth_code dmarc;                          /* of that message now */
	size_t messages;
};

struct worse {
	size_t messages; /* all of them */
	size_t beyond;   /* of sources that are not listed */
	struct worse_source *sources;
	size_t n;
};

/* False without memory. A row that is not worse adds nothing. */
bool worse_add(struct worse *worse, const struct row *row);

/* Prints nothing without such mail. */
void worse_print(const struct worse *worse, FILE *out);

void worse_clear(struct worse *worse);

#endif

/* worse.h: mail that passes now and would no longer pass, by source (--fail-if-worse). */
#ifndef FILTER_STATS_WORSE_H
#define FILTER_STATS_WORSE_H

#include <stdio.h>

#include "filter/stats/row.h"

enum { WORSE_SOURCES = 100 }; /* sources that are listed; others are only counted */

struct worse_source {
	char name[ROW_TEXT + 1], author[ROW_TEXT + 1]; /* safe to show */
	char *path;                                    /* path of its first message */
	enum auth_code dmarc; /* DMARC result of that message with the change */
	size_t messages;
};

struct worse {
	size_t messages; /* all such messages */
	size_t beyond;   /* messages of sources that are not listed */
	struct worse_source *sources;
	size_t n;
};

/* Counts a row, if it is worse. False when out of memory. */
bool worse_add(struct worse *worse, const struct row *row);

/* Prints the list; nothing if there is no such mail. */
void worse_print(const struct worse *worse, FILE *out);

void worse_clear(struct worse *worse);

#endif

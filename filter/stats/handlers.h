/*
 * handlers.h: counts broken signatures by the host that delivered the message (batch --diagnose).
 */
#ifndef FILTER_STATS_HANDLERS_H
#define FILTER_STATS_HANDLERS_H

#include "filter/explain/setting.h"
#include "filter/stats/sources.h"

enum { HANDLERS_MAX = 256, HANDLER_SETTINGS = 8 };

/* A setting that would have preserved signatures, and the number of messages. */
struct handler_setting {
	const struct setting *setting;
	size_t n;
};

struct handler {
	char name[ROW_TEXT + 1];
	struct damage damage;
	struct handler_setting settings[HANDLER_SETTINGS];
	size_t nsettings;
};

struct handlers {
	size_t n;
	struct handler *list; /* from malloc, HANDLERS_MAX of them; NULL before the first one */
	struct damage others; /* for hosts that did not fit into the list or memory */
};

/* Counts a row; nothing if no signature was examined. */
void handlers_add(struct handlers *handlers, const struct row *row);

/* Writes the n hosts of the list to sorted, those with the most signatures first. */
void handlers_sort(const struct handlers *handlers, const struct handler **sorted);

/*
 * Prints a table of the first hosts, with the most frequent changes of each; nothing if there are
 * none.
 */
void handlers_print(const struct handlers *handlers, FILE *out);

void handlers_free(struct handlers *handlers);

#endif

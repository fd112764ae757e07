/*
 * handlers.h: the hosts that last handed over the messages with broken signatures (batch
 * --diagnose).
 */
#ifndef FILTER_STATS_HANDLERS_H
#define FILTER_STATS_HANDLERS_H

#include "filter/explain/setting.h"
#include "filter/stats/sources.h"

enum { HANDLERS_MAX = 256, HANDLER_SETTINGS = 8 };

/* The setting that would have preserved these signatures, and for how many messages. */
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
	struct damage others; /* of those beyond the full list, or without memory */
};

/* Counts a row; nothing if no signature was examined. */
void handlers_add(struct handlers *handlers, const struct row *row);

/* All of them in order, most signatures first; n of the list are written to sorted. */
void handlers_sort(const struct handlers *handlers, const struct handler **sorted);

/*
 * A table for a person: the first ones, with the most frequent change of each. Nothing if it is
 * empty.
 */
void handlers_print(const struct handlers *handlers, FILE *out);

void handlers_free(struct handlers *handlers);

#endif

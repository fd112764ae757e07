/*
 * view_reported.h: reads the rows of all aggregate reports that count, and classifies each
 * (view_judge.h).
 */
#ifndef FILTER_VIEW_VIEW_REPORTED_H
#define FILTER_VIEW_VIEW_REPORTED_H

#include "filter/feedback/feedback_check.h"
#include "filter/stats/row.h"
#include "filter/store/store.h"
#include "filter/view/view_judge.h"

/* SQL conditions on a report r; view_bind (view_parts.h) binds ?1, ?2 and ?3. */
#define VIEW_OF_DOMAIN "(?1 = '' OR r.domain = ?1 OR r.domain LIKE ?2 ESCAPE '!') AND ?3 >= 0"

enum { VIEW_REPORTERS = 2000 };

/* A reporter's rows that contradict DNS, counted by contradiction. */
struct view_contradiction {
	const char *reporter;
	uint64_t rows[FEEDBACK_MARKS_N], messages[FEEDBACK_MARKS_N];
};

/*
 * Takes a row in the form in which stats counts messages, valid during the call; row->date is the
 * beginning of its report. False without memory.
 */
typedef bool view_reported_take(void *arg, const struct row *row);

struct view_reported {
	const struct view_judge *judge;
	struct store *store;
	struct arena *arena;
	struct view_hosts *hosts;
	struct slice within;      /* only rows of this author domain and those below; empty: all */
	view_reported_take *take; /* gets each judged row */
	void *arg;
	struct view_contradiction *contradictions;
	size_t ncontradictions;
};

/*
 * Reads the rows into hosts and contradictions, and calls take for each. domain and below: as in
 * struct show (view_parts.h); class: the lowest class of senders whose reports count; known: the
 * lowest class that is a known receiver. ST_TEMP: the store failed (store_last_error), or no
 * memory.
 */
enum status view_reported_read(struct view_reported *reported, const char *domain,
	const char *below, int64_t class, int64_t known);

#endif

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

/*
 * SQL conditions; view_bind (view_parts.h) binds ?1 and ?2, and view_choose creates the tables. A
 * report r counts if it is about the domain or one below it. Of a report about a domain above it,
 * only what has an author domain (the column `from`) within the domain counts.
 */
/* clang-format off */
#define VIEW_OF_DOMAIN "(?1 = '' OR r.domain IN (SELECT name FROM about)) AND ?2 >= 0"
#define VIEW_OF_AUTHOR(from) "(?1 = '' OR r.domain IN (SELECT name FROM about) OR (r.domain IN " \
	"(SELECT name FROM above) AND " from " IN (SELECT name FROM author))) AND ?2 >= 0"
#define VIEW_OF_ROW VIEW_OF_AUTHOR("w.header_from")
#define VIEW_OF_SOME_ROW "(?1 = '' OR r.domain IN (SELECT name FROM about) OR (r.domain IN (SELECT name FROM above) " \
	"AND EXISTS (SELECT 1 FROM in_row w WHERE w.report = r.id AND w.header_from IN (SELECT name FROM author)))) AND ?2 >= 0"
/* clang-format on */

enum { VIEW_REPORTERS = 2000 };

/* A reporter's rows that contradict DNS, counted by contradiction. */
struct view_contradiction {
	const char *reporter;
	uint64_t rows[FEEDBACK_MARKS_N], messages[FEEDBACK_MARKS_N];
};

/*
 * Takes a row in the form in which stats counts messages, valid during the call; row->date is the
 * beginning of its report. False when out of memory.
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
 * Reads the rows into hosts and contradictions, and calls take for each. domain: as in struct show
 * (view_parts.h); class: the lowest class of senders whose reports count; known: the lowest class
 * that is a known receiver. ST_TEMP: the store failed (store_last_error), or no
 * memory.
 */
enum status view_reported_read(
	struct view_reported *reported, const char *domain, int64_t class, int64_t known);

#endif

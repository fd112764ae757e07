/* view_parts.h: declarations shared by the files of `report show`. */
#ifndef FILTER_VIEW_VIEW_PARTS_H
#define FILTER_VIEW_VIEW_PARTS_H

#include "filter/store/store.h"
#include "filter/view/view_archive.h"
#include "filter/view/view_reported.h"
#include "filter/view/view_table.h"

enum {
	TABLE_SENDERS,
	TABLE_READINESS,
	TABLE_DAYS,
	TABLE_SERVICES,
	TABLE_IDENTITIES,
	TABLE_SOURCES,
	TABLE_NEW,
	TABLE_FORWARDERS,
	TABLE_REPORTERS,
	TABLE_POLICIES,
	TABLE_MARKS,
	TABLE_WARNINGS,
	TABLE_FAILURES,
	TABLE_TLS,
	TABLE_TLS_FAILURES,
	TABLES
};

/* How much a reporter's reports count; the numbers are in the temporary table "known". */
enum view_class { VIEW_FILE, VIEW_UNAUTHENTICATED, VIEW_AUTHENTICATED, VIEW_KNOWN, VIEW_CLASSES };

struct show {
	const struct options *options;
	struct store *store;
	struct arena *arena;
	const char *domain;  /* "" for all */
	struct slice within; /* as in view_reported.h */
	struct view_hosts *hosts;
	struct view_archive archive;
	struct view_judge judge;
	struct view_reported reported;
	struct stats *stats; /* of the reports; only in `report show` */
	struct cells tables[TABLES];
};

/* clang-format off */
#define VIEW_SUMS "sum(w.messages), sum(CASE WHEN w.dkim = 'pass' OR w.spf = 'pass' THEN w.messages ELSE 0 END), " \
	"sum(CASE WHEN w.disposition IN ('quarantine', 'reject') THEN w.messages ELSE 0 END)"
#define VIEW_OF_KNOWN "in_row w JOIN in_report r ON r.id = w.report JOIN known k ON k.id = r.sender AND " \
	"k.class >= ?2 WHERE r.kind = 'aggregate' AND " VIEW_OF_ROW
/* clang-format on */

/*
 * The steps of a command that reads the reports, for one domain and those below it, or for all if
 * domain is empty. view_begin sets options, arena and hosts; view_close in any case.
 */
void view_begin(
	struct show *show, const struct options *options, struct slice domain, struct arena *arena);
/* Returns 0, or an exit status after reporting the error. */
int view_open(struct show *show, view_reported_take *take, void *arg);
/*
 * Reads the failure reports, which can prove forwarders, then calls take for the rows of all
 * aggregate reports that count. Afterwards all tables are empty, except that of failure reports.
 */
enum status view_read(struct show *show);
void view_close(struct show *show);

/* The lowest class of reporters that count (--reporters). */
int64_t view_least(const struct options *options);

/* Binds the parameters of VIEW_OF_DOMAIN and the like: domain, lowest class of reporters. */
void view_bind(const struct show *show, struct store_query *query);

/* Creates the temporary table "known": every reporter with its class. */
enum status view_classify(struct show *show);
/*
 * Creates the temporary tables of the names, as spelled in reports, that belong to the domain:
 * "about" and "above" of policy domains, "author" of author domains.
 */
enum status view_choose(struct show *show);

/* Creates all tables, empty. */
void view_tables_begin(struct show *show);

/* Make cells; the cell for FEEDBACK_NO_TIME is empty. */
struct cell view_day(const struct show *show, int64_t at);
struct cell view_number(const struct show *show, uint64_t number);
struct cell view_text(const struct show *show, const char *text);
struct cell view_mark(size_t mark);

/* Fills the tables that need one query each. */
enum status view_queries(struct show *show);

/*
 * Each fills the tables of its file. view_failures must run before the rows are read, because it
 * finds hosts that are proved to be forwarders.
 */
enum status view_failures(struct show *show);
enum status view_marks(struct show *show);
enum status view_policies(struct show *show);
bool view_lists(struct show *show); /* false without memory */

#endif

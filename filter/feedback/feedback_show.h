/* feedback_show.h: what feedback_show.c and feedback_services.c share. */
#ifndef FILTER_FEEDBACK_FEEDBACK_SHOW_H
#define FILTER_FEEDBACK_FEEDBACK_SHOW_H

#include "filter/feedback/feedback_table.h"
#include "filter/store/store.h"

enum {
	TABLE_SENDERS,
	TABLE_DAYS,
	TABLE_SERVICES,
	TABLE_SOURCES,
	TABLE_REPORTERS,
	TABLE_POLICIES,
	TABLE_MARKS,
	TABLE_WARNINGS,
	TABLE_TLS,
	TABLE_FAILURES,
	TABLES
};

struct show {
	const struct options *options;
	struct store *store;
	struct arena *arena;
	const char *domain, *below; /* "" for all; a pattern of LIKE */
	struct feedback_table tables[TABLES];
};

/* clang-format off */
#define OF_DOMAIN "(?1 = '' OR r.domain = ?1 OR r.domain LIKE ?2 ESCAPE '!') AND ?3 >= 0"
#define SUMS "sum(w.messages), sum(CASE WHEN w.dkim = 'pass' OR w.spf = 'pass' THEN w.messages ELSE 0 END), " \
	"sum(CASE WHEN w.disposition IN ('quarantine', 'reject') THEN w.messages ELSE 0 END)"
#define OF_KNOWN "in_row w JOIN in_report r ON r.id = w.report JOIN known k ON k.id = r.sender AND k.class >= ?3 " \
	"WHERE r.kind = 'aggregate' AND " OF_DOMAIN
/* clang-format on */

/* Binds what these have: the domain, the pattern of those below it, and who counts. */
void feedback_show_bind(const struct show *show, struct store_query *query);

/* Whose domains the signatures and envelopes have that passed. */
enum status feedback_services_fill(struct show *show);

#endif

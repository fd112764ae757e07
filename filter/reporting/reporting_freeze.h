/*
 * reporting_freeze.h: turns the rows of a finished day into reports whose octets, names and ids
 * never change again (RFC 9990 3.5.1).
 */
#ifndef FILTER_REPORTING_REPORTING_FREEZE_H
#define FILTER_REPORTING_REPORTING_FREEZE_H

#include "filter/settings/settings.h"
#include "filter/store/store.h"

struct crypto;

struct reporting_freezer {
	const struct options *options;
	struct store *store;
	struct crypto *crypto;
	struct arena *arena;
	int64_t now;
	int64_t reports; /* reports made */
	int64_t silent;  /* reports not made because all mail of that day was reports */
};

/*
 * Freezes the days that ended at least options->settle seconds ago, each day and policy in one
 * transaction. Rows of such a day that are imported later become additional reports. ST_TEMP with
 * *error, which is valid as long as the result of store_last_error.
 */
enum status reporting_freeze(struct reporting_freezer *freezer, struct error *error);

#endif

/* store_prune.h: removes old data from the store. */
#ifndef FILTER_STORE_STORE_PRUNE_H
#define FILTER_STORE_STORE_PRUNE_H

#include "filter/settings/settings.h"

/*
 * `report prune`: removes incoming reports older than --days, and the data for outgoing reports
 * about earlier days, but no report that still has to be sent. All or nothing. Returns the exit
 * status.
 */
int store_prune_main(const struct options *options, struct arena *arena);

#endif

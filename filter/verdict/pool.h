/* pool.h: opens DNS for many messages. */
#ifndef FILTER_VERDICT_POOL_H
#define FILTER_VERDICT_POOL_H

#include "filter/verdict/evaluate.h"

struct dns_pool;

/*
 * Reads the text of --zone into the arena; empty without the option. Here and below *error is set
 * if the status is not EVALUATE_OK.
 */
enum evaluate_status pool_zone(const struct options *options, struct arena *arena,
	struct slice *zone, struct error *error);

/*
 * Opens DNS from the options and the text of --zone, without the overlay; keep_all: discards no
 * answer.
 */
enum evaluate_status pool_open(const struct options *options, struct slice zone,
	struct arena *arena, bool keep_all, struct dns_pool **pool, struct error *error);

#endif

/* pool.h: DNS for many messages. */
#ifndef FILTER_VERDICT_POOL_H
#define FILTER_VERDICT_POOL_H

#include "filter/verdict/evaluate.h"

struct dns_pool;

/*
 * Opens it by the options, without the overlay; keep_all: all answers are kept. Where the
 * status is not EVALUATE_OK, *error is set.
 */
enum evaluate_status pool_open(const struct options *options, struct arena *arena, bool keep_all,
	struct dns_pool **pool, struct error *error);

#endif

#include "filter/verdict/pool.h"

#include "auth/dns/dns_pool.h"
#include "filter/io/wholefile.h"
#include "filter/text/i18n.h"

enum evaluate_status
pool_zone(
	const struct options *options, struct arena *arena, struct slice *zone, struct error *error)
{
	enum fault fault;

	*zone = SLICE("");
	if (options->zone == NULL ||
		wholefile_read(options->zone, DNS_ZONE_MAX, arena, zone, &fault) == ST_OK)
		return EVALUATE_OK;
	*error = fault_error(fault, N_("zone"), options->zone);
	return evaluate_refusal(error);
}

enum evaluate_status
pool_open(const struct options *options, struct slice zone, struct arena *arena, bool keep_all,
	struct dns_pool **pool, struct error *error)
{
	const struct dns_pool_config config = {
		.dns =
			{
				.resolvers = options->resolvers.v,
				.nresolvers = options->resolvers.n,
				.system = options->system_servers,
				.timeout_ms = options->dns_timeout_ms,
				.deadline_ms = options->deadline_ms,
				.oom = arena->oom,
				.oom_arg = arena->oom_arg,
			},
		.zone = options->zone != NULL ? &zone : NULL,
		.cache_max = (size_t)options->cache_size,
		.keep_all = keep_all,
	};
	const enum status st = dns_pool_open(&config, pool, error);

	if (st == ST_OK)
		return EVALUATE_OK;
	error->what = options->zone != NULL ? N_("zone") : "DNS";
	error->path = options->zone;
	return st == ST_BAD ? EVALUATE_CONFIG : EVALUATE_TEMP;
}

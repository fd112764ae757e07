#include "filter/verdict/pool.h"

#include "auth/dns/dns_pool.h"
#include "filter/io/paths.h"
#include "filter/io/wholefile.h"
#include "filter/text/i18n.h"
#include "mime/buf.h"

enum { ERROR_MAX = 1024 };

static const char *
told(struct arena *arena, const char *what, const char *path, const char *why)
{
	struct buf text;

	buf_init(&text, arena, ERROR_MAX);
	buf_addf(&text, "%s%s%s: %s", what, path[0] != '\0' ? " " : "", path, translated(why));
	buf_addc(&text, '\0');
	return text.over ? what : text.p;
}

enum evaluate_status
pool_zone(
	const struct options *options, struct arena *arena, struct slice *zone, const char **error)
{
	enum fault fault;

	*zone = SLICE("");
	if (options->zone == NULL ||
		wholefile_read(options->zone, DNS_ZONE_MAX, arena, zone, &fault) == ST_OK)
		return EVALUATE_OK;
	*error = told(arena, _("zone"), path_shown(options->zone, arena), fault_text(fault));
	return EVALUATE_CONFIG;
}

enum evaluate_status
pool_open(const struct options *options, struct slice zone, struct arena *arena, bool keep_all,
	struct dns_pool **pool, const char **error)
{
	const struct dns_pool_config config = {
		.dns =
			{
				.resolvers = options->resolvers.v,
				.nresolvers = options->resolvers.n,
				.timeout_ms = options->dns_timeout_ms,
				.deadline_ms = options->deadline_ms,
				.oom = arena->oom,
				.oom_arg = arena->oom_arg,
			},
		.zone = options->zone != NULL ? &zone : NULL,
		.cache_max = (size_t)options->cache_size,
		.keep_all = keep_all,
	};
	const char *why = NULL;
	const enum status st = dns_pool_open(&config, arena, pool, &why);

	if (st == ST_OK)
		return EVALUATE_OK;
	*error = told(arena, "DNS", "", why);
	return st == ST_BAD ? EVALUATE_CONFIG : EVALUATE_TEMP;
}

#include "filter/out/record.h"

#include "auth/dns/dns.h"
#include "filter/io/ownfile.h"
#include "filter/io/paths.h"
#include "filter/settings/profile.h"
#include "filter/text/i18n.h"

static const struct ownfile_kind kind = {
	.first = {DNS_RECORD_FIRST, sizeof DNS_RECORD_FIRST - 1},
	.another = FAULT_NOT_A_RECORD,
};

static void
log_failure(const struct options *options, enum fault why, struct arena *arena)
{
	fprintf(stderr, "mailstamp: %s %s: %s\n", _("DNS record"),
		path_shown(options->dns_record, arena), translated(fault_text(why)));
}

int
record_probe(const struct options *options, struct arena *arena)
{
	struct error error;
	enum fault why;

	if (options->dns_record == NULL ||
		ownfile_probe(options->dns_record, &kind, arena, &why) == ST_OK)
		return 0;
	log_failure(options, why, arena);
	error = fault_error(why, NULL, NULL);
	return profile_failure(&error);
}

enum status
record_write(const struct options *options, struct slice zone, struct arena *arena, enum fault *why)
{
	struct ownfile file;

	if (zone.n == 0) {
		*why = FAULT_ZONE_FULL;
		return ST_TEMP;
	}
	if (ownfile_open(&file, options->dns_record, &kind, arena, why) != ST_OK)
		return ST_TEMP;
	(void)fwrite(zone.p, 1, zone.n, file.out);
	return ownfile_keep(&file, why);
}

bool
record_keep(const struct options *options, struct slice zone, struct arena *arena)
{
	enum fault why;

	if (record_write(options, zone, arena, &why) == ST_OK)
		return true;
	log_failure(options, why, arena);
	return false;
}

void
record_lost(const struct options *options, struct arena *arena)
{
	log_failure(options, FAULT_READER_DIED, arena);
}

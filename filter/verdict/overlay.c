#include "filter/verdict/overlay.h"

#include "auth/dns/dns.h"
#include "filter/io/wholefile.h"
#include "filter/text/i18n.h"

enum status
overlay_open(const struct options *options, struct arena *arena, struct dns_overlay **overlay,
	struct error *error)
{
	const size_t files = options->overlays.n;
	const size_t n = files + (options->laid.n > 0 ? 1 : 0);
	struct slice *texts;
	size_t at;

	*overlay = NULL;
	if (n == 0)
		return ST_OK;
	texts = arena_array(arena, n, sizeof *texts);
	if (options->laid.n > 0)
		texts[files] = options->laid;
	for (size_t i = 0; i < files; i++) {
		const char *path = options->overlays.v[i];
		enum fault fault;

		if (wholefile_read(path, DNS_ZONE_MAX, arena, &texts[i], &fault) != ST_OK) {
			*error = fault_error(fault, N_("overlay"), path);
			return ST_BAD;
		}
	}
	if (dns_overlay_read(texts, n, files, arena, overlay, &at, error) == ST_OK)
		return ST_OK;
	error->what = N_("overlay");
	error->path = at < files ? options->overlays.v[at] : NULL;
	return ST_BAD;
}

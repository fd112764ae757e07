#include "filter/verdict/overlay.h"

#include "auth/dns/dns.h"
#include "filter/io/wholefile.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

enum { ERROR_MAX = 8192, PATH_SHOWN = 4096 };

static enum status
wrong(struct arena *arena, const char *path, const char *why, const char **error)
{
	struct buf text;

	buf_init(&text, arena, ERROR_MAX);
	buf_addf(&text, "%s %s: %s", _("overlay"), printable(slice_str(path), PATH_SHOWN, arena),
		translated(why));
	buf_addc(&text, '\0');
	*error = text.over ? N_("overlay") : text.p;
	return ST_BAD;
}

enum status
overlay_open(const struct options *options, struct arena *arena, struct dns_overlay **overlay,
	const char **error)
{
	const size_t n = options->overlays.n;
	struct slice *texts;
	const char *why;
	size_t at;

	*overlay = NULL;
	if (n == 0)
		return ST_OK;
	texts = arena_array(arena, n, sizeof *texts);
	for (size_t i = 0; i < n; i++) {
		const char *path = options->overlays.v[i];
		enum fault fault;

		if (wholefile_read(path, DNS_ZONE_MAX, arena, &texts[i], &fault) != ST_OK)
			return wrong(arena, path, fault_text(fault), error);
	}
	if (dns_overlay_read(texts, n, arena, overlay, &at, &why) != ST_OK)
		return wrong(arena, options->overlays.v[at], why, error);
	return ST_OK;
}

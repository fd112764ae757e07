/* overlay.h: --overlay: records that override DNS, as if they were published. */
#ifndef FILTER_VERDICT_OVERLAY_H
#define FILTER_VERDICT_OVERLAY_H

#include "filter/settings/settings.h"

struct dns_overlay;

/*
 * Reads options->overlays and options->laid; *overlay is NULL if there are none, otherwise in the
 * arena. ST_BAD with *error if a file cannot be read or is not a master file.
 */
enum status overlay_open(const struct options *options, struct arena *arena,
	struct dns_overlay **overlay, struct error *error);

#endif

/* options_mark.h: a hash that is equal for runs that may be parts of the same run. */
#ifndef FILTER_SETTINGS_OPTIONS_MARK_H
#define FILTER_SETTINGS_OPTIONS_MARK_H

#include "auth/base/crypto.h"
#include "filter/settings/settings.h"

enum { OPTIONS_MARK = 2 * CRYPTO_SHA256_SIZE };

/*
 * SHA-256, in hexadecimal, over the version, batch's paths and every option that can change
 * results: all but those for speed, for the part of the run, and for reporting. Files count by
 * name, lists (@FILE) by content. ST_TEMP when out of memory.
 */
enum status options_mark(
	const struct options *options, struct arena *arena, char mark[OPTIONS_MARK + 1]);

#endif

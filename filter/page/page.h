/* page.h: writes a run as one self-contained HTML file (--html). */
#ifndef FILTER_PAGE_PAGE_H
#define FILTER_PAGE_PAGE_H

#include "filter/page/page_frame.h"
#include "filter/stats/since.h"
#include "filter/stats/stats.h"

struct page {
	const struct stats *stats;
	const struct handlers *handlers; /* --diagnose; empty without it */
	const struct since *since;       /* --baseline, or NULL */
	size_t failed;                   /* files that could not be read */
	size_t not_mail;                 /* files that are not messages */
	bool interrupted;                /* the run was stopped before its end */
	const char *shard;               /* "1/4", or NULL */
	int64_t made;                    /* time of creation, in seconds since the epoch */
};

/*
 * Writes the page, in the selected language, to a temporary file, flushes that to disk and renames
 * it to path. On failure, ST_TEMP with *why, path is unchanged and no other file remains. A
 * symbolic link is followed; anything but a regular file is refused.
 */
enum status page_write(
	const struct page *page, const char *path, struct arena *arena, enum fault *why);

#endif

/*
 * page.h: a run as one HTML file that loads nothing from elsewhere (--html).
 */
#ifndef FILTER_PAGE_PAGE_H
#define FILTER_PAGE_PAGE_H

#include "filter/page/page_frame.h"
#include "filter/stats/since.h"
#include "filter/stats/stats.h"

struct page {
	const struct stats *stats;
	const struct handlers *handlers; /* of --diagnose; empty without it */
	const struct since *since;       /* of --baseline, or NULL */
	size_t failed;                   /* files that could not be read */
	size_t not_mail;                 /* and files that are not messages */
	bool interrupted;                /* the run was stopped before its end */
	const char *shard;               /* "1/4", or NULL */
	int64_t made;                    /* when, in seconds since the epoch */
};

/*
 * Writes it in the selected language to a temporary file, flushes it to the disk, and renames it to
 * path. On failure, path is unchanged and no other file is left; ST_TEMP with *why as above. A link
 * is followed; anything but a regular file is refused.
 */
enum status page_write(
	const struct page *page, const char *path, struct arena *arena, enum fault *why);

#endif

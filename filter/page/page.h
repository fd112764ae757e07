/*
 * page.h: a run as one HTML file that loads nothing from elsewhere (--html).
 */
#ifndef FILTER_PAGE_PAGE_H
#define FILTER_PAGE_PAGE_H

#include "filter/io/fault.h"
#include "filter/stats/stats.h"
#include "mime/arena.h"
#include "mime/status.h"

struct page {
	const struct stats *stats;
	const struct handlers *handlers; /* of --diagnose; empty without it */
	size_t failed;                   /* files that could not be read */
	size_t not_mail;                 /* and files that are no messages */
	bool interrupted;                /* the run was stopped before its end */
	const char *shard;               /* "1/4", or NULL */
	int64_t made;                    /* when, in seconds since the epoch */
};

/* Can a file be written there? ST_TEMP with *why where not: a run of hours should not end with
 * that. What stands at path is left as it is. */
enum status page_probe(const char *path, struct arena *arena, enum fault *why);

/*
 * Writes it in the chosen language, first beside path under another name, to the disk, then over
 * path. Where anything fails, what stood at path stands there still and no other file is left;
 * ST_TEMP with *why as above. A link is followed; what is no regular file is refused.
 */
enum status page_write(
	const struct page *page, const char *path, struct arena *arena, enum fault *why);

#endif

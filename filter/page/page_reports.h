/*
 * page_reports.h: writes incoming reports, compared with an archive, as one HTML file (report show
 * --html).
 */
#ifndef FILTER_PAGE_PAGE_REPORTS_H
#define FILTER_PAGE_PAGE_REPORTS_H

#include "filter/page/page_frame.h"
#include "filter/stats/stats.h"
#include "filter/text/cells.h"

struct page_reports {
	const char *domain;                    /* "" for all */
	const struct stats *reports, *archive; /* archive may be NULL */
	const struct cells *const *tables;     /* in the order of display */
	size_t ntables;
	int64_t made; /* time of creation, in seconds since the epoch */
};

/* Like page_write (page.h); call page_probe first. */
enum status page_reports_write(
	const struct page_reports *page, const char *path, struct arena *arena, enum fault *why);

#endif

/*
 * page_reports.h: incoming reports compared with an archive, as one HTML file (report show --html)
 */
#ifndef FILTER_PAGE_PAGE_REPORTS_H
#define FILTER_PAGE_PAGE_REPORTS_H

#include "filter/page/page_frame.h"
#include "filter/stats/stats.h"
#include "filter/text/cells.h"

struct page_reports {
	const char *domain;                    /* "" for all */
	const struct stats *reports, *archive; /* the second one may be NULL */
	const struct cells *const *tables;     /* in their order */
	size_t ntables;
	int64_t made; /* when, in seconds since the epoch */
};

/* As page_write (page.h); page_probe serves this page as well. */
enum status page_reports_write(
	const struct page_reports *page, const char *path, struct arena *arena, enum fault *why);

#endif

/*
 * page_time.h: the periods of a run's statistics as the bars of a chart: days, months or years
 * without a gap.
 */
#ifndef FILTER_PAGE_PAGE_TIME_H
#define FILTER_PAGE_PAGE_TIME_H

#include "filter/stats/stats.h"

enum page_unit { PAGE_DAYS, PAGE_MONTHS, PAGE_YEARS };

/*
 * at: n bars, including empty ones, oldest first; day is 0 for a month, and month as well for a
 * year
 */
struct page_time {
	enum page_unit unit;
	struct stats_period *at;
	size_t n;
	struct stats_counts outside; /* with dates so far from all others that no bar shows them */
};

enum { PAGE_LABEL_OCTETS = 16 };

/*
 * The axis reaches from the 1st to the 99th percentile of the messages, but always leaves out one
 * message, and to messages close by: one wrong date must not make it a hundred years long.
 *
 * Days up to about three months, months up to ten years, then years; if there are too many years
 * for a chart, only those with mail. False without memory. Freed by page_time_free.
 */
bool page_time_make(const struct stats *stats, struct page_time *time);
void page_time_free(struct page_time *time);

/* 2026-01-31, 2026-01 or 2026. */
void page_time_label(const struct stats_period *period, char text[PAGE_LABEL_OCTETS]);

/* Days since 1970-01-01 (Gregorian), from the year 1 on. */
int64_t page_day_number(int year, int month, int day);

/* The end of an axis: the smallest of 1, 2, 5 times a power of ten that is not below most. */
uint64_t page_scale_top(uint64_t most);

#endif

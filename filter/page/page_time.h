/*
 * page_time.h: converts the periods of a run's statistics to the bars of a chart: days, months or
 * years, without gaps.
 */
#ifndef FILTER_PAGE_PAGE_TIME_H
#define FILTER_PAGE_PAGE_TIME_H

#include "filter/stats/stats.h"

enum page_unit { PAGE_DAYS, PAGE_MONTHS, PAGE_YEARS };

/*
 * at: n bars, including empty ones, oldest first. day is 0 if the bars are months; month is also 0
 * if they are years.
 */
struct page_time {
	enum page_unit unit;
	struct stats_period *at;
	size_t n;
	struct stats_counts outside; /* messages with outlying dates, which no bar includes */
};

enum { PAGE_LABEL_OCTETS = 16 };

/*
 * Makes the bars. The axis leaves out at most 1 % of the messages on each side (one message of
 * fewer than 100, none of fewer than ten), but not those close to the others: a single wrong date
 * must not stretch it over a hundred years.
 *
 * The bars are days up to about three months, months up to ten years, then years; if there are too
 * many years for a chart, only those with mail. False when out of memory. Free with page_time_free.
 */
bool page_time_make(const struct stats *stats, struct page_time *time);
void page_time_free(struct page_time *time);

/* Writes 2026-01-31, 2026-01 or 2026. */
void page_time_label(const struct stats_period *period, char text[PAGE_LABEL_OCTETS]);

/* Returns the days since 1970-01-01 (Gregorian), from the year 1 on. */
int64_t page_day_number(int year, int month, int day);

/*
 * Returns the upper end of an axis: the smallest number of the form 1, 2 or 5 times a power of ten
 * that is not below most.
 */
uint64_t page_scale_top(uint64_t most);

#endif

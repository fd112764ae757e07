#include "filter/page/page_time.h"

#include <stdio.h>
#include <stdlib.h>

enum { DAYS_MOST = 92, MONTHS_MOST = 120, YEARS_MOST = 60 };
enum { FEW = 10 /* with fewer messages, none is treated as an outlier */, NEAR_DAYS = 62 };

int64_t
page_day_number(int year, int month, int day)
{
	/* counts years from March, so that the leap day is the last day */
	int64_t y = month <= 2 ? year - 1 : year, m = month <= 2 ? month + 9 : month - 3;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

uint64_t
page_scale_top(uint64_t most)
{
	static const uint64_t steps[] = {1, 2, 5};
	uint64_t ten = 1;

	for (;;) {
		for (size_t i = 0; i < 3; i++)
			if (ten * steps[i] >= most)
				return ten * steps[i];
		if (ten > UINT64_MAX / 100)
			return most;
		ten *= 10;
	}
}

/* Returns the position of the period on an unbounded axis. */
static int64_t
number_of(enum page_unit unit, const struct stats_period *period)
{
	if (unit == PAGE_DAYS)
		return page_day_number(period->year, period->month, period->day);
	if (unit == PAGE_MONTHS)
		return (int64_t)period->year * 12 + period->month - 1;
	return period->year;
}

static int
days_of(int year, int month)
{
	int64_t first = page_day_number(year, month, 1);

	return (int)(page_day_number(month < 12 ? year : year + 1, month < 12 ? month + 1 : 1, 1) -
		     first);
}

/* Moves on to the next period, without counts. */
static void
step(enum page_unit unit, struct stats_period *period)
{
	period->counts = (struct stats_counts){.messages = 0};
	if (unit == PAGE_DAYS) {
		if (++period->day <= days_of(period->year, period->month))
			return;
		period->day = 1;
	}
	if (unit != PAGE_YEARS) {
		if (++period->month <= 12)
			return;
		period->month = 1;
	}
	period->year++;
}

static struct stats_period
truncate_period(enum page_unit unit, struct stats_period period)
{
	period.counts = (struct stats_counts){.messages = 0};
	period.day = unit == PAGE_DAYS ? period.day : 0;
	period.month = unit == PAGE_YEARS ? 0 : period.month;
	return period;
}

/* The periods that the axis covers. */
struct range {
	size_t from, to; /* inclusive */
};

static int64_t
day_of(const struct stats_period *period)
{
	return page_day_number(period->year, period->month, period->day > 0 ? period->day : 1);
}

static uint64_t
total_of(const struct stats *stats)
{
	uint64_t total = 0;

	for (size_t i = 0; i < stats->nperiods; i++)
		total += stats->periods[i].counts.messages;
	return total;
}

/* Finds the range of periods that page_time_make describes. */
static struct range
find_range(const struct stats *stats)
{
	const struct stats_period *at = stats->periods;
	const uint64_t total = total_of(stats), spare = total < FEW   ? 0
							: total < 100 ? 1
								      : total / 100;
	struct range range = {0, stats->nperiods - 1};
	uint64_t n = 0;
	int64_t reach;

	while (range.from < range.to && n + at[range.from].counts.messages <= spare)
		n += at[range.from++].counts.messages;
	for (n = 0; range.to > range.from && n + at[range.to].counts.messages <= spare;)
		n += at[range.to--].counts.messages;
	reach = (day_of(&at[range.to]) - day_of(&at[range.from])) / 2 + NEAR_DAYS;
	while (range.from > 0 && day_of(&at[range.from]) - day_of(&at[range.from - 1]) <= reach)
		range.from--;
	while (range.to + 1 < stats->nperiods &&
		day_of(&at[range.to + 1]) - day_of(&at[range.to]) <= reach)
		range.to++;
	return range;
}

static int64_t
span(enum page_unit unit, const struct stats *stats, struct range range)
{
	return number_of(unit, &stats->periods[range.to]) -
	       number_of(unit, &stats->periods[range.from]) + 1;
}

static enum page_unit
choose(const struct stats *stats, struct range range)
{
	if (!stats->months && span(PAGE_DAYS, stats, range) <= DAYS_MOST)
		return PAGE_DAYS;
	return span(PAGE_MONTHS, stats, range) <= MONTHS_MOST ? PAGE_MONTHS : PAGE_YEARS;
}

/*
 * Adds a period of the statistics, after empty bars for the gap before it; if gaps is true, without
 * these bars.
 */
static void
add_period(struct page_time *time, const struct stats_period *period, bool gaps)
{
	struct stats_period here = truncate_period(time->unit, *period);
	struct stats_period *last = time->n > 0 ? &time->at[time->n - 1] : NULL;

	while (!gaps && last != NULL &&
		number_of(time->unit, last) + 1 < number_of(time->unit, &here)) {
		time->at[time->n] = *last;
		step(time->unit, &time->at[time->n]);
		last = &time->at[time->n++];
	}
	if (last == NULL || number_of(time->unit, last) != number_of(time->unit, &here)) {
		time->at[time->n] = here;
		last = &time->at[time->n++];
	}
	counts_join(&last->counts, &period->counts);
}

bool
page_time_make(const struct stats *stats, struct page_time *time)
{
	struct range range;
	bool gaps;

	*time = (struct page_time){.at = NULL};
	if (stats->nperiods == 0)
		return true;
	range = find_range(stats);
	gaps = span(PAGE_YEARS, stats, range) > YEARS_MOST;
	time->unit = choose(stats, range);
	time->at = calloc(gaps ? range.to - range.from + 1 : (size_t)span(time->unit, stats, range),
		sizeof *time->at);
	if (time->at == NULL)
		return false;
	for (size_t i = 0; i < stats->nperiods; i++)
		if (i < range.from || i > range.to)
			counts_join(&time->outside, &stats->periods[i].counts);
		else
			add_period(time, &stats->periods[i], gaps);
	return true;
}

void
page_time_free(struct page_time *time)
{
	free(time->at);
	*time = (struct page_time){.at = NULL};
}

void
page_time_label(const struct stats_period *period, char text[PAGE_LABEL_OCTETS])
{
	int year = period->year % 10000, month = period->month % 100, day = period->day % 100;

	if (day > 0)
		(void)snprintf(text, PAGE_LABEL_OCTETS, "%04d-%02d-%02d", year, month, day);
	else if (month > 0)
		(void)snprintf(text, PAGE_LABEL_OCTETS, "%04d-%02d", year, month);
	else
		(void)snprintf(text, PAGE_LABEL_OCTETS, "%04d", year);
}

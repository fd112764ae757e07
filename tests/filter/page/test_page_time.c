#include "filter/page/page_time.h"

#include <criterion/criterion.h>

#include "tests/support/plain_row.h"

static const struct day_row {
	int year, month, day;
	int64_t want;
} day_rows[] = {
	{1970, 1, 1, 0},
	{1970, 12, 31, 364},
	{1969, 12, 31, -1},
	{1972, 2, 29, 789},
	{1972, 3, 1, 790},
	{2000, 3, 1, 11017},
	{2026, 1, 1, 20454},
	{2100, 3, 1, 47541},
	{9999, 12, 31, 2932896},
};

Test(page_time, day_number)
{
	for (size_t i = 0; i < sizeof day_rows / sizeof day_rows[0]; i++) {
		const struct day_row *row = &day_rows[i];

		cr_expect_eq(page_day_number(row->year, row->month, row->day), row->want,
			"%d-%d-%d", row->year, row->month, row->day);
	}
}

static const struct scale_row {
	uint64_t most, want;
} scale_rows[] = {
	{0, 1},
	{1, 1},
	{2, 2},
	{3, 5},
	{6, 10},
	{10, 10},
	{11, 20},
	{499, 500},
	{501, 1000},
	{1000001, 2000000},
	{UINT64_MAX, UINT64_MAX},
};

Test(page_time, scale_top)
{
	for (size_t i = 0; i < sizeof scale_rows / sizeof scale_rows[0]; i++)
		cr_expect_eq(page_scale_top(scale_rows[i].most), scale_rows[i].want, "%zu", i);
}

enum { DAY = 86400 };

/* One message for each number: days since the epoch. */
static const struct time_row {
	const char *name;
	int64_t days[6]; /* up to the first -1 */
	enum page_unit unit;
	size_t bars;
	const char *first, *last;
} time_rows[] = {
	{"one day", {20454, -1}, PAGE_DAYS, 1, "2026-01-01", "2026-01-01"},
	{"a gap", {20454, 20458, -1}, PAGE_DAYS, 5, "2026-01-01", "2026-01-05"},
	{"over a leap day", {789, 788, 791, -1}, PAGE_DAYS, 4, "1972-02-28", "1972-03-02"},
	{"as many days as go", {20454, 20454 + 91, -1}, PAGE_DAYS, 92, "2026-01-01", "2026-04-02"},
	{"a day more", {20454, 20454 + 92, -1}, PAGE_MONTHS, 4, "2026-01", "2026-04"},
	{"over the new year", {20454 - 200, 20454, 20455, -1}, PAGE_MONTHS, 8, "2025-06",
		"2026-01"},
	{"eleven years", {20454, 20454 - 4018, -1}, PAGE_YEARS, 12, "2015", "2026"},
	{"a date of long after", {20454, 2932896, -1}, PAGE_YEARS, 2, "2026", "9999"},
};

static struct stats *
stats_of(const int64_t *days)
{
	struct stats *stats = stats_new(NULL, 0, false);
	struct row row = plain_row();

	row.has_date = true;
	for (size_t i = 0; days[i] != -1; i++) {
		row.date = days[i] * DAY + 7;
		cr_assert(stats_add(stats, &row));
		row.index++;
	}
	return stats;
}

Test(page_time, bars)
{
	for (size_t i = 0; i < sizeof time_rows / sizeof time_rows[0]; i++) {
		const struct time_row *row = &time_rows[i];
		struct stats *stats = stats_of(row->days);
		char first[PAGE_LABEL_OCTETS], last[PAGE_LABEL_OCTETS];
		struct page_time time;
		uint64_t sum = 0, want = 0;

		cr_assert(page_time_make(stats, &time));
		cr_expect_eq(time.unit, row->unit, "%s", row->name);
		cr_assert_eq(time.n, row->bars, "%s: %zu", row->name, time.n);
		page_time_label(&time.at[0], first);
		page_time_label(&time.at[time.n - 1], last);
		cr_expect_str_eq(first, row->first, "%s", row->name);
		cr_expect_str_eq(last, row->last, "%s", row->name);
		for (size_t k = 0; k < time.n; k++)
			sum += time.at[k].counts.messages;
		while (row->days[want] != -1)
			want++;
		cr_expect_eq(sum, want, "%s", row->name);
		page_time_free(&time);
		stats_free(stats);
	}
}

Test(page_time, nothing)
{
	struct stats *stats = stats_new(NULL, 0, false);
	struct page_time time;

	cr_expect(page_time_make(stats, &time) && time.n == 0);
	page_time_free(&time);
	stats_free(stats);
}

/*
 * A few distant dates, about one in a hundred, do not stretch the axis, and are counted separately.
 */
Test(page_time, odd_dates)
{
	static const struct {
		const char *name;
		size_t good, odd; /* messages */
		int64_t at;       /* day of the distant ones */
		bool shown;
	} odd_rows[] = {
		{"one of long after", 20, 1, 2932896, false},
		{"one of long before", 20, 1, 3, false},
		{"one of a year after", 20, 1, 20454 + 400, false},
		{"one of the next month", 20, 1, 20454 + 40, true},
		{"two of a hundred", 100, 2, 2932896, true},
		{"ten of a thousand", 1000, 10, 2932896, false},
		{"one of three", 2, 1, 2932896, true},
	};

	for (size_t i = 0; i < sizeof odd_rows / sizeof odd_rows[0]; i++) {
		struct stats *stats = stats_new(NULL, 0, false);
		struct row row = plain_row();
		struct page_time time;
		uint64_t sum = 0;

		row.has_date = true;
		for (size_t k = 0; k < odd_rows[i].good + odd_rows[i].odd; k++) {
			int64_t day =
				k < odd_rows[i].good ? 20454 + (int64_t)(k % 20) : odd_rows[i].at;

			row.date = day * DAY;
			cr_assert(stats_add(stats, &row));
			row.index++;
		}
		cr_assert(page_time_make(stats, &time));
		for (size_t k = 0; k < time.n; k++)
			sum += time.at[k].counts.messages;
		cr_expect_eq(time.outside.messages, odd_rows[i].shown ? 0 : odd_rows[i].odd, "%s",
			odd_rows[i].name);
		cr_expect_eq(sum + time.outside.messages, odd_rows[i].good + odd_rows[i].odd, "%s",
			odd_rows[i].name);
		cr_expect(odd_rows[i].shown || (time.unit == PAGE_DAYS && time.n == 20), "%s: %zu",
			odd_rows[i].name, time.n);
		page_time_free(&time);
		stats_free(stats);
	}
}

#include "filter/intake/msgtime.h"

#include "filter/io/clock.h"
#include "mime/scan.h"

/* Reads one of the three-letter words that names consists of; returns its index, or -1. */
static int
scan_name(struct slice *at, const char *names)
{
	size_t n = strlen(names) / 3;

	for (size_t i = 0; i < n; i++)
		if (scan_word(at, slice_make(names + 3 * i, 3)))
			return (int)i;
	return -1;
}

/* days since 1970-01-01; month from 0 */
static int64_t
days_of(int64_t year, int month, int day)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int64_t y = year - 1;
	int64_t days = y * 365 + y / 4 - y / 100 + y / 400 + before[month] + day - 1;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days + (leap && month > 1 ? 1 : 0) - 719162;
}

static bool
scan_2(struct slice *at, unsigned long long max, int *value)
{
	unsigned long long number;

	if (!scan_number(at, max, &number))
		return false;
	*value = (int)number;
	return true;
}

static bool
scan_year(struct slice *at, int64_t *year)
{
	size_t before = at->n;
	unsigned long long number;

	if (!scan_number(at, 9999, &number))
		return false;
	*year = (int64_t)number;
	if (before - at->n == 2) /* RFC 5322 4.3 */
		*year += *year < 50 ? 2000 : 1900;
	else if (before - at->n == 3)
		*year += 1900;
	return *year >= 1900;
}

/* seconds east of UTC */
static int64_t
scan_zone(struct slice *at)
{
	static const char names[] = "EDTESTCDTCSTMDTMSTPDTPST";
	static const int hours[] = {-4, -5, -5, -6, -6, -7, -7, -8};
	struct slice sign = *at;
	unsigned long long number;
	int name;

	if (scan_char(at, '+') || scan_char(at, '-')) {
		if (!scan_number(at, 9999, &number) || number % 100 > 59)
			return 0;
		return (int64_t)(number / 100 * 3600 + number % 100 * 60) *
		       (sign.p[0] == '-' ? -1 : 1);
	}
	name = scan_name(at, names);
	return name < 0 ? 0 : hours[name] * (int64_t)3600;
}

bool
message_date_parse(struct slice text, int64_t *when)
{
	static const char days[] = "MonTueWedThuFriSatSun";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct slice at = text;
	int day, month, hour, minute, second = 0;
	int64_t year, zone;

	(void)scan_cfws(&at);
	if (scan_name(&at, days) >= 0) {
		(void)scan_cfws(&at);
		if (!scan_char(&at, ','))
			return false;
		(void)scan_cfws(&at);
	}
	if (!scan_2(&at, 31, &day) || day < 1)
		return false;
	(void)scan_cfws(&at);
	month = scan_name(&at, months);
	if (month < 0)
		return false;
	(void)scan_cfws(&at);
	if (!scan_year(&at, &year))
		return false;
	(void)scan_cfws(&at);
	if (!scan_2(&at, 23, &hour))
		return false;
	(void)scan_cfws(&at);
	if (!scan_char(&at, ':'))
		return false;
	(void)scan_cfws(&at);
	if (!scan_2(&at, 59, &minute))
		return false;
	(void)scan_cfws(&at);
	if (scan_char(&at, ':')) {
		(void)scan_cfws(&at);
		if (!scan_2(&at, 60, &second))
			return false;
		(void)scan_cfws(&at);
	}
	zone = scan_zone(&at);
	*when = days_of(year, month, day) * DAY_SECONDS + (int64_t)hour * 3600 +
		(int64_t)minute * 60 + second - zone;
	return true;
}

bool
message_time(const struct message *message, struct arena *arena, int64_t *when)
{
	const struct field *received = message_field(message, "Received", 0);
	const struct field *date = message_field(message, "Date", 0);

	if (received != NULL) {
		struct slice value = field_unfold(received, arena);
		size_t semicolon = slice_rfind(value, ';');

		/* RFC 5322 3.6.7 */
		if (semicolon < value.n &&
			message_date_parse(slice_from(value, semicolon + 1), when))
			return true;
	}
	return date != NULL && message_date_parse(field_unfold(date, arena), when);
}

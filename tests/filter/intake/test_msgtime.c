#include "filter/intake/msgtime.h"

#include <criterion/criterion.h>

/* RFC 5322 3.3, 4.3; seconds as `date -u -d` prints them */
static const struct date_row {
	const char *name, *text;
	bool good;
	int64_t when;
} date_rows[] = {
	{"the epoch", "Thu, 1 Jan 1970 00:00:00 +0000", true, 0},
	{"no day of the week", "1 Jan 1970 00:00:01 +0000", true, 1},
	{"no seconds", "1 Jan 1970 00:01 +0000", true, 60},
	{"east", "1 Jan 2026 09:00:00 +0900", true, 1767225600},
	{"west", "31 Dec 2025 16:30:00 -0730", true, 1767225600},
	{"a leap day", "29 Feb 2024 12:00:00 GMT", true, 1709208000},
	{"the day after", "1 Mar 2024 00:00:00 GMT", true, 1709251200},
	{"no leap year", "1 Mar 2100 00:00:00 GMT", true, 4107542400},
	{"folds and comments", " Thu,\r\n\t1 (first) Jan 1970 00:00:00 +0000 (UTC)", true, 0},
	{"two digits", "1 Jan 70 00:00:00 GMT", true, 0},
	{"two digits, this century", "1 Jan 26 00:00:00 GMT", true, 1767225600},
	{"three digits", "1 Jan 126 00:00:00 GMT", true, 1767225600},
	{"EST", "31 Dec 2025 19:00:00 EST", true, 1767225600},
	{"PDT", "1 Jan 1970 00:00:00 PDT", true, 25200},
	{"a military zone counts as UTC", "1 Jan 1970 00:00:00 A", true, 0},
	{"no zone counts as UTC", "1 Jan 1970 00:00:00", true, 0},
	{"a leap second", "31 Dec 2016 23:59:60 GMT", true, 1483228800},
	{"before the epoch", "31 Dec 1969 23:59:59 GMT", true, -1},
	{"the last year", "31 Dec 9999 23:59:59 GMT", true, INT64_C(253402300799)},
	{"nothing", "", false, 0},
	{"day 0", "0 Jan 2026 00:00:00 GMT", false, 0},
	{"day 32", "32 Jan 2026 00:00:00 GMT", false, 0},
	{"no month", "1 Foo 2026 00:00:00 GMT", false, 0},
	{"hour 24", "1 Jan 2026 24:00:00 GMT", false, 0},
	{"minute 60", "1 Jan 2026 00:60:00 GMT", false, 0},
	{"no comma", "Thu 1 Jan 2026 00:00:00 GMT", false, 0},
	{"year 10000", "1 Jan 10000 00:00:00 GMT", false, 0},
	{"year before mail", "1 Jan 1899 00:00:00 GMT", false, 0},
};

Test(msgtime, dates)
{
	for (size_t i = 0; i < sizeof date_rows / sizeof date_rows[0]; i++) {
		const struct date_row *row = &date_rows[i];
		int64_t when = 42;

		cr_expect_eq(message_date_parse(slice_str(row->text), &when), row->good, "%s",
			row->name);
		cr_expect_eq(
			when, row->good ? row->when : 42, "%s: %lld", row->name, (long long)when);
	}
}

static const struct message_row {
	const char *name, *text;
	bool good;
	int64_t when;
} message_rows[] = {
	{"the topmost Received",
		"Received: from a by b; 1 Jan 1970 00:00:05 GMT\n"
		"Received: from c by a; 1 Jan 1970 00:00:01 GMT\n\n",
		true, 5},
	{"Received before Date",
		"Date: 1 Jan 1970 00:00:09 GMT\nReceived: by b; 1 Jan 1970 00:00:05 GMT\n\n", true,
		5},
	{"the last semicolon", "Received: by b (x; y);\n 1 Jan 1970 00:00:05 GMT\n\n", true, 5},
	{"Date where there is no Received", "Date: 1 Jan 1970 00:00:09 GMT\n\n", true, 9},
	{"Date where Received has none", "Received: by b\nDate: 1 Jan 1970 00:00:09 GMT\n\n", true,
		9},
	{"neither", "Subject: x\n\n", false, 0},
	{"neither can be read", "Received: by b; soon\nDate: soon\n\n", false, 0},
};

Test(msgtime, messages)
{
	for (size_t i = 0; i < sizeof message_rows / sizeof message_rows[0]; i++) {
		const struct message_row *row = &message_rows[i];
		struct message message;
		struct arena arena;
		int64_t when = 42;

		arena_init(&arena, NULL, NULL);
		message_parse(slice_str(row->text), 1000, 65536, &arena, &message);
		cr_expect_eq(message_time(&message, &arena, &when), row->good, "%s", row->name);
		cr_expect_eq(
			when, row->good ? row->when : 42, "%s: %lld", row->name, (long long)when);
		arena_clear(&arena);
	}
}

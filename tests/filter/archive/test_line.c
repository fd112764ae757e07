#include "filter/archive/line.h"

#include <criterion/criterion.h>

#include "tests/support/arena_suite.h"

ARENA_SUITE(line);

/*
 * Text that a spreadsheet could read as a formula (OWASP, CSV Injection), or that another separator
 * could turn into one, is quoted as text.
 */
Test(line, csv_cells)
{
	static const struct {
		const char *text, *cell;
	} rows[] = {
		{"plain", "plain"},
		{"a,b", "\"a,b\""},
		{"a\"b", "\"a\"\"b\""},
		{"-", "-"},
		{"=1+1", "\"'=1+1\""},
		{"+1", "\"'+1\""},
		{"-1", "\"'-1\""},
		{"@SUM(A1)", "\"'@SUM(A1)\""},
		{"\t=1", "\"'\t=1\""},
		{"\r=1", "\"'\r=1\""},
		{"\n=1", "\"'\n=1\""},
		{"\xef\xbc\x9d"
		 "1",
			"\"'\xef\xbc\x9d"
			"1\""},
		{"\xef\xbc\x8b"
		 "1",
			"\"'\xef\xbc\x8b"
			"1\""},
		{"\xef\xbc\x8d"
		 "1",
			"\"'\xef\xbc\x8d"
			"1\""},
		{"\xef\xbc\xa0"
		 "A",
			"\"'\xef\xbc\xa0"
			"A\""},
		{"a;=1", "\"a;=1\""},
		{"a|=1", "\"a|=1\""},
		{"a\t=1", "\"a\t=1\""},
		{"it's", "\"it's\""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row row = {.path = rows[i].text,
			.error = "",
			.policy = "",
			.author_domain = "",
			.reason = "",
			.envelope_from = ""};
		struct slice made;

		cr_assert_eq(line_make(&row, OUTPUT_CSV, &arena, &made), ST_OK);
		cr_expect(slice_starts(made, slice_str(rows[i].cell)) &&
				  made.p[strlen(rows[i].cell)] == ',',
			"row %zu: %.*s", i, (int)made.n, made.p);
	}
}

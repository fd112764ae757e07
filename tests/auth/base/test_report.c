#include "auth/base/identities.h"
#include "auth/base/report.h"

#include <criterion/criterion.h>

/* RFC 8601 2.7: the words as registered */
Test(result, words)
{
	static const struct row {
		enum auth_code code;
		const char *word;
	} rows[] = {
		{AUTH_NONE, "none"},
		{AUTH_PASS, "pass"},
		{AUTH_FAIL, "fail"},
		{AUTH_SOFTFAIL, "softfail"},
		{AUTH_NEUTRAL, "neutral"},
		{AUTH_POLICY, "policy"},
		{AUTH_TEMPERROR, "temperror"},
		{AUTH_PERMERROR, "permerror"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_str_eq(auth_code_word(rows[i].code), rows[i].word);
}

Test(report, rows_stay_as_it_grows)
{
	static const char *const names[] = {"a", "b", "c"};
	struct arena arena;
	struct report report;

	arena_init(&arena, NULL, NULL);
	report_init(&report, &arena);
	cr_expect_eq(report.n, 0);
	for (size_t i = 0; i < 100; i++) {
		struct report_row *row = report_add(&report, names[i % 3], AUTH_PASS,
			from_reason(i == 50 ? FROM_R_NO_FROM : FROM_R_NONE));

		cr_expect_eq(row->nprops, 0);
		report_prop(row, "header.d", REPORT_DOMAIN, slice_str(names[i % 3]));
	}
	cr_assert_eq(report.n, 100);
	for (size_t i = 0; i < 100; i++) {
		cr_expect_str_eq(report.rows[i].method, names[i % 3]);
		cr_expect_eq(report.rows[i].nprops, 1);
		cr_expect(slice_eq(report.rows[i].props[0].value, slice_str(names[i % 3])));
		cr_expect_eq(report.rows[i].reason.id != REASON_NONE, i == 50);
	}
	arena_clear(&arena);
}

Test(report, properties)
{
	struct arena arena;
	struct report report;
	struct report_row *row;

	arena_init(&arena, NULL, NULL);
	report_init(&report, &arena);
	row = report_add(&report, "dkim", AUTH_FAIL, from_reason(FROM_R_NONE));
	report_prop(row, "header.d", REPORT_DOMAIN, slice_make(NULL, 0));
	cr_expect_eq(row->nprops, 0, "an empty value is left out");
	for (size_t i = 0; i < REPORT_PROPS + 3; i++)
		report_prop(row, i == 0 ? "header.i" : "header.b", REPORT_MAILBOX, SLICE("x"));
	cr_expect_eq(row->nprops, REPORT_PROPS, "what is past the last place is left out");
	cr_expect_str_eq(row->props[0].name, "header.i");
	cr_expect_eq(row->props[0].kind, REPORT_MAILBOX);
	arena_clear(&arena);
}

Test(report, found_by_name)
{
	struct arena arena;
	struct report report;
	struct report_row *row;

	arena_init(&arena, NULL, NULL);
	report_init(&report, &arena);
	cr_expect_null(report_first(&report, "dkim"), "no rows");
	(void)report_add(&report, "spf", AUTH_NONE, from_reason(FROM_R_NONE));
	row = report_add(&report, "dkim", AUTH_PASS, from_reason(FROM_R_NONE));
	report_prop(row, "header.d", REPORT_DOMAIN, SLICE("a.example"));
	report_prop(row, "header.s", REPORT_DOMAIN, SLICE("s1"));
	(void)report_add(&report, "dkim", AUTH_FAIL, from_reason(FROM_R_NONE));
	cr_assert_not_null(report_first(&report, "dkim"));
	cr_expect_eq(report_first(&report, "dkim")->code, AUTH_PASS, "the first of two");
	cr_expect_null(report_first(&report, "arc"));
	row = &report.rows[1];
	cr_expect(slice_eq(report_value(row, "header.s"), SLICE("s1")));
	cr_expect_eq(report_value(row, "header.i").n, 0);
	cr_expect_eq(report_value(row, "header").n, 0, "a name is compared whole");
	arena_clear(&arena);
}

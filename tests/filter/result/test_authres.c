#include "filter/result/authres.h"

#include <criterion/criterion.h>

#include "tests/support/any_reason.h"

static struct arena arena;

static struct slice
one_prop(enum report_kind kind, struct slice value)
{
	struct report report;

	report_init(&report, &arena);
	report_prop(report_add(&report, "spf", AUTH_PASS, any_reason(NULL, &arena)),
		"smtp.mailfrom", kind, value);
	return authres_field("mx.example", &report, "\n", &arena).field;
}

/* RFC 8601 2.2: pvalue = value / [[local-part] "@"] domain-name; value = token / quoted-string */
Test(authres, values)
{
	static const struct {
		const char *name;
		enum report_kind kind;
		struct slice value;
		const char *want;
	} rows[] = {
		{"domain", REPORT_DOMAIN, SLICE_INIT("example.com"), "example.com"},
		{"underscore in a domain", REPORT_DOMAIN, SLICE_INIT("_a.example"), "_a.example"},
		{"mailbox", REPORT_MAILBOX, SLICE_INIT("a.b@example.com"), "a.b@example.com"},
		{"empty local-part", REPORT_MAILBOX, SLICE_INIT("@example.com"), "@example.com"},
		{"local-part with a blank", REPORT_MAILBOX, SLICE_INIT("a b@example.com"),
			"\"a b@example.com\""},
		{"local-part with a quote", REPORT_MAILBOX, SLICE_INIT("a\"b@example.com"),
			"\"a\\\"b@example.com\""},
		{"local-part with a semicolon", REPORT_MAILBOX, SLICE_INIT("a;b@example.com"),
			"\"a;b@example.com\""},
		{"local-part that would open a comment", REPORT_MAILBOX,
			SLICE_INIT("a(b@example.com"), "\"a(b@example.com\""},
		{"local-part with a result in it", REPORT_MAILBOX,
			SLICE_INIT("x;dmarc=pass header.from=a@b.example"),
			"\"x;dmarc=pass header.from=a@b.example\""},
		{"non-ASCII local-part: domain only", REPORT_MAILBOX,
			SLICE_INIT("\xC3\xA9@example.com"), "example.com"},
		{"control in the local-part: domain only", REPORT_MAILBOX,
			SLICE_INIT("a\r\nX: y@example.com"), "example.com"},
		{"base64", REPORT_TEXT, SLICE_INIT("ab/+cd=="), "\"ab/+cd==\""},
		{"token", REPORT_TEXT, SLICE_INIT("rsa-sha256"), "rsa-sha256"},
		{"backslash", REPORT_TEXT, SLICE_INIT("a\\b"), "\"a\\\\b\""},
		{"line end is stripped", REPORT_TEXT, SLICE_INIT("a\r\nb"), "ab"},
		{"NUL is stripped", REPORT_TEXT, SLICE_INIT("a\0b"), "ab"},
		{"8-bit is stripped", REPORT_TEXT,
			SLICE_INIT("a\xFF"
				   "b"),
			"ab"},
		{"two @", REPORT_MAILBOX, SLICE_INIT("a@b@c.example"), "\"a@b@c.example\""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct slice got = one_prop(rows[i].kind, rows[i].value);
		struct slice head =
			SLICE("Authentication-Results: mx.example;\n\tspf=pass smtp.mailfrom=");
		struct slice tail = slice_from(got, head.n);

		cr_expect(
			slice_starts(got, head), "%s: head: %.*s", rows[i].name, (int)got.n, got.p);
		cr_expect(tail.n > 0 &&
				  slice_eq(slice_head(tail, tail.n - 1), slice_str(rows[i].want)),
			"%s: want %s, got %.*s", rows[i].name, rows[i].want, (int)tail.n, tail.p);
	}
}

Test(authres, value_of_nothing_is_left_out)
{
	cr_expect(slice_eq(one_prop(REPORT_TEXT, SLICE("\r\n\x01")),
		SLICE("Authentication-Results: mx.example;\n\tspf=pass\n")));
	cr_expect(slice_eq(one_prop(REPORT_TEXT, SLICE("")),
		SLICE("Authentication-Results: mx.example;\n\tspf=pass\n")));
}

Test(authres, value_is_cut_at_255_octets)
{
	char many[2000];
	struct slice got;

	memset(many, 'a', sizeof many);
	got = one_prop(REPORT_TEXT, slice_make(many, sizeof many));
	cr_expect_eq(got.n, strlen("Authentication-Results: mx.example;\n\tspf=pass\n\t  "
				   "smtp.mailfrom=\n") +
				    255);
}

Test(authres, none_without_rows)
{
	struct report report;

	report_init(&report, &arena);
	cr_expect(slice_eq(authres_field("mx.example", &report, "\r\n", &arena).field,
		SLICE("Authentication-Results: mx.example; none\r\n")));
}

Test(authres, one_result_a_line_with_the_message_s_line_ends)
{
	struct report report;
	struct report_row *row;

	report_init(&report, &arena);
	row = report_add(&report, "spf", AUTH_SOFTFAIL, any_reason("no match", &arena));
	report_prop(row, "smtp.helo", REPORT_DOMAIN, SLICE("h.example"));
	row = report_add(&report, "dkim", AUTH_NONE, any_reason(NULL, &arena));
	cr_expect(slice_eq(authres_field("mx.example", &report, "\r\n", &arena).field,
		SLICE("Authentication-Results: mx.example;\r\n"
		      "\tspf=softfail reason=\"no match\" smtp.helo=h.example;\r\n"
		      "\tdkim=none\r\n")));
}

Test(authres, lines_are_folded_at_78_columns)
{
	struct report report;
	struct report_row *row;
	struct slice rest, line;

	report_init(&report, &arena);
	row = report_add(&report, "dkim", AUTH_PASS, any_reason(NULL, &arena));
	report_prop(row, "header.d", REPORT_DOMAIN, SLICE("a-rather-long-name.example.com"));
	report_prop(row, "header.i", REPORT_MAILBOX, SLICE("@a-rather-long-name.example.com"));
	report_prop(row, "header.s", REPORT_DOMAIN, SLICE("selector"));
	rest = authres_field("mx.example", &report, "\n", &arena).field;
	while (rest.n > 0) {
		line = slice_head(rest, slice_find(rest, '\n'));
		rest = slice_from(rest, line.n < rest.n ? line.n + 1 : rest.n);
		cr_expect_leq(line.n + (slice_starts(line, SLICE("\t")) ? 7 : 0), 78);
	}
}

/* A quoted-string is folded before its spaces, so that unfolding restores it (RFC 5322 3.2.4). */
Test(authres, long_reason_is_folded)
{
	struct report report;
	struct report_row *row;
	struct slice field;

	report_init(&report, &arena);
	row = report_add(&report, "dmarc", AUTH_FAIL,
		any_reason("one two three four five six seven eight nine ten eleven twelve "
			   "thirteen fourteen "
			   "fifteen",
			&arena));
	report_prop(row, "header.from", REPORT_DOMAIN, SLICE("a.example"));
	field = authres_field("mx.example", &report, "\r\n", &arena).field;
	cr_expect(slice_eq(field, SLICE("Authentication-Results: mx.example;\r\n\tdmarc=fail\r\n"
					"\t  reason=\"one two three four five six seven eight nine "
					"ten eleven\r\n"
					" twelve thirteen fourteen fifteen\" "
					"header.from=a.example\r\n")),
		"%.*s", (int)field.n, field.p);
}

/* RFC 8601 2.2: the subject before the reason, the local decision after it */
Test(authres, part_and_note)
{
	static const struct {
		const char *reason, *part, *note, *want;
	} rows[] = {
		{"why", NULL, NULL, "arc=fail reason=\"why\""},
		{"why", "ARC-Seal i=2", NULL, "arc=fail reason=\"ARC-Seal i=2: why\""},
		{"why", NULL, "so", "arc=fail reason=\"why, so\""},
		{"why", "chain", "so", "arc=fail reason=\"chain: why, so\""},
		{NULL, NULL, "so", "arc=fail reason=\"so\""},
		{NULL, "chain", NULL, "arc=fail"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct report report;
		struct report_row *row;
		struct slice field;

		report_init(&report, &arena);
		row = report_add(&report, "arc", AUTH_FAIL, any_reason(rows[i].reason, &arena));
		row->part = rows[i].part;
		row->note = rows[i].note;
		field = authres_field("mx.example", &report, "\n", &arena).field;
		field = slice_trim(slice_from(field, slice_find(field, ';') + 1));
		cr_expect(slice_eq(field, slice_str(rows[i].want)), "%s: %.*s", rows[i].want,
			(int)field.n, field.p);
	}
}

/* as many signatures as can be configured, with reports as long as a message can make them */
Test(authres, largest_field_is_whole)
{
	static const char *const names[] = {"header.d", "header.i", "header.s", "header.a"};
	struct report report;
	struct slice field;
	char value[255];

	memset(value, '"', sizeof value);
	report_init(&report, &arena);
	for (int i = 0; i < 1000; i++) {
		struct report_row *row = report_add(&report, "dkim", AUTH_PERMERROR,
			any_reason("a reason that is about as long as the longest of them all is",
				&arena));

		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
			report_prop(row, names[k], REPORT_TEXT, slice_make(value, sizeof value));
	}
	field = authres_field("mx.example", &report, "\n", &arena).field;
	cr_expect(field.n > 2000000 && field.p[field.n - 1] == '\n');
	arena_clear(&arena);
}

Test(authres, identifier)
{
	struct report report;

	report_init(&report, &arena);
	cr_expect(slice_eq(authres_field("a b", &report, "\n", &arena).field,
		SLICE("Authentication-Results: \"a b\"; none\n")));
}

#include "mime/address_tolerant.h"

#include <criterion/criterion.h>

#define S(lit)                                                                                     \
	{                                                                                          \
		(lit), sizeof(lit) - 1                                                             \
	}

/* at: the position of the fault, or of the first ignored departure */
struct row {
	const char *name;
	struct slice in;
	struct slice domain; /* none: ST_BAD */
	enum address_cause cause;
	size_t at;
};

static void
expect(const struct row *row, enum status status, const struct address_list *list)
{
	bool read = row->domain.n > 0;

	cr_expect(status == (read ? ST_OK : ST_BAD), "%s: status %d", row->name, (int)status);
	cr_expect(list->n == (read ? 1 : 0), "%s: %zu mailboxes", row->name, list->n);
	if (read && list->n > 0)
		cr_expect(slice_eq(list->list[0].domain, row->domain), "%s: \"%.*s\"", row->name,
			(int)list->list[0].domain.n, list->list[0].domain.p);
	cr_expect(list->fault.cause == row->cause, "%s: %s", row->name,
		address_cause_text(list->fault.cause));
	cr_expect(list->fault.at == row->at, "%s: at %zu", row->name, list->fault.at);
}

static void
expect_rows(const struct row *rows, size_t n, bool strict_too)
{
	for (size_t i = 0; i < n; i++) {
		struct address_list list;
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		expect(&rows[i], address_parse_tolerant(rows[i].in, &arena, &list), &list);
		cr_expect(address_parse_list(rows[i].in, &arena, &list) == ST_BAD, "%s: strict",
			rows[i].name);
		if (strict_too)
			cr_expect(list.fault.cause == rows[i].cause, "%s: strict: %s", rows[i].name,
				address_cause_text(list.fault.cause));
		arena_clear(&arena);
	}
}

#define EXPECT_ROWS(rows, strict) expect_rows((rows), sizeof(rows) / sizeof *(rows), (strict))

/* clang-format off */

/* The forms that address_tolerant.h says are accepted. */
Test(address_tolerant, accepted)
{
	static const struct row rows[] = {
		{"Latin-1 in a name", S("J\xf6rg <a@b.example>"), S("b.example"), ADDRESS_NOT_UTF8, 1},
		{"Latin-1 in quotes", S("\"J\xf6rg\" <a@b.example>"), S("b.example"), ADDRESS_NOT_UTF8, 2},
		{"Latin-1 in a comment", S("a@b.example (J\xf6rg)"), S("b.example"), ADDRESS_NOT_UTF8, 14},
		{"Latin-1 in a comment first", S("(J\xf6rg) a@b.example"), S("b.example"), ADDRESS_NOT_UTF8, 2},
		{"GB 2312 in a name", S("\xd5\xc5\xc8\xfd <a@b.example>"), S("b.example"), ADDRESS_NOT_UTF8, 0},
		{"KOI8-R in a name", S("\xe9\xd7\xc1\xce <a@b.example>"), S("b.example"), ADDRESS_NOT_UTF8, 0},
		{"cut UTF-8", S("\"Caf\xc3\" <a@b.example>"), S("b.example"), ADDRESS_NOT_UTF8, 4},
		{"a comma", S("Roe, Jane <a@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 3},
		{"a comma and quotes", S("\"Roe, J\", Jane <a@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 8},
		{"a colon", S("Alert 12:30 <a@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 8},
		{"a semicolon", S("A; B <a@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 1},
		{"brackets", S("[EXT] A <a@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 0},
		{"an arrow", S("-> A <a@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 1},
		{"a backslash", S("A\\B <a@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 1},
		{"a dot first", S(".NET <a@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 0},
		{"a comma in an encoded word", S("=?utf-8?Q?A,_B?= <a@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 11},
		{"a comma in one of ISO-2022-JP", S("=?iso-2022-jp?B?GyRCQDgbKEI=?=, x <a@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 30},
		{"quotes within an encoded word", S("=?utf-8?Q?\"A\",_B?= <a@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 13},
		{"a dot last in the local part", S("a.@b.example"), S("b.example"), ADDRESS_LOCAL_DOTS, 1},
		{"a dot first in it", S("<.a@b.example>"), S("b.example"), ADDRESS_LOCAL_DOTS, 1},
		{"two dots in it", S("A <a..b@b.example>"), S("b.example"), ADDRESS_LOCAL_DOTS, 4},
		{"UTF-8 in it", S("A, B <\xc3\xa9@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 1},
		{"no >", S("A <a@b.example"), S("b.example"), ADDRESS_NO_CLOSE, 14},
		{"no > but a comment", S("A <a@b.example (x)"), S("b.example"), ADDRESS_NO_CLOSE, 18},
		{"a final dot", S("a@b.example."), S("b.example"), ADDRESS_FINAL_DOT, 11},
		{"a final dot and blanks", S(" a@b.example. "), S("b.example"), ADDRESS_FINAL_DOT, 12},
		{"a final dot and folds", S("a@b.example. \r\n \n\t"), S("b.example"), ADDRESS_FINAL_DOT, 11},
		{"a final dot before >", S("A <a@b.example.>"), S("b.example"), ADDRESS_FINAL_DOT, 14},
		{"a final semicolon", S("A <a@b.example>;"), S("b.example"), ADDRESS_SEMICOLON, 15},
		{"a bare one", S("a@b.example ;"), S("b.example"), ADDRESS_SEMICOLON, 12},
		{"an open group", S("Team: a@b.example"), S("b.example"), ADDRESS_OPEN_GROUP, 17},
		{"a group with an odd name", S("A, B: a@b.example;"), S("b.example"), ADDRESS_BARE_SPECIAL, 1},
		{"the same domain in quotes", S("\"x@b.example\", A <a@B.example>"), S("B.example"), ADDRESS_BARE_SPECIAL, 13},
		{"the same domain in a comment", S("A, B <a@b.example> (x@b.example)"), S("b.example"), ADDRESS_BARE_SPECIAL, 1},
		{"the same domain, encoded", S("=?utf-8?B?eEBiLmV4YW1wbGU=?=, A <a@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 28},
		{"blanks before >", S("A, B <a@b.example >"), S("b.example"), ADDRESS_BARE_SPECIAL, 1},
		{"a folded name", S("A,\r\n B <a@b.example>"), S("b.example"), ADDRESS_BARE_SPECIAL, 1},
	};

	EXPECT_ROWS(rows, false);
}

/*
 * The forms that address_tolerant.h says are refused, and attempts to use each tolerance to show
 * another domain.
 */
Test(address_tolerant, refused)
{
	static const struct row rows[] = {
		{"ISO-2022-JP", S("\x1b$B%F%9\x1b(B) <a@b.example>"), {NULL, 0}, ADDRESS_CONTROL, 0},
		{"a bare CR", S("A,\rB <a@b.example>"), {NULL, 0}, ADDRESS_CONTROL, 2},
		{"a bare CR at the end", S("a@b.example\r"), {NULL, 0}, ADDRESS_CONTROL, 11},
		{"DEL", S("A, \x7f <a@b.example>"), {NULL, 0}, ADDRESS_CONTROL, 3},
		{"Shift JIS whose second octet is a backslash", S("\"\x83\\\" <c@v.example> \" <a@b.example>"), {NULL, 0}, ADDRESS_LEGACY_SPECIAL, 1},
		{"Shift JIS whose second octet is an @", S("\x83@v <a@b.example>"), {NULL, 0}, ADDRESS_LEGACY_SPECIAL, 0},
		{"a fullwidth @ of GBK", S("c\xa3\xc0v.example, A <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 0},
		{"no @", S("A, B"), {NULL, 0}, ADDRESS_NO_AT, 4},
		{"two, the second bare", S("A, B <a@b.example> c@v.example"), {NULL, 0}, ADDRESS_SECOND_AT, 20},
		{"two of one domain", S("a@b.example [a@b.example]"), {NULL, 0}, ADDRESS_SECOND_AT, 14},
		{"double angles", S("A <<a@b.example>>"), {NULL, 0}, ADDRESS_SECOND_ANGLE, 3},
		{"an angle behind", S("a@b.example, <x>"), {NULL, 0}, ADDRESS_SECOND_ANGLE, 13},
		{"an address in quotes and a comma", S("\"c@v.example\", x <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 2},
		{"and a semicolon", S("\"c@v.example\"; x <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 2},
		{"and no >", S("\"c@v.example\" <a@b.example"), {NULL, 0}, ADDRESS_HIDDEN_AT, 2},
		{"and Latin-1", S("\"c@v.example\" \xe9 <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 2},
		{"in a comment", S("(c@v.example), x <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 2},
		{"in a comment, and a final dot", S("(c@v.example) a@b.example."), {NULL, 0}, ADDRESS_HIDDEN_AT, 2},
		{"in a comment behind", S("A, B <a@b.example> (c@v.example)"), {NULL, 0}, ADDRESS_HIDDEN_AT, 21},
		{"in an encoded word", S("=?utf-8?Q?c=40v.example?=, x <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 0},
		{"in base64", S("=?utf-8?B?Y0B2LmV4YW1wbGU=?=, x <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 0},
		{"in two encoded words", S("=?utf-8?Q?c=40b?= =?utf-8?Q?.v?=, x <a@b>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 0},
		{"in a charset that is not known", S("=?x-none?Q?c?=, x <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 0},
		{"in an encoded word without an end", S("=?utf-8?Q?c=40v.example, x <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 0},
		{"an encoded word within one", S("=?utf-8?Q?=3D=3Futf-8=3FQ=3Fc=3F=3D?=, x <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 0},
		{"a fullwidth @", S("c\xef\xbc\xa0v.example, x <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 0},
		{"a fullwidth @ in the local part", S("c\xef\xbc\xa0v.@b.example"), {NULL, 0}, ADDRESS_HIDDEN_AT, 0},
		{"our domain and more", S("\"c@b.example.v\", x <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 2},
		{"our domain and a comma", S("\"c@b.example,v\", x <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 2},
		{"our domain and a semicolon", S("\"c@b.example;v\", x <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 2},
		{"a domain above ours", S("\"c@example\", x <a@b.example>"), {NULL, 0}, ADDRESS_HIDDEN_AT, 2},
		{"an empty local part", S("A, B <@b.example>"), {NULL, 0}, ADDRESS_BAD_LOCAL, 6},
		{"a blank in the local part", S("A a.@b.example"), {NULL, 0}, ADDRESS_BAD_LOCAL, 1},
		{"a quoted local part", S("A, B <\"c\"@b.example>"), {NULL, 0}, ADDRESS_BAD_LOCAL, 6},
		{"Latin-1 in the local part", S("<andr\xe9@b.example>"), {NULL, 0}, ADDRESS_LEGACY_SPECIAL, 5},
		{"an encoded word in it", S("A, B <=?utf-8?Q?a?=@b.example>"), {NULL, 0}, ADDRESS_BAD_LOCAL, 6},
		{"an encoded word behind text in it", S("A, B <x=?utf-8?Q?a?=@b.example>"), {NULL, 0}, ADDRESS_BAD_LOCAL, 7},
		{"a blank in the angle", S("A, B < a@b.example>"), {NULL, 0}, ADDRESS_BAD_LOCAL, 6},
		{"a route", S("A, B <@v:a@b.example>"), {NULL, 0}, ADDRESS_SECOND_AT, 10},
		{"an empty domain", S("A, B <a@>"), {NULL, 0}, ADDRESS_BAD_DOMAIN, 8},
		{"a literal", S("A, B <a@[192.0.2.1]>"), {NULL, 0}, ADDRESS_BAD_DOMAIN, 8},
		{"an encoded word as domain", S("A, B <a@=?utf-8?Q?b?=>"), {NULL, 0}, ADDRESS_BAD_DOMAIN, 8},
		{"a comma in the domain", S("A <a@b,example>"), {NULL, 0}, ADDRESS_TRAILING_TEXT, 6},
		{"two final dots", S("a@b.example.."), {NULL, 0}, ADDRESS_DOMAIN_GAP, 12},
		{"text behind >", S("A, B <a@b.example> x"), {NULL, 0}, ADDRESS_TRAILING_TEXT, 19},
		{"a domain behind >", S("A, B <a@b.example>.v"), {NULL, 0}, ADDRESS_DOMAIN_GAP, 18},
		{"a > that nothing opened", S("a.@b.example>"), {NULL, 0}, ADDRESS_TRAILING_TEXT, 12},
		{"two >", S("A, B <a@b.example>>"), {NULL, 0}, ADDRESS_TRAILING_TEXT, 18},
		{"two semicolons", S("A, B <a@b.example>;;"), {NULL, 0}, ADDRESS_TRAILING_TEXT, 19},
		{"> behind a semicolon", S("A, B <a@b.example;>"), {NULL, 0}, ADDRESS_TRAILING_TEXT, 18},
		{"a name behind a comma", S("a.@b.example, v.example"), {NULL, 0}, ADDRESS_TRAILING_TEXT, 12},
	};

	EXPECT_ROWS(rows, false);
}

/* The forms that address_lex.h says are ambiguous in both readings. */
Test(address_tolerant, both_readings)
{
	static const struct row rows[] = {
		{"a quote that two encoded words hold", S("=?utf-8?Q?\"?= <c@v> =?utf-8?Q?\"?= <a@b>"), {NULL, 0}, ADDRESS_WORD_DELIMITER, 30},
		{"a parenthesis", S("=?utf-8?Q?(?= <c@v> =?utf-8?Q?)?= <a@b>"), {NULL, 0}, ADDRESS_WORD_DELIMITER, 30},
		{"a quote that opens outside", S("\"x =?utf-8?Q?\"?= <a@b>"), {NULL, 0}, ADDRESS_WORD_DELIMITER, 13},
		{"a quote that closes outside", S("=?utf-8?Q?\"?= x\" <a@b>"), {NULL, 0}, ADDRESS_WORD_DELIMITER, 15},
		{"a parenthesis that closes outside", S("=?utf-8?Q?(?= x) <a@b>"), {NULL, 0}, ADDRESS_WORD_DELIMITER, 15},
		{"a quote where encoded words overlap", S("=?a=?Q?x=?b?Q?\"\"?= <a@b>"), {NULL, 0}, ADDRESS_WORD_DELIMITER, 14},
		{"a < in an encoded word", S("\"=?utf-8?Q?<?=\" <a@b>"), {NULL, 0}, ADDRESS_WORD_SPECIAL, 11},
		{"an @ in an encoded word", S("\"=?utf-8?Q?@?=\" <a@b>"), {NULL, 0}, ADDRESS_WORD_SPECIAL, 11},
		{"a backslash in an encoded word", S("\"=?utf-8?Q?\\x?=\" <a@b>"), {NULL, 0}, ADDRESS_WORD_SPECIAL, 11},
		{"a parenthesis behind a backslash", S("a@b (x \\( y)"), {NULL, 0}, ADDRESS_BACKSLASH, 7},
		{"a closing one", S("(x \\) <c@v>, \\( y) a@b"), {NULL, 0}, ADDRESS_BACKSLASH, 3},
		{"an @ behind a backslash in a comment", S("a@b (x \\@ y)"), {NULL, 0}, ADDRESS_BACKSLASH, 7},
		{"an address behind a comment in a comment", S("a@b (x (y) c@v )"), {NULL, 0}, ADDRESS_NESTED_COMMENT, 12},
		{"a quote behind it", S("(x (y) \") \"z <c@v> w\" <a@b>"), {NULL, 0}, ADDRESS_NESTED_COMMENT, 7},
		{"text right behind it", S("a@b (x (y).v )"), {NULL, 0}, ADDRESS_NESTED_COMMENT, 10},
		{"a comma behind it", S("(x (y), z) a@b"), {NULL, 0}, ADDRESS_NESTED_COMMENT, 6},
		{"a > in quotes in the angle", S("<\"c>\"@b>"), {NULL, 0}, ADDRESS_ANGLE_SPECIAL, 3},
		{"an @ in a comment in the angle", S("<a@b(c@v)>"), {NULL, 0}, ADDRESS_ANGLE_SPECIAL, 6},
		{"a semicolon in quotes in a group", S("G: \"x;\" <a@b>;"), {NULL, 0}, ADDRESS_GROUP_SEMICOLON, 5},
		{"a semicolon in a comment in a group", S("G: a@b(;<c@v>);"), {NULL, 0}, ADDRESS_GROUP_SEMICOLON, 7},
	};

	EXPECT_ROWS(rows, true);
}

/* Forms that both readings refuse, with the fault at different positions. */
Test(address_tolerant, refused_by_grammar)
{
	static const struct row rows[] = {
		{"a comment before a dot of the domain", S("a@b(x).c"), {NULL, 0}, ADDRESS_DOMAIN_GAP, 6},
		{"a blank before it", S("a@b .c"), {NULL, 0}, ADDRESS_DOMAIN_GAP, 4},
		{"a blank behind it", S("a@b. c"), {NULL, 0}, ADDRESS_DOMAIN_GAP, 4},
		{"a comment behind a final dot", S("a@b.(x)"), {NULL, 0}, ADDRESS_DOMAIN_GAP, 4},
		{"a backslash before a quote", S("A \\\" <a@b>"), {NULL, 0}, ADDRESS_BACKSLASH, 2},
		{"an unclosed quote", S("\"A <a@b>"), {NULL, 0}, ADDRESS_UNCLOSED, 8},
		{"an unclosed comment", S("(A <a@b>"), {NULL, 0}, ADDRESS_UNCLOSED, 8},
		{"a comment never opened", S("A) <a@b>"), {NULL, 0}, ADDRESS_UNCLOSED, 1},
		{"an @ in a quoted local part", S("\"c@v\"@b"), {NULL, 0}, ADDRESS_BAD_LOCAL, 0},
		{"a comment that is an element", S("(c@v), a@b"), {NULL, 0}, ADDRESS_BAD_LOCAL, 5},
		{"a route of two relays", S("<@x,@v:a@b>"), {NULL, 0}, ADDRESS_SECOND_AT, 4},
	};

	EXPECT_ROWS(rows, false);
}
/* clang-format on */

/* Nothing takes more than linear time. */
Test(address_tolerant, limits, .timeout = 20)
{
	/* clang-format off */
	static const struct limit {
		const char *unit;
		size_t octets;
		enum status status;
	} rows[] = {
		{"=?a?q?", 65000, ST_BAD}, {"=?a?q?b?= ", 65000, ST_BAD}, {"=?", 65000, ST_BAD},
		{"=?utf-8?q?b?= ", 65000, ST_OK}, {"=?utf-8?q?@?= ", 65000, ST_BAD}, {"(", 65000, ST_BAD},
		{"()", 65000, ST_OK}, {"\"\"", 65000, ST_OK}, {"\\", 65000, ST_OK}, {",", 65000, ST_OK},
		{"\xe9", 65000, ST_OK}, {"\xef\xbc\xa0", 65000, ST_BAD}, {"a", 64 * 1024, ST_LIMIT},
		{"\"c@b\" ", 65000, ST_OK}, {"=", 65000, ST_OK}, {"?", 65000, ST_OK},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t unit = strlen(rows[i].unit), at = 0;
		struct address_list list;
		struct arena arena;
		enum status status;
		char *p;

		arena_init(&arena, NULL, NULL);
		p = arena_alloc(&arena, rows[i].octets + 20);
		for (; at + unit <= rows[i].octets; at += unit)
			memcpy(p + at, rows[i].unit, unit);
		memcpy(p + at, ", <a@b>", 7);
		status = address_parse_tolerant(slice_make(p, at + 7), &arena, &list);
		cr_expect(status == rows[i].status, "%s: status %d", rows[i].unit, (int)status);
		arena_clear(&arena);
	}
}

#include "mime/scan.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define S(lit) SLICE_INIT(lit)

/* read: the number of octets that the rule takes; 0 if it does not match */
struct rule_row {
	const char *name;
	struct slice in;
	size_t read;
};

/*
 * read: the octets that the rule takes; from and n: where among them `out` begins, and its length
 */
struct out_row {
	const char *name;
	struct slice in;
	bool utf8;
	size_t read, from, n;
};

static void
expect_rule(const struct rule_row *row, bool matched, struct slice rest)
{
	cr_expect(matched == (row->read > 0), "%s: matched", row->name);
	cr_expect(rest.p == row->in.p + row->read && rest.n == row->in.n - row->read,
		"%s: read %zu", row->name, row->in.n - rest.n);
}

static void
expect_out(const struct out_row *row, bool matched, struct slice rest, struct slice out)
{
	const struct rule_row rule = {row->name, row->in, row->read};

	expect_rule(&rule, matched, rest);
	if (matched)
		cr_expect(out.p == row->in.p + row->from && out.n == row->n, "%s: out \"%.*s\"",
			row->name, (int)out.n, out.p);
}

Test(scan, character_and_word)
{
	struct slice at = SLICE("Mx: x");

	cr_expect(!scan_char(&at, 'm'));
	cr_expect(!scan_word(&at, SLICE("mx;")));
	cr_expect(!scan_word(&at, SLICE("mx: x and more")));
	cr_expect(at.n == 5);
	cr_expect(scan_word(&at, SLICE("mX")));
	cr_expect(scan_char(&at, ':'));
	cr_expect(slice_eq(at, SLICE(" x")));
	at = (struct slice){NULL, 0};
	cr_expect(!scan_char(&at, '\0'));
	cr_expect(!scan_word(&at, SLICE("a")));
}

Test(scan, number)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct slice in;
		unsigned long long max;
		size_t read;
		unsigned long long value;
	} rows[] = {
		{"one digit", S("7"), 9, 1, 7},
		{"zero", S("0"), 0, 1, 0},
		{"what follows stays", S("12a"), 99, 2, 12},
		{"leading zeros", S("0012"), 12, 4, 12},
		{"at the maximum", S("255"), 255, 3, 255},
		{"one above", S("256"), 255, 0, 0},
		{"ten times above", S("2550"), 255, 0, 0},
		{"above by the last digit", S("19"), 18, 0, 0},
		{"the largest", S("18446744073709551615"), ~0ULL, 20, ~0ULL},
		{"one more than the largest", S("18446744073709551616"), ~0ULL, 0, 0},
		{"far more", S("99999999999999999999999999"), ~0ULL, 0, 0},
		{"a sign", S("-1"), 9, 0, 0},
		{"a blank", S(" 1"), 9, 0, 0},
		{"nothing", S(""), 9, 0, 0},
		{"a letter", S("a"), 9, 0, 0},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct rule_row rule = {rows[i].name, rows[i].in, rows[i].read};
		struct slice at = rows[i].in;
		unsigned long long value = 0;
		bool matched = scan_number(&at, rows[i].max, &value);

		expect_rule(&rule, matched, at);
		cr_expect(value == rows[i].value, "%s: %llu", rows[i].name, value);
	}
}

Test(scan, wsp)
{
	/* clang-format off */
	static const struct rule_row rows[] = {
		{"blanks", S(" \t x"), 3},
		{"no line end", S(" \r\n x"), 1},
		{"none", S("x "), 0},
		{"nothing", {NULL, 0}, 0},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice at = rows[i].in;
		bool matched = scan_wsp(&at);

		expect_rule(&rows[i], matched, at);
	}
}

Test(scan, fws)
{
	/* clang-format off */
	static const struct rule_row rows[] = {
		{"blanks", S(" \t x"), 3},
		{"CRLF and a blank", S("\r\n x"), 3},
		{"LF and a blank", S("\n\tx"), 2},
		{"blanks around", S(" \r\n x"), 4},
		{"several folds (obs-FWS)", S(" \r\n \r\n\t\n x"), 9},
		{"to the end", S(" \r\n "), 4},
		{"a line end before text is no fold", S(" \r\nx"), 1},
		{"a line end at the end is no fold", S(" \r\n"), 1},
		{"two line ends are no fold", S("\r\n\r\n x"), 0},
		{"a bare CR is none", S("\r x"), 0},
		{"a CR before CRLF is none", S(" \r\r\n x"), 1},
		{"none", S("x"), 0},
		{"nothing", {NULL, 0}, 0},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice at = rows[i].in;
		bool matched = scan_fws(&at);

		expect_rule(&rows[i], matched, at);
	}
}

#define OPEN5 "((((("
#define CLOSE5 ")))))"

Test(scan, comment)
{
	/* clang-format off */
	static const struct rule_row rows[] = {
		{"simple", S("(a b)c"), 5},
		{"empty", S("()"), 2},
		{"nested", S("(a(b)(c(d)))e"), 12},
		{"a quoted parenthesis", S("(\\))x"), 4},
		{"a quoted backslash", S("(\\\\)x"), 4},
		{"a quoted blank", S("(\\ )x"), 4},
		{"quotes mean nothing", S("(\")\")"), 3},
		{"a fold", S("(a\r\n b)"), 7},
		{"UTF-8 (RFC 6532 3.2)", S("(\xc3\xa9)"), 4},
		{"quoted UTF-8", S("(\\\xc3\xa9)"), 5},
		{"20 deep", S(OPEN5 OPEN5 OPEN5 OPEN5 CLOSE5 CLOSE5 CLOSE5 CLOSE5), 40},
		{"21 deep", S("(" OPEN5 OPEN5 OPEN5 OPEN5 CLOSE5 CLOSE5 CLOSE5 CLOSE5 ")"), 0},
		{"unclosed", S("(a"), 0},
		{"unclosed inside", S("(a(b)"), 0},
		{"its end quoted away", S("(a\\)"), 0},
		{"a backslash at the end", S("(\\"), 0},
		{"a line end", S("(a\r\nb)"), 0},
		{"a bare CR", S("(a\rb)"), 0},
		{"a NUL", S("(a\0b)"), 0},
		{"a quoted NUL", S("(\\\0)"), 0},
		{"a control", S("(\x01)"), 0},
		{"DEL", S("(\x7f)"), 0},
		{"no UTF-8", S("(\xe9)"), 0},
		{"half a quoted UTF-8 sequence", S("(\\\xc3)"), 0},
		{"none", S("a(b)"), 0},
		{"nothing", {NULL, 0}, 0},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice at = rows[i].in;
		bool matched = scan_comment(&at);

		expect_rule(&rows[i], matched, at);
	}
}

Test(scan, deep_comment)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct slice in;
		bool want;
	} rows[] = {
		{"21 deep", S("(" OPEN5 OPEN5 OPEN5 OPEN5 CLOSE5 CLOSE5 CLOSE5 CLOSE5 ")x"), true},
		{"20 deep", S(OPEN5 OPEN5 OPEN5 OPEN5 CLOSE5 CLOSE5 CLOSE5 CLOSE5), false},
		{"deep and unclosed", S(OPEN5 OPEN5 OPEN5 OPEN5 OPEN5 CLOSE5), false},
		{"deep, with a NUL", S(OPEN5 OPEN5 OPEN5 OPEN5 "(\0)" CLOSE5 CLOSE5 CLOSE5 CLOSE5),
			false},
		{"unclosed", S("("), false},
		{"none", S("x"), false},
		{"nothing", {NULL, 0}, false},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect(scan_is_deep_comment(rows[i].in) == rows[i].want, "%s", rows[i].name);
}

Test(scan, cfws)
{
	/* clang-format off */
	static const struct rule_row rows[] = {
		{"blanks", S("  x"), 2},
		{"a comment", S("(a)x"), 3},
		{"all mixed", S(" (a)\r\n (b)(c) x"), 14},
		{"an unclosed comment stays", S(" (a"), 1},
		{"none", S("x(a)"), 0},
		{"nothing", {NULL, 0}, 0},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice at = rows[i].in;
		bool matched = scan_cfws(&at);

		expect_rule(&rows[i], matched, at);
	}
}

Test(scan, atom)
{
	/* clang-format off */
	static const struct out_row rows[] = {
		{"letters and digits", S("aZ09 x"), false, 4, 0, 4},
		{"every other atext", S("!#$%&'*+-/=?^_`{|}~@"), false, 19, 0, 19},
		{"a dot is none", S("a.b"), false, 1, 0, 1},
		{"specials are none", S("("), false, 0, 0, 0},
		{"a quote is none", S("\"a\""), false, 0, 0, 0},
		{"UTF-8 where allowed", S("\xc3\xa9x."), true, 3, 0, 3},
		{"UTF-8 where not", S("x\xc3\xa9"), false, 1, 0, 1},
		{"8-bit that is no UTF-8", S("x\xe9"), true, 1, 0, 1},
		{"a NUL", S("a\0b"), true, 1, 0, 1},
		{"DEL", S("\x7f"), true, 0, 0, 0},
		{"nothing", {NULL, 0}, true, 0, 0, 0},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice at = rows[i].in, out = {NULL, 0};
		bool matched = scan_atom(&at, rows[i].utf8, &out);

		expect_out(&rows[i], matched, at, out);
	}
}

Test(scan, dot_atom)
{
	/* clang-format off */
	static const struct out_row rows[] = {
		{"one atom", S("abc"), false, 3, 0, 3},
		{"with dots", S("a.b.c@"), false, 5, 0, 5},
		{"a dot at the end stays", S("a.b."), false, 3, 0, 3},
		{"two dots", S("a..b"), false, 1, 0, 1},
		{"a dot first", S(".a"), false, 0, 0, 0},
		{"blanks around a dot", S("a . b"), false, 1, 0, 1},
		{"UTF-8 where allowed", S("b\xc3\xbc.\xc3\xa9"), true, 6, 0, 6},
		{"UTF-8 where not", S("a.\xc3\xa9"), false, 1, 0, 1},
		{"nothing", {NULL, 0}, true, 0, 0, 0},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice at = rows[i].in, out = {NULL, 0};
		bool matched = scan_dot_atom(&at, rows[i].utf8, &out);

		expect_out(&rows[i], matched, at, out);
	}
}

Test(scan, quoted_string)
{
	/* clang-format off */
	static const struct out_row rows[] = {
		{"simple", S("\"a b\"c"), false, 5, 1, 3},
		{"empty", S("\"\""), false, 2, 1, 0},
		{"blanks at both ends", S("\" a\t\""), false, 5, 1, 3},
		{"a quoted quote", S("\"a\\\"b\"c"), false, 6, 1, 4},
		{"a quoted backslash", S("\"\\\\\"c"), false, 4, 1, 2},
		{"a fold", S("\"a\r\n b\""), false, 7, 1, 5},
		{"UTF-8 where allowed", S("\"\xc3\xa9\""), true, 4, 1, 2},
		{"UTF-8 where not", S("\"\xc3\xa9\""), false, 0, 0, 0},
		{"quoted UTF-8 where allowed", S("\"\\\xc3\xa9\""), true, 5, 1, 3},
		{"quoted UTF-8 where not", S("\"\\\xc3\xa9\""), false, 0, 0, 0},
		{"8-bit that is no UTF-8", S("\"\xe9\""), true, 0, 0, 0},
		{"unclosed", S("\"a"), false, 0, 0, 0},
		{"its end quoted away", S("\"a\\\""), false, 0, 0, 0},
		{"a backslash at the end", S("\"a\\"), false, 0, 0, 0},
		{"a line end that is no fold", S("\"a\r\nb\""), false, 0, 0, 0},
		{"a quoted line end", S("\"a\\\r\n b\""), false, 0, 0, 0},
		{"a NUL", S("\"a\0\""), false, 0, 0, 0},
		{"a quoted NUL", S("\"a\\\0\""), false, 0, 0, 0},
		{"a control", S("\"\x1b\""), false, 0, 0, 0},
		{"none", S("a\"b\""), false, 0, 0, 0},
		{"nothing", {NULL, 0}, true, 0, 0, 0},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice at = rows[i].in, out = {NULL, 0};
		bool matched = scan_quoted_string(&at, rows[i].utf8, &out);

		expect_out(&rows[i], matched, at, out);
	}
}

Test(scan, token)
{
	/* clang-format off */
	static const struct out_row rows[] = {
		{"a word", S("text/plain"), false, 4, 0, 4},
		{"punctuation", S("!#$%&'*+-.^_`{|}~;"), false, 17, 0, 17},
		{"a tspecial first", S("=a"), false, 0, 0, 0},
		{"up to a blank", S("a b"), false, 1, 0, 1},
		{"up to 8-bit", S("a\xe9"), false, 1, 0, 1},
		{"a NUL", S("\0"), false, 0, 0, 0},
		{"nothing", {NULL, 0}, false, 0, 0, 0},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice at = rows[i].in, out = {NULL, 0};
		bool matched = scan_token(&at, &out);

		expect_out(&rows[i], matched, at, out);
	}
}

/* RFC 3629 4, every bound of the grammar */
Test(scan, utf8)
{
	/* clang-format off */
	static const struct rule_row rows[] = {
		{"ASCII is none", S("a"), 0},
		{"U+0080", S("\xc2\x80"), 2},
		{"U+07FF", S("\xdf\xbf"), 2},
		{"U+0800", S("\xe0\xa0\x80"), 3},
		{"U+D7FF", S("\xed\x9f\xbf"), 3},
		{"U+E000", S("\xee\x80\x80"), 3},
		{"U+FFFF", S("\xef\xbf\xbf"), 3},
		{"U+10000", S("\xf0\x90\x80\x80"), 4},
		{"U+10FFFF", S("\xf4\x8f\xbf\xbf"), 4},
		{"only one", S("\xc3\xa9\xc3\xa9"), 2},
		{"overlong in two", S("\xc1\xbf"), 0},
		{"overlong NUL", S("\xc0\x80"), 0},
		{"overlong in three", S("\xe0\x9f\xbf"), 0},
		{"overlong in four", S("\xf0\x8f\xbf\xbf"), 0},
		{"the first surrogate", S("\xed\xa0\x80"), 0},
		{"the last surrogate", S("\xed\xbf\xbf"), 0},
		{"U+110000", S("\xf4\x90\x80\x80"), 0},
		{"F5", S("\xf5\x80\x80\x80"), 0},
		{"FF", S("\xff\xff\xff\xff"), 0},
		{"a continuation first", S("\x80\x80"), 0},
		{"one octet of two", S("\xc3"), 0},
		{"two of three", S("\xe2\x82"), 0},
		{"three of four", S("\xf0\x9f\x98"), 0},
		{"text where the second should be", S("\xc3("), 0},
		{"text where the third should be", S("\xe2\x82("), 0},
		{"text where the fourth should be", S("\xf0\x9f\x98("), 0},
		{"nothing", {NULL, 0}, 0},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice at = rows[i].in;
		bool matched = scan_utf8_non_ascii(&at);

		expect_rule(&rows[i], matched, at);
	}
}

/*
 * Every octet at every position of a text shorter and longer than a vector, with both first octets.
 */
Test(scan, printable_run)
{
	static const unsigned char firsts[] = {' ', '!'};
	char text[48];

	for (size_t k = 0; k < sizeof firsts; k++)
		for (size_t n = 0; n <= sizeof text; n++)
			for (size_t at = 0; at < n; at++)
				for (unsigned c = 0; c < 256; c++) {
					const bool inside = c >= firsts[k] && c <= '~';

					memset(text, at % 2 == 0 ? '~' : firsts[k], sizeof text);
					text[at] = (char)c;
					cr_assert_eq(
						scan_printable_run(slice_make(text, n), firsts[k]),
						inside ? n : at, "%zu octets, %#x at %zu", n, c,
						at);
				}
}

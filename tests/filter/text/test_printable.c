#include "filter/text/printable.h"

#include <criterion/criterion.h>

static const struct row {
	const char *name;
	struct slice text;
	size_t max;
	const char *want;
} rows[] = {
	{"empty", SLICE_INIT(""), 10, ""},
	{"plain", SLICE_INIT("a b~!"), 10, "a b~!"},
	{"line ends", SLICE_INIT("a\r\nb"), 10, "a\\x0d\\x0ab"},
	{"tab and NUL", SLICE_INIT("\t\0"), 10, "\\x09\\x00"},
	{"an escape sequence", SLICE_INIT("\x1b[31mred"), 10, "\\x1b[31mred"},
	{"DEL, C1, UTF-8", SLICE_INIT("\x7f\x9b\xc3\xa9"), 10, "\\x7f\\x9b\\xc3\\xa9"},
	{"backslash", SLICE_INIT("\\x41"), 10, "\\x5cx41"},
	{"last octet", SLICE_INIT("\xff"), 10, "\\xff"},
	{"as long as may be", SLICE_INIT("0123456789"), 10, "0123456789"},
	{"one octet longer", SLICE_INIT("0123456789a"), 10, "0123456789..."},
	{"cut where all is hex", SLICE_INIT("\n\n\n\n"), 3, "\\x0a\\x0a\\x0a..."},
	{"nothing may be told", SLICE_INIT("a"), 0, "..."},
	{"nothing of nothing", SLICE_INIT(""), 0, ""},
};

Test(printable, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		const char *got;

		arena_init(&arena, NULL, NULL);
		got = printable(rows[i].text, rows[i].max, &arena);
		cr_expect_str_eq(got, rows[i].want, "%s: %s", rows[i].name, got);
		arena_clear(&arena);
	}
}

/* Every octet is shown in printable ASCII: as itself, or as an escape of four characters. */
Test(printable, every_octet)
{
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (int c = 0; c < 256; c++) {
		const char octet = (char)c;
		const char *got = printable(slice_make(&octet, 1), 1, &arena);

		for (const char *p = got; *p != '\0'; p++)
			cr_expect(*p >= ' ' && *p <= '~', "%d", c);
		cr_expect(strlen(got) == (c >= ' ' && c <= '~' && c != '\\' ? 1 : 4), "%d", c);
	}
	arena_clear(&arena);
}

Test(printable, long_text)
{
	static char text[1000000];
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	cr_expect(strlen(printable(slice_make(text, sizeof text), sizeof text, &arena)) == 4000000);
	cr_expect(strlen(printable(slice_make(text, sizeof text), 100, &arena)) == 403);
	arena_clear(&arena);
}

/* One classification for paths, rows and pages. */
Test(printable, next)
{
	static const struct {
		const char *name;
		struct slice text;
		enum printable_kind kind;
		size_t n;
	} kinds[] = {
		{"a letter", SLICE_INIT("ab"), PRINTABLE_SHOWS, 1},
		{"a backslash", SLICE_INIT("\\"), PRINTABLE_SHOWS, 1},
		{"NUL", SLICE_INIT("\0a"), PRINTABLE_ACTS, 1},
		{"a line end", SLICE_INIT("\n"), PRINTABLE_ACTS, 1},
		{"DEL", SLICE_INIT("\x7f"), PRINTABLE_ACTS, 1},
		{"two octets", SLICE_INIT("\xc3\xa9x"), PRINTABLE_SHOWS, 2},
		{"three octets", SLICE_INIT("\xe6\x97\xa5"), PRINTABLE_SHOWS, 3},
		{"four octets", SLICE_INIT("\xf0\x9f\x98\x80"), PRINTABLE_SHOWS, 4},
		{"a C1 control", SLICE_INIT("\xc2\x9bx"), PRINTABLE_ACTS, 2},
		{"right to left", SLICE_INIT("\xe2\x80\xae"), PRINTABLE_ACTS, 3},
		{"a byte order mark", SLICE_INIT("\xef\xbb\xbf"), PRINTABLE_ACTS, 3},
		{"half a character", SLICE_INIT("\xe6\x97"), PRINTABLE_BAD, 1},
		{"too long a form", SLICE_INIT("\xc0\xaf"), PRINTABLE_BAD, 1},
		{"a continuation", SLICE_INIT("\x97x"), PRINTABLE_BAD, 1},
		{"a surrogate", SLICE_INIT("\xed\xa0\x80"), PRINTABLE_BAD, 1},
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct slice left = kinds[i].text, one;

		cr_expect(printable_next(&left, &one) == kinds[i].kind, "%s", kinds[i].name);
		cr_expect(one.p == kinds[i].text.p && one.n == kinds[i].n, "%s", kinds[i].name);
		cr_expect(left.n == kinds[i].text.n - one.n, "%s", kinds[i].name);
		left = kinds[i].text;
		cr_expect(printable_next_utf8(&left, &one) == kinds[i].kind, "%s", kinds[i].name);
		cr_expect(left.n == kinds[i].text.n - kinds[i].n, "%s", kinds[i].name);
		cr_expect(slice_eq(one, kinds[i].kind == PRINTABLE_BAD
						? SLICE("\xEF\xBF\xBD")
						: slice_head(kinds[i].text, kinds[i].n)),
			"%s", kinds[i].name);
	}
}

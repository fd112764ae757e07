#include "auth/base/base64.h"

#include <criterion/criterion.h>

/* a slice of a literal, which may contain NUL bytes */
#define S(lit) SLICE_INIT(lit)

Test(base64, good)
{
	static const struct row {
		const char *name;
		struct slice text, bytes;
	} rows[] = {
		/* RFC 4648 10 */
		{"nothing", S(""), S("")},
		{"f", S("Zg=="), S("f")},
		{"fo", S("Zm8="), S("fo")},
		{"foo", S("Zm9v"), S("foo")},
		{"foob", S("Zm9vYg=="), S("foob")},
		{"fooba", S("Zm9vYmE="), S("fooba")},
		{"foobar", S("Zm9vYmFy"), S("foobar")},
		{"both last digits", S("+/+/"), S("\xfb\xff\xbf")},
		{"NUL", S("AAAA"), S("\0\0\0")},
		/* RFC 6376 2.10: FWS between any two characters */
		{"blanks", S(" Z m\t9 v "), S("foo")},
		{"folds", S("Zm\r\n 9v\r\n\tYg=="), S("foob")},
		{"folds with LF", S("Zm\n 9v"), S("foo")},
		{"fold between pads", S("Zg=\r\n ="), S("f")},
		{"blank before a pad", S("Zg =="), S("f")},
		{"only a fold", S("\r\n "), S("")},
		{"odd bits at the end", S("Zh=="), S("f")},
		/* RFC 6376 2.10: padding is optional */
		{"two, no pad", S("Zg"), S("f")},
		{"two, one pad", S("Zg="), S("f")},
		{"three, no pad", S("Zm8 "), S("fo")},
		{"six, no pad", S("Zm9vYg"), S("foob")},
		/* and so are more pads than are needed, up to two (RFC 4648 3.3) */
		{"three digits, two pads", S("Zm8=="), S("fo")},
		{"four digits, a pad", S("Zm9v="), S("foo")},
		{"four digits, two pads", S("Zm9v =\r\n ="), S("foo")},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice bytes;

		cr_expect_eq(
			base64_decode(rows[i].text, &arena, &bytes), ST_OK, "%s", rows[i].name);
		cr_expect(slice_eq(bytes, rows[i].bytes), "%s", rows[i].name);
	}
	arena_clear(&arena);
}

Test(base64, bad)
{
	static const struct row {
		const char *name;
		struct slice text;
	} rows[] = {
		{"one digit", S("Z")},
		{"one digit, three pads", S("Z===")},
		{"two digits, three pads", S("Zg===")},
		{"five digits", S("Zm9vY")},
		{"three digits, three pads", S("Zm8===")},
		{"four digits, three pads", S("Zm9v===")},
		{"five digits, two pads", S("Zm9vY==")},
		{"one pad alone", S("=")},
		{"four digits, four pads", S("Zm9v====")},
		{"only pads", S("====")},
		{"two pads alone", S("==")},
		{"pads inside", S("Zg==Zg==")},
		{"pad first", S("=Zm9")},
		{"foreign character", S("Zm9*")},
		{"URL alphabet", S("-_-_")},
		{"NUL", S("Zm9v\0")},
		{"NUL only", S("\0\0\0\0")},
		{"octet over 127", S("Zm9\xe9")},
		{"line end that is no fold", S("Zm\r\n9v")},
		{"line end at the end", S("Zm9v\n")},
		{"bare CR", S("Zm\r9v")},
		{"semicolon", S("Zm9v;")},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice bytes = SLICE("left");

		cr_expect_eq(
			base64_decode(rows[i].text, &arena, &bytes), ST_BAD, "%s", rows[i].name);
		cr_expect_eq(bytes.n, 0, "%s", rows[i].name);
	}
	arena_clear(&arena);
}

/* Every octet, and texts of every length up to 259: decoding restores what was encoded. */
Test(base64, there_and_back)
{
	struct arena arena;
	char octets[256 + 3];

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof octets; i++)
		octets[i] = (char)(unsigned char)(i & 0xff);
	for (size_t n = 0; n <= sizeof octets; n++) {
		struct slice in = slice_make(octets, n), text = base64_encode(in, &arena), back;

		cr_expect_eq(text.n, (n + 2) / 3 * 4);
		cr_expect_eq(base64_decode(text, &arena, &back), ST_OK, "%zu octets", n);
		cr_expect(slice_eq(back, in), "%zu octets", n);
	}
	cr_expect(slice_eq(base64_encode(SLICE("fooba"), &arena), SLICE("Zm9vYmE=")));
	arena_clear(&arena);
}

Test(base64, outside)
{
	cr_expect_null(base64_outside(SLICE("")));
	cr_expect_null(base64_outside(SLICE("azAZ09+/== \t\r\n")));
	cr_expect_str_eq(base64_outside(SLICE("ab*c")), "*c");
	cr_expect_str_eq(base64_outside(SLICE("ab-c")), "-c");
	cr_expect_str_eq(base64_outside(SLICE("ab\xe9")), "\xe9");
	cr_expect_eq(*base64_outside(slice_make("a\0", 2)), '\0');
}

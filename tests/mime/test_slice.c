#include "mime/slice.h"

#include <criterion/criterion.h>

#define S(lit) SLICE_INIT(lit)

static const struct slice nothing = {NULL, 0};

Test(slice, parts)
{
	struct slice s = SLICE("abc");

	cr_expect(slice_eq(slice_from(s, 1), SLICE("bc")));
	cr_expect(slice_from(s, 3).n == 0 && slice_from(s, 3).p == s.p + 3);
	cr_expect(slice_from(s, 9).n == 0 && slice_from(s, 9).p == s.p + 3);
	cr_expect(slice_from(nothing, 1).p == NULL);
	cr_expect(slice_eq(slice_head(s, 2), SLICE("ab")));
	cr_expect(slice_eq(slice_head(s, 9), s));
	cr_expect(slice_str(NULL).n == 0);
	cr_expect(slice_eq(slice_str("abc"), s));
	cr_expect(slice_eq(slice_make("abcd", 3), s));
}

Test(slice, compare)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct slice a, b;
		bool eq, ieq, starts, istarts;
	} rows[] = {
		{"equal", S("ab"), S("ab"), true, true, true, true},
		{"another case", S("aB"), S("Ab"), false, true, false, true},
		{"only ASCII has case", S("\xc3\xa9"), S("\xc3\x89"), false, false, false, false},
		{"@ and ` are not a case apart", S("@"), S("`"), false, false, false, false},
		{"longer", S("abc"), S("AB"), false, false, false, true},
		{"shorter", S("a"), S("ab"), false, false, false, false},
		{"both empty", {NULL, 0}, S(""), true, true, true, true},
		{"a prefix of nothing", S("a"), {NULL, 0}, false, false, true, true},
		{"differs after a NUL", S("a\0b"), S("a\0c"), false, false, false, false},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];

		cr_expect(slice_eq(row->a, row->b) == row->eq, "%s: eq", row->name);
		cr_expect(slice_ieq(row->a, row->b) == row->ieq, "%s: ieq", row->name);
		cr_expect(slice_starts(row->a, row->b) == row->starts, "%s: starts", row->name);
		cr_expect(slice_istarts(row->a, row->b) == row->istarts, "%s: istarts", row->name);
	}
}

Test(slice, find)
{
	struct slice s = SLICE("a@b@c");

	cr_expect(slice_find(s, '@') == 1);
	cr_expect(slice_rfind(s, '@') == 3);
	cr_expect(slice_find(s, 'x') == s.n);
	cr_expect(slice_rfind(s, 'x') == s.n);
	cr_expect(slice_rfind(s, 'a') == 0);
	cr_expect(slice_find(nothing, 'x') == 0 && slice_rfind(nothing, 'x') == 0);
}

Test(slice, trim)
{
	cr_expect(slice_eq(slice_trim(SLICE(" \t\r\na b\n\r \t")), SLICE("a b")));
	cr_expect(slice_trim(SLICE(" \t ")).n == 0);
	cr_expect(slice_trim(nothing).n == 0);
	cr_expect(slice_eq(slice_trim(SLICE("\va\f")), SLICE("\va\f")), "VT and FF are no blanks");
}

Test(slice, octets)
{
	cr_expect(slice_is_ascii(nothing) && slice_is_printable(nothing));
	cr_expect(slice_is_ascii(SLICE("a\r\n\x7f")) && slice_is_printable(SLICE(" a~")));
	cr_expect(!slice_is_ascii(SLICE("a\x80")) && !slice_is_ascii(SLICE("\xff")));
	cr_expect(!slice_is_printable(SLICE("a\x7f")) && !slice_is_printable(SLICE("\x1f")) &&
		  !slice_is_printable(SLICE("a\x80")) && !slice_is_printable(SLICE("a\0")));
}

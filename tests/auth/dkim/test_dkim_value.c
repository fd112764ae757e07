#include "auth/dkim/dkim_value.h"

#include <criterion/criterion.h>

/* Returns the rest of the value from the bad octet on; "" if there is none. */
static const char *
from(const char *octet)
{
	return octet == NULL ? "" : octet;
}

Test(dkim_value, outside)
{
	static const struct {
		const char *text, *digits, *name;
	} rows[] = {
		{"", "", ""},
		{"0129", "", ""},
		{"12x4", "x4", ""},
		{" 1", " 1", " 1"},
		{"a:b", "a:b", ""},
		{"a b", "a b", " b"},
		{"a\x7f", "a\x7f", "\x7f"},
		{"\xe9", "\xe9", "\xe9"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice text = slice_str(rows[i].text);

		cr_expect_str_eq(from(dkim_outside_digits(text)), rows[i].digits);
		cr_expect_str_eq(from(dkim_outside_field_name(text)), rows[i].name);
	}
}

/* RFC 6376 2.11 */
Test(dkim_value, quoted_printable)
{
	static const struct {
		const char *text, *want,
			*bare; /* bare: the text from the first "=" without two digits */
	} rows[] = {
		{"", "", ""},
		{"a=40b", "a@b", ""},
		{"a=3d=3D", "a==", ""},
		{"a\r\n b=20c", "ab c", ""},
		{"a=gmail.com", "", "=gmail.com"},
		{"a=4", "", "=4"},
		{"a=", "", "="},
		{"a=4 0", "", "=4 0"},
		{"=41=g1", "", "=g1"},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice bytes = {0};

		cr_expect_str_eq(from(dkim_decode_qp(slice_str(rows[i].text), &arena, &bytes)),
			rows[i].bare, "%s", rows[i].text);
		cr_expect(slice_eq(bytes, slice_str(rows[i].want)), "%s", rows[i].text);
	}
	arena_clear(&arena);
}

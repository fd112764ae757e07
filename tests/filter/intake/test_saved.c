#include "filter/intake/saved.h"

#include <criterion/criterion.h>

#define MARK "\xEF\xBB\xBF"
#define MESSAGE "A: b\n\nc\n"

Test(saved, is_mbox)
{
	static const struct {
		const char *path, *first;
		bool one, mbox;
	} rows[] = {
		{"box", "From a", false, true},
		{"box.mbox", MARK "From a", false, true},
		{"box", "From: a", false, false},
		{"box", "", false, false},
		{"a.eml", "From a", true, false},
		{"a.EML", "From a", true, false},
		{"a.emlx", "From a", true, false},
		{"a.eml.gz", "From a", true, false},
		{"a.eml.zst", "From a", true, false},
		{"a.gz", "From a", false, true},
		{"eml", "From a", false, true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		cr_expect_eq(saved_is_one(rows[i].path), rows[i].one, "%s", rows[i].path);
		cr_expect_eq(saved_is_mbox(rows[i].path, slice_str(rows[i].first)), rows[i].mbox,
			"%s", rows[i].path);
	}
}

Test(saved, unwrap)
{
	static const struct {
		const char *name, *path, *bytes, *want;
	} rows[] = {
		{"a message", "a.eml", MESSAGE, MESSAGE},
		{"a mark", "a.eml", MARK MESSAGE, MESSAGE},
		{"two marks", "a.eml", MARK MARK MESSAGE, MARK MESSAGE},
		{"digits are a message's own", "a.eml", "8\n" MESSAGE, "8\n" MESSAGE},
		{"Apple Mail", "a.emlx", "8\n" MESSAGE "<plist/>\n", MESSAGE},
		{"with blanks behind the length", "a.emlx", "8   \r\n" MESSAGE "<plist/>", MESSAGE},
		{"with a mark", "a.emlx", MARK "8\n" MESSAGE "<plist/>", MESSAGE},
		{"cut off", "a.emlx", "80\n" MESSAGE, MESSAGE},
		{"a length of nothing", "a.emlx", "0\n" MESSAGE, ""},
		{"no length", "a.emlx", MESSAGE, MESSAGE},
		{"no line end", "a.emlx", "8", "8"},
		{"a length that is none", "a.emlx", "8x\n" MESSAGE, "8x\n" MESSAGE},
		{"longer than any length", "a.emlx", "1234567890123\nx", "1234567890123\nx"},
		{"nothing", "a.emlx", "", ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice got = saved_unwrap(rows[i].path, slice_str(rows[i].bytes));

		cr_expect(slice_eq(got, slice_str(rows[i].want)), "%s: %.*s", rows[i].name,
			(int)got.n, got.p);
	}
}

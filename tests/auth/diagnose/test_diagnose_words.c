/* test_diagnose_words.c: text from one character set into another. */
#include "auth/diagnose/diagnose_head.h"

#include <criterion/criterion.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* clang-format off */
static const struct row {
	const char *name, *from, *to, *text, *made; /* NULL: refused */
} rows[] = {
	{"the same",                 "utf-8",       "UTF-8",       "\xC3\xBC",       "\xC3\xBC"},
	{"Latin-1 to UTF-8",         "iso-8859-1",  "utf-8",       "\xFC" "a",       "\xC3\xBC" "a"},
	{"UTF-8 to Latin-1",         "utf-8",       "ISO-8859-1",  "\xC3\xBC" "a",   "\xFC" "a"},
	{"not in Latin-1",           "utf-8",       "iso-8859-1",  "\xE3\x81\x82",   NULL},
	{"not in ASCII",             "utf-8",       "us-ascii",    "\xC3\xBC",       NULL},
	{"8-bit ASCII",              "us-ascii",    "utf-8",       "\xFC",           NULL},
	{"broken UTF-8",             "utf-8",       "utf-8",       "\xC3",           NULL},
	{"Japanese",                 "utf-8",       "ISO-2022-JP", "\xE3\x81\x82",   "\x1B$B$\"\x1B(B"},
	{"Japanese to UTF-8",        "iso-2022-jp", "utf-8",       "\x1B$B$\"\x1B(B", "\xE3\x81\x82"},
	{"no such character set",    "x-unheard-of", "utf-8",      "a",              NULL},
	{"no suffix is passed on",   "utf-8",       "ascii//TRANSLIT", "\xC3\xBC",   NULL},
	{"no path is passed on",     "../../x",     "utf-8",       "a",              NULL},
	{"no name",                  "",            "utf-8",       "a",              NULL},
	{"no text",                  "utf-8",       "utf-8",       "",               ""},
};
/* clang-format on */

Test(diagnose_words, convert)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct slice out = {0};
		struct arena arena;
		bool got;

		arena_init(&arena, NULL, NULL);
		got = diagnose_convert(slice_str(row->from), slice_str(row->to),
			slice_str(row->text), &arena, &out);
		cr_expect(got == (row->made != NULL), "%s", row->name);
		if (got && row->made != NULL)
			cr_expect(slice_eq(out, slice_str(row->made)), "%s", row->name);
		arena_clear(&arena);
	}
}

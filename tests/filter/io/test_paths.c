#include "filter/io/paths.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const struct row {
	const char *name, *path, *want;
} rows[] = {
	{"plain", "a/b c.eml", "a/b c.eml"},
	{"UTF-8", "\xE6\x97\xA5\xE6\x9C\xAC.eml", "\xE6\x97\xA5\xE6\x9C\xAC.eml"},
	{"line end", "a\nb", "a\\x0ab"},
	{"escape", "\033[31m", "\\x1b[31m"},
	{"tab and DEL", "\t\177", "\\x09\\x7f"},
	{"backslash", "a\\x0a", "a\\x5cx0a"},
	{"no UTF-8", "\xFF\xC3", "\\xff\\xc3"},
	{"C1", "\xC2\x9B", "\\xc2\\x9b"},
	{"right to left", "a\xE2\x80\xAEg", "a\\xe2\\x80\\xaeg"},
	{"isolate", "\xE2\x81\xA6", "\\xe2\\x81\\xa6"},
	{"line separator", "\xE2\x80\xA8", "\\xe2\\x80\\xa8"},
	{"empty", "", ""},
};

Test(paths, shown)
{
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_str_eq(
			path_shown(rows[i].path, &arena), rows[i].want, "%s", rows[i].name);
	arena_clear(&arena);
}

static const struct join_row {
	const char *folder, *name, *want;
} join_rows[] = {
	{"a", "b", "a/b"},
	{"a/", "b", "a/b"},
	{"a", "/b", "/b"},
	{NULL, "b", "b"},
	{"", "b", "b"},
};

Test(paths, join)
{
	for (size_t i = 0; i < sizeof join_rows / sizeof join_rows[0]; i++) {
		char *both = path_join(join_rows[i].folder, join_rows[i].name);

		cr_expect_str_eq(both, join_rows[i].want);
		free(both);
	}
}

static const struct folder_row {
	const char *path, *want;
} folder_rows[] = {
	{"a/b", "a"},
	{"a/b/c", "a/b"},
	{"a", "."},
	{"", "."},
	{"/", "/"},
	{"/a", "/"},
	{"/a/b", "/a"},
	{"a/", "a"},
	{"./a", "."},
	{"../a", ".."},
	{"//a", "/"},
};

/* A sandbox opens the folder that a file will be in, and never another one. */
Test(paths, folder)
{
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof folder_rows / sizeof folder_rows[0]; i++)
		cr_expect_str_eq(path_folder(folder_rows[i].path, &arena), folder_rows[i].want,
			"%s", folder_rows[i].path);
	arena_clear(&arena);
}

static const struct end_row {
	const char *name, *end;
	bool want;
} end_rows[] = {
	{"a.eml", ".eml", true},
	{"a.EML", ".eml", true},
	{".eml", ".eml", true},
	{"eml", ".eml", false},
	{"a.eml.gz", ".eml", false},
	{"", ".eml", false},
	{"a", "", true},
};

Test(paths, ends)
{
	for (size_t i = 0; i < sizeof end_rows / sizeof end_rows[0]; i++)
		cr_expect_eq(path_ends(end_rows[i].name, end_rows[i].end), end_rows[i].want, "%s",
			end_rows[i].name);
}

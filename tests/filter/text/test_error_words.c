#include "filter/text/error_words.h"

#include <criterion/criterion.h>

#include "filter/text/i18n.h"
#include "tests/support/arena_suite.h"

ARENA_SUITE(error_words);

enum test_error { E_NONE, E_FIRST = 0x7000, E_PLAIN, E_ONE, E_THREE };

static const struct reason_row rows[] = {{"plain", "must not be empty"}, {"one", "must be %s"},
	{"three", "must be %s from %s to %s"}};

/* The subject comes before the sentence, from the outermost file to the line. */
Test(error_words, lines)
{
	static const struct {
		const char *name;
		enum test_error id;
		struct error about;
		const char *line;
	} table[] = {
		{"none", E_NONE, {.path = "f"}, ""},
		{"no subject", E_PLAIN, {.line = 0}, "must not be empty"},
		{"a file", E_PLAIN, {.path = "/f"}, "/f: must not be empty"},
		{"a kind of file", E_PLAIN, {.what = "zone", .path = "/f", .line = 7},
			"zone /f: line 7: must not be empty"},
		{"a kind without a file", E_PLAIN, {.what = "DNS"}, "DNS: must not be empty"},
		{"a line", E_PLAIN, {.line = 3}, "line 3: must not be empty"},
		{"an option", E_PLAIN, {.option = "helo"}, "--helo must not be empty"},
		{"an option's file", E_PLAIN, {.option = "own-id", .values = "/ids"},
			"--own-id /ids must not be empty"},
		{"its line", E_PLAIN, {.option = "own-id", .values = "/ids", .line = 2},
			"--own-id /ids line 2 must not be empty"},
		{"all", E_PLAIN, {.path = "/c", .option = "own-id", .values = "/ids", .line = 2},
			"/c: own-id /ids line 2 must not be empty"},
		{"a word", E_ONE, {.words = {"a or b"}, .option = "scrub"},
			"--scrub must be a or b"},
		{"a word with a conversion in it", E_ONE, {.words = {"%s %n"}}, "must be %s %n"},
		{"three words", E_THREE, {.words = {"a number", "1", "9"}},
			"must be a number from 1 to 9"},
		{"too few words", E_THREE, {.words = {"a number"}}, "must be a number from  to "},
		{"a path that acts on a terminal", E_PLAIN, {.path = "/\x1b[31m\n\xff\xe6\x97\xa5"},
			"/\\x1b[31m\\x0a\\xff\xe6\x97\xa5: must not be empty"},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct error error = table[i].about;

		error.reason = reason_make(rows, (enum reason_table)E_FIRST, table[i].id);
		cr_expect_str_eq(error_words(&error, &arena), table[i].line, "%s: %s",
			table[i].name, error_words(&error, &arena));
		cr_expect_str_eq(error_english(&error, &arena), table[i].line, "%s", table[i].name);
	}
}

Test(error_words, languages)
{
	struct error error = {.what = "zone", .path = "/f", .line = 7};

	error.reason = reason_make(rows, (enum reason_table)E_FIRST, E_PLAIN);
	i18n_choose(I18N_JA);
	cr_expect_str_neq(error_words(&error, &arena), error_english(&error, &arena));
	cr_expect_str_eq(error_english(&error, &arena), "zone /f: line 7: must not be empty");
	i18n_choose(I18N_EN);
}

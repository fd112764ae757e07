#include "filter/text/i18n.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* environment variables, and the language that they select */
static const struct row {
	const char *name, *lc_all, *lc_messages, *lang, *language, *want;
	enum i18n_lang asked;
} rows[] = {
	{"nothing", NULL, NULL, NULL, NULL, "en", I18N_LOCALE},
	{"LANG", NULL, NULL, "ja_JP.UTF-8", NULL, "ja", I18N_LOCALE},
	{"a language alone", NULL, NULL, "ja", NULL, "ja", I18N_LOCALE},
	{"utf8", NULL, NULL, "ja_JP.utf8", NULL, "ja", I18N_LOCALE},
	{"a modifier", NULL, NULL, "ja_JP.UTF-8@x", NULL, "ja", I18N_LOCALE},
	{"another charset", NULL, NULL, "ja_JP.eucJP", NULL, "en", I18N_LOCALE},
	{"another language", NULL, NULL, "jav_ID.UTF-8", NULL, "en", I18N_LOCALE},
	{"LC_MESSAGES before LANG", NULL, "ja_JP", "de_DE.UTF-8", NULL, "ja", I18N_LOCALE},
	{"LC_ALL before LC_MESSAGES", "C", "ja_JP", "ja_JP", NULL, "en", I18N_LOCALE},
	{"an empty LC_ALL", "", "", "ja_JP.UTF-8", NULL, "ja", I18N_LOCALE},
	{"LANGUAGE before the locale", NULL, NULL, "de_DE.UTF-8", "ja:de", "ja", I18N_LOCALE},
	{"another LANGUAGE", NULL, NULL, "ja_JP.UTF-8", "de", "en", I18N_LOCALE},
	{"LANGUAGE never before C", NULL, NULL, "C", "ja", "en", I18N_LOCALE},
	{"LANGUAGE never before POSIX", "POSIX", NULL, "ja_JP.UTF-8", "ja", "en", I18N_LOCALE},
	{"LANGUAGE without a locale", NULL, NULL, NULL, "ja", "en", I18N_LOCALE},
	{"Japanese asked for", "C", NULL, "C", "de", "ja", I18N_JA},
	{"English asked for", "ja_JP.UTF-8", NULL, NULL, "ja", "en", I18N_EN},
};

static void
set(const char *name, const char *value)
{
	if (value != NULL)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

Test(i18n, language)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];

		set("LC_ALL", row->lc_all);
		set("LC_MESSAGES", row->lc_messages);
		set("LANG", row->lang);
		set("LANGUAGE", row->language);
		i18n_choose(row->asked);
		cr_expect_str_eq(i18n_language(), row->want, "%s", row->name);
		cr_expect_str_eq(translated("unreadable DNS answer"),
			row->want[0] == 'j' ? "DNS の応答を読み取れません"
					    : "unreadable DNS answer",
			"%s", row->name);
	}
}

Test(i18n, english_before_any_choice)
{
	set("LANG", "ja_JP.UTF-8");
	cr_expect_str_eq(i18n_language(), "en");
	cr_expect_str_eq(translated("unreadable DNS answer"), "unreadable DNS answer");
}

Test(i18n, without_translation)
{
	i18n_choose(I18N_JA);
	cr_expect_str_eq(translated("no sentence of the program"), "no sentence of the program");
	cr_expect_str_eq(translated(""), "");
}

/* a caller may keep a sentence while it asks for others */
Test(i18n, lasting)
{
	const char *first;

	i18n_choose(I18N_JA);
	first = translated("unreadable DNS answer");
	(void)translated("CNAME chain too long");
	cr_expect_str_eq(first, "DNS の応答を読み取れません");
}

static const struct width_row {
	const char *text;
	size_t want;
} widths[] = {
	{"", 0},
	{"abc", 3},
	{"日本語", 6},
	{"ﾃﾞｰﾀ", 4},
	{"é", 1},
	{"a。b", 4},
	{"\xe6", 1},
};

Test(i18n, width)
{
	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
		cr_expect_eq(text_width(widths[i].text), widths[i].want, "%s", widths[i].text);
}

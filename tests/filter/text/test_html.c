#include "filter/text/html.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const struct row {
	const char *name, *text, *want;
} rows[] = {
	{"plain", "a b-c", "a b-c"},
	{"empty", "", ""},
	{"a script", "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
	{"out of an attribute", "\" onload='x'", "&quot; onload=&#39;x&#39;"},
	{"a reference", "&lt;&amp", "&amp;lt;&amp;amp"},
	{"the end of a style", "</style>", "&lt;/style&gt;"},
	{"a comment", "<!--", "&lt;!--"},
	{"line ends and tab", "a\r\nb\tc", "a\\x0d\\x0ab\\x09c"},
	{"escape and DEL", "\033[31m\177", "\\x1b[31m\\x7f"},
	{"C1", "\xC2\x9B", "\\xc2\\x9b"},
	{"UTF-8", "\xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x93\xA7",
		"\xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x93\xA7"},
	{"right to left override", "a\xE2\x80\xAEg", "a\\xe2\\x80\\xaeg"},
	{"isolate", "\xE2\x81\xA6", "\\xe2\\x81\\xa6"},
	{"no width",
		"a\xE2\x80\x8B"
		"b",
		"a\\xe2\\x80\\x8bb"},
	{"a byte order mark", "\xEF\xBB\xBF", "\\xef\\xbb\\xbf"},
	{"a tag character", "\xF3\xA0\x81\x81", "\\xf3\\xa0\\x81\\x81"},
	{"no character", "\xEF\xBF\xBF", "\\xef\\xbf\\xbf"},
	{"no character either", "\xF0\x9F\xBF\xBE", "\\xf0\\x9f\\xbf\\xbe"},
	{"no UTF-8", "\xFF-\xC3", "\xEF\xBF\xBD-\xEF\xBF\xBD"},
	{"a surrogate", "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
	{"overlong", "\xC0\xBC", "\xEF\xBF\xBD\xEF\xBF\xBD"},
	{"made safe before", "\\x0a", "\\x0a"},
};

static char *
written(const char *text, bool say)
{
	char *got = NULL;
	size_t n = 0;
	struct html html = {.out = open_memstream(&got, &n)};

	cr_assert(html.out != NULL);
	if (say)
		html_say(&html, "%s|%d", text, 7);
	else
		html_text(&html, text);
	cr_assert(fclose(html.out) == 0);
	cr_expect(!html.failed);
	return got;
}

Test(html, text)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *got = written(rows[i].text, false);

		cr_expect_str_eq(got, rows[i].want, "%s: %s", rows[i].name, got);
		free(got);
	}
}

Test(html, say)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *got = written(rows[i].text, true);
		size_t n = strlen(rows[i].want);

		cr_expect(strncmp(got, rows[i].want, n) == 0, "%s: %s", rows[i].name, got);
		cr_expect_str_eq(got + n, "|7", "%s: %s", rows[i].name, got);
		free(got);
	}
}

Test(html, nul_is_shown)
{
	char *got = NULL;
	size_t n = 0;
	struct html html = {.out = open_memstream(&got, &n)};

	html_slice(&html, slice_make("a\0b", 3));
	cr_assert(fclose(html.out) == 0);
	cr_expect_str_eq(got, "a\\x00b");
	free(got);
}

static const struct number_row {
	uint64_t n;
	const char *want;
} number_rows[] = {
	{0, "0"},
	{999, "999"},
	{1000, "1,000"},
	{123456, "123,456"},
	{1234567, "1,234,567"},
	{UINT64_MAX, "18,446,744,073,709,551,615"},
};

Test(html, number)
{
	char text[HTML_NUMBER_OCTETS];

	for (size_t i = 0; i < sizeof number_rows / sizeof number_rows[0]; i++)
		cr_expect_str_eq(html_number(number_rows[i].n, text), number_rows[i].want);
}

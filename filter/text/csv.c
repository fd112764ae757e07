#include "filter/text/csv.h"

#include <string.h>

/*
 * Would a spreadsheet treat the text as a formula? Checks for the first characters that OWASP lists
 * (CSV Injection), including full-width ones; a single ASCII character alone is harmless.
 */
static bool
is_formula(const char *text)
{
	static const char *const wide[] = {
		"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

	for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
		if (strncmp(text, wide[i], 3) == 0)
			return true;
	return text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL && text[1] != '\0';
}

void
csv_add(struct buf *out, const char *text)
{
	bool formula = is_formula(text);

	if (!formula && strpbrk(text, ",;|\t\"'\r\n") == NULL) {
		buf_adds(out, text);
		return;
	}
	buf_adds(out, formula ? "\"'" : "\"");
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buf_addc(out, '"');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

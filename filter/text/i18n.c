/*
 * i18n.c: all languages are compiled into the program, so that texts depend on no file, locale or
 * libc. The environment only selects the language.
 */
#include "filter/text/i18n.h"

#include "filter/text/catalogue.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool japanese;

/* Does the locale name select Japanese in UTF-8: "ja", "ja_JP", "ja_JP.UTF-8"? */
static bool
is_japanese(const char *name)
{
	const char *charset;

	if (strncmp(name, "ja", 2) != 0 || (name[2] != '\0' && strchr("_.@:", name[2]) == NULL))
		return false;
	charset = strchr(name, '.');
	return charset == NULL || strncasecmp(charset, ".UTF-8", 6) == 0 ||
	       strncasecmp(charset, ".UTF8", 5) == 0;
}

/* As in gettext: LANGUAGE takes precedence over the locale, unless that is C. */
static bool
locale_is_japanese(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	const char *locale = NULL, *language = getenv("LANGUAGE");

	for (size_t i = 0; i < 3 && (locale == NULL || locale[0] == '\0'); i++)
		locale = getenv(names[i]);
	if (locale == NULL || locale[0] == '\0' || strcmp(locale, "C") == 0 ||
		strcmp(locale, "POSIX") == 0)
		return false;
	if (language != NULL && language[0] != '\0')
		return is_japanese(language);
	return is_japanese(locale);
}

void
i18n_choose(enum i18n_lang lang)
{
	japanese = lang == I18N_JA || (lang == I18N_LOCALE && locale_is_japanese());
}

const char *
translated(const char *english)
{
	const char *translation = NULL;

	if (japanese && english[0] != '\0') /* the "translation" of "" is the catalogue's header */
		translation = catalogue_find(catalogue_ja, catalogue_ja_n, english);
	return translation != NULL ? translation : english;
}

const char *
i18n_language(void)
{
	return japanese ? "ja" : "en";
}

/*
 * Is the character's East Asian width W or F (UAX 11)? Covers only characters that the catalogues
 * use.
 */
static bool
is_wide(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0x303e) ||
	       (c >= 0x3041 && c <= 0x33ff) || (c >= 0x3400 && c <= 0x4dbf) ||
	       (c >= 0x4e00 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) ||
	       (c >= 0xff00 && c <= 0xff60) || (c >= 0xffe0 && c <= 0xffe6) ||
	       (c >= 0x20000 && c <= 0x3fffd);
}

size_t
text_width(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t width = 0;

	while (*p != '\0') {
		uint32_t c = *p++;
		int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

		c &= more == 3 ? 7U : more == 2 ? 15U : more == 1 ? 31U : 127U;
		for (; more > 0 && (*p & 0xc0) == 0x80; more--)
			c = c << 6 | (*p++ & 63U);
		width += is_wide(c) ? 2 : 1;
	}
	return width;
}

void
text_pad(const char *text, int width, FILE *out)
{
	size_t wanted = (size_t)(width < 0 ? -width : width), has = text_width(text);
	int blanks = wanted > has ? (int)(wanted - has) : 0;

	if (width < 0)
		fprintf(out, "%*s%s", blanks, "", text);
	else
		fprintf(out, "%s%*s", text, blanks, "");
}

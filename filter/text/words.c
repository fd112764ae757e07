/*
 * words.c: gettext without a locale of the system. Debian may have none but C.UTF-8, which glibc
 * holds itself: gettext looks into LANGUAGE for every locale that is not plain C. It is set for one
 * look-up only (uselocale), so that strerror and printf stay as they are.
 */
#define _GNU_SOURCE /* readlink on /proc, uselocale */
#include "filter/text/words.h"

#include <libintl.h>
#include <locale.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define DOMAIN "mailstamp"

enum { PATH_OCTETS = 4096 };

static struct {
	enum words_lang lang;
	locale_t locale; /* 0: English */
	bool opened;
} chosen;

static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

/* "ja", "ja_JP", "ja_JP.UTF-8": Japanese that a terminal of UTF-8 shows */
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

/* As gettext has it: LANGUAGE counts before the locale, unless that is C. */
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

static bool
has_catalogue(const char *dir)
{
	char path[PATH_OCTETS];
	int n = snprintf(path, sizeof path, "%s/ja/LC_MESSAGES/" DOMAIN ".mo", dir);

	return n > 0 && (size_t)n < sizeof path && access(path, R_OK) == 0;
}

/*
 * Beside the program that runs, so that a checkout and a tree that was moved find their own; nobody
 * who may not write there can say what is told. Else where it was to be installed.
 */
static const char *
find_dir(char *path, size_t size)
{
	static const char *const below[] = {"build/locale", "locale", "../share/locale"};
	char self[PATH_OCTETS];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	char *slash;

	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	for (size_t i = 0; slash != NULL && i < sizeof below / sizeof below[0]; i++) {
		int length = snprintf(path, size, "%.*s/%s", (int)(slash - self), self, below[i]);

		if (length > 0 && (size_t)length < size && has_catalogue(path))
			return path;
	}
	return has_catalogue(MAILSTAMP_LOCALEDIR) ? MAILSTAMP_LOCALEDIR : NULL;
}

static void
open_catalogue(void)
{
	char path[PATH_OCTETS];
	const char *dir;

	if (chosen.lang == WORDS_EN || (chosen.lang == WORDS_LOCALE && !locale_is_japanese()))
		return;
	dir = find_dir(path, sizeof path);
	if (dir == NULL || bindtextdomain(DOMAIN, dir) == NULL ||
		bind_textdomain_codeset(DOMAIN, "UTF-8") == NULL ||
		setenv("LANGUAGE", "ja", 1) != 0)
		return;
	chosen.locale = newlocale(LC_MESSAGES_MASK, "C.UTF-8", (locale_t)0);
}

static locale_t
opened(void)
{
	locale_t locale;

	(void)pthread_mutex_lock(&opening);
	if (!chosen.opened) {
		open_catalogue();
		chosen.opened = true;
	}
	locale = chosen.locale;
	(void)pthread_mutex_unlock(&opening);
	return locale;
}

void
words_choose(enum words_lang lang)
{
	if (chosen.locale != (locale_t)0)
		freelocale(chosen.locale);
	chosen.lang = lang;
	chosen.locale = (locale_t)0;
	chosen.opened = false;
}

const char *
words(const char *english)
{
	locale_t locale = opened(), before;
	const char *said;

	if (locale == (locale_t)0 || english[0] == '\0')
		return english;
	before = uselocale(locale);
	said = dgettext(DOMAIN, english);
	(void)uselocale(before);
	return said;
}

const char *
words_tag(void)
{
	return opened() == (locale_t)0 ? "en" : "ja";
}

/* Of East Asian width W or F (UAX 11), as far as a catalogue has them. */
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
words_width(const char *text)
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
words_pad(const char *text, int width, FILE *out)
{
	size_t wanted = (size_t)(width < 0 ? -width : width), has = words_width(text);
	int blanks = wanted > has ? (int)(wanted - has) : 0;

	if (width < 0)
		fprintf(out, "%*s%s", blanks, "", text);
	else
		fprintf(out, "%s%*s", text, blanks, "");
}

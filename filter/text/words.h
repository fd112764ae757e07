/*
 * words.h: words for people (explain, inspect, batch's tables, --help, error lines), by language.
 *
 * The field, JSON, CSV, TSV, logs and exit statuses never change with the language: what goes there
 * is never passed through here.
 */
#ifndef FILTER_TEXT_WORDS_H
#define FILTER_TEXT_WORDS_H

#include <stdio.h>

enum words_lang {
	WORDS_LOCALE, /* as LANGUAGE, LC_ALL, LC_MESSAGES and LANG say */
	WORDS_EN,
	WORDS_JA
};

/* From now on; English before the first call. Called while there is one thread. */
void words_choose(enum words_lang lang);

/* english in the chosen language, or english itself; owned by nobody, never freed. A format keeps
 * its conversions. By any thread. */
const char *words(const char *english) __attribute__((format_arg(1)));

/* The language that was chosen: "en" or "ja". */
const char *words_tag(void);

/* Columns of a terminal that UTF-8 text takes. */
size_t words_width(const char *text);

/* The text, and white space up to a width; below 0: the white space comes first. */
void words_pad(const char *text, int width, FILE *out);

#define _(english) words(english)
#define N_(english) (english) /* found by xgettext; translated where it is printed */

#endif

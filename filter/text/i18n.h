/*
 * i18n.h: words for people (explain, inspect, batch's tables, --help, error lines), by language.
 *
 * The field, JSON, CSV, TSV, logs and exit statuses never change with the language: what goes there
 * is never passed through here.
 */
#ifndef FILTER_TEXT_I18N_H
#define FILTER_TEXT_I18N_H

#include <stdio.h>

enum i18n_lang {
	I18N_LOCALE, /* as LANGUAGE, LC_ALL, LC_MESSAGES and LANG say */
	I18N_EN,
	I18N_JA
};

/* From now on; English before the first call. Called while there is one thread. */
void i18n_choose(enum i18n_lang lang);

/* english in the chosen language, or english itself; owned by nobody, never freed. A format keeps
 * its conversions. By any thread. */
const char *translated(const char *english) __attribute__((format_arg(1)));

/* The language that was chosen: "en" or "ja". */
const char *i18n_language(void);

/* Columns of a terminal that UTF-8 text takes. */
size_t text_width(const char *text);

/* The text, and white space up to a width; below 0: the white space comes first. */
void text_pad(const char *text, int width, FILE *out);

#define _(english) translated(english)
#define N_(english) (english) /* found by xgettext; translated where it is printed */

#endif

/*
 * i18n.h: translation of text for people (explain, inspect, the tables of batch, --help, error
 * messages).
 *
 * Header fields, JSON, CSV, TSV, logs and exit statuses never change with the language: their texts
 * never pass through here.
 */
#ifndef FILTER_TEXT_I18N_H
#define FILTER_TEXT_I18N_H

#include <stdio.h>

enum i18n_lang {
	I18N_LOCALE, /* from LANGUAGE, LC_ALL, LC_MESSAGES and LANG */
	I18N_EN,
	I18N_JA
};

/*
 * Sets the language from now on; English before the first call. Must be called while there is only
 * one thread.
 */
void i18n_choose(enum i18n_lang lang);

/*
 * The translation of english, or english itself; static. A translated format has the same
 * conversions. Callable from any thread.
 */
const char *translated(const char *english) __attribute__((format_arg(1)));

/* The language that was chosen: "en" or "ja". */
const char *i18n_language(void);

/* The number of terminal columns of UTF-8 text. */
size_t text_width(const char *text);

/* Prints the text padded to a width, on the right; on the left if the width is negative. */
void text_pad(const char *text, int width, FILE *out);

#define _(english) translated(english)
#define N_(english) (english) /* for xgettext; translated when it is printed */

#endif

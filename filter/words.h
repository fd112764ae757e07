/*
 * words.h: words for people (explain, inspect, batch's tables, --help, error lines), by language.
 *
 * The field, JSON, CSV, logs and exit statuses never change with the language: what goes there is
 * never passed through here.
 */
#ifndef FILTER_WORDS_H
#define FILTER_WORDS_H

/* english in the language of words_open, or english itself; owned by nobody, never freed. A format
 * keeps its conversions. */
const char *words(const char *english) __attribute__((format_arg(1)));

#define _(english) words(english)
#define N_(english) (english) /* found by xgettext; translated where it is printed */

#endif

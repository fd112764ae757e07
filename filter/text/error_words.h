/* error_words.h: turns an error into a line of text, for a person or for a program. */
#ifndef FILTER_TEXT_ERROR_WORDS_H
#define FILTER_TEXT_ERROR_WORDS_H

#include "auth/base/reason.h"

/*
 * The error as one printable line, without "mailstamp:" in front and without line end, in the
 * language of i18n_choose: "--spool-dir must not be empty", "/etc/mailstamp.conf: output must be
 * one of ...". In the arena, or static; "" if there is no error.
 */
const char *error_words(const struct error *error, struct arena *arena);

/* The same in English, for JSON. */
const char *error_english(const struct error *error, struct arena *arena);

/* Prints the line to stderr. */
void error_print(const struct error *error, struct arena *arena);

#endif

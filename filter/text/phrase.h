/*
 * phrase.h: a sentence kept as its English format and its arguments, so that it can be shown both
 * in English (JSON) and in the reader's language.
 */
#ifndef FILTER_TEXT_PHRASE_H
#define FILTER_TEXT_PHRASE_H

#include <stdarg.h>

#include "mime/arena.h"

struct phrase_arg {
	const char *text; /* as formatted by its conversion */
	bool words;       /* fixed English words, translated with the sentence */
};

enum { PHRASE_ARGS = 9 /* at most */ };

struct phrase {
	const char *format; /* the English format, the key of the catalogue */
	const struct phrase_arg *args;
	size_t n;
};

/*
 * Keeps the arguments in the arena. Supported conversions: s (with a precision, possibly `*`), d,
 * i, u, x (with l, ll or z), f. Only the arguments before any other conversion are kept.
 */
void phrase_make(struct phrase *phrase, struct arena *arena, const char *format, va_list args);

/*
 * Makes fixed English words (N_) a %s argument of phrase_make that is translated with the sentence.
 */
const char *phrase_words(const char *english, struct arena *arena);

/*
 * The sentence in English, and in the language of i18n_choose; in the arena. A translation is never
 * passed to printf: a conversion in it that the English text lacks prints nothing.
 */
const char *phrase_english(const struct phrase *phrase, struct arena *arena);
const char *phrase_text(const struct phrase *phrase, struct arena *arena);

#endif

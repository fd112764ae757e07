/*
 * html.h: writes HTML in which untrusted text never becomes markup.
 *
 * html_markup writes our own markup; all other text goes through html_text.
 */
#ifndef FILTER_TEXT_HTML_H
#define FILTER_TEXT_HTML_H

#include <stdint.h>
#include <stdio.h>

#include "mime/slice.h"

struct html {
	FILE *out;
	bool failed; /* memory ran out; the output must not be used */
};

enum { HTML_NUMBER_OCTETS = 32 };

/* Writes markup without escaping it: the arguments must be numbers, or words from the source. */
void html_markup(struct html *html, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Writes text, or the value of a quoted attribute: & < > " ' become references; controls,
 * characters that change the direction of writing or have no width, and code points that HTML
 * forbids become \xHH for each octet; octets that are not UTF-8 become U+FFFD.
 */
void html_text(struct html *html, const char *text);
void html_slice(struct html *html, struct slice text);

/* Formats like printf, and writes the result like html_text. */
void html_say(struct html *html, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Formats n with commas, 1,234,567, in every language. Returns text. */
const char *html_number(uint64_t n, char text[HTML_NUMBER_OCTETS]);

#endif

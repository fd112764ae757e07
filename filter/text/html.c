#include "filter/text/html.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "filter/text/printable.h"

void
html_markup(struct html *html, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vfprintf(html->out, format, args);
	va_end(args);
}

static uint32_t
code_point(struct slice one)
{
	static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t c = (unsigned char)one.p[0];

	c &= first[one.n <= 4 ? one.n : 0];
	for (size_t i = 1; i < one.n; i++)
		c = c << 6 | ((unsigned char)one.p[i] & 0x3fU);
	return c;
}

/* Is the character invisible or forbidden (HTML, "noncharacter")? Text could be hidden with it. */
static bool
is_unseen(uint32_t c)
{
	return c == 0x200b || (c >= 0x2060 && c <= 0x2065) || (c >= 0xe0000 && c <= 0xe0fff) ||
	       (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

static const char *
reference(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void
put_hex(struct html *html, struct slice octets)
{
	for (size_t i = 0; i < octets.n; i++)
		(void)fprintf(html->out, "\\x%02x", (unsigned)(unsigned char)octets.p[i]);
}

void
html_slice(struct html *html, struct slice text)
{
	while (text.n > 0) {
		struct slice one;
		const enum printable_kind kind = printable_next_utf8(&text, &one);
		const char *instead = kind == PRINTABLE_SHOWS ? reference(one.p[0]) : NULL;

		if (kind == PRINTABLE_ACTS || (one.n > 1 && is_unseen(code_point(one))))
			put_hex(html, one);
		else if (instead != NULL)
			(void)fputs(instead, html->out);
		else
			(void)fwrite(one.p, 1, one.n, html->out);
	}
}

void
html_text(struct html *html, const char *text)
{
	html_slice(html, slice_str(text));
}

void
html_say(struct html *html, const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = n >= 0 ? malloc((size_t)n + 1) : NULL;
	if (text == NULL) {
		html->failed = true;
		return;
	}
	va_start(args, format);
	(void)vsnprintf(text, (size_t)n + 1, format, args);
	va_end(args);
	html_text(html, text);
	free(text);
}

const char *
html_number(uint64_t n, char text[HTML_NUMBER_OCTETS])
{
	char digits[HTML_NUMBER_OCTETS];
	int length = snprintf(digits, sizeof digits, "%" PRIu64, n);
	size_t to = 0;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			text[to++] = ',';
		text[to++] = digits[i];
	}
	text[to] = '\0';
	return text;
}

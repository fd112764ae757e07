#include "filter/text/phrase.h"

#include <stdio.h>

#include "filter/text/i18n.h"
#include "mime/buf.h"

enum { TEXT_MAX = 64 * 1024, NUMBER_MAX = 64 };

#define WORDS_MARK '\001' /* no printable text contains it */

/* one conversion of a format, without its % */
struct conversion {
	size_t index;  /* argument number from 1; 0: the next argument */
	int precision; /* -1: none; -2: given by an argument */
	char size;     /* 0, 'l', 'L' (ll) or 'z' */
	char letter;
};

static const char *
read_number(const char *p, int *n)
{
	*n = 0;
	while (*p >= '0' && *p <= '9' && *n < 10000)
		*n = *n * 10 + (*p++ - '0');
	return p;
}

/* Parses the conversion after a %; returns the position after it. */
static const char *
read_conversion(const char *p, struct conversion *got)
{
	const char *after;
	int n;

	*got = (struct conversion){.precision = -1};
	after = read_number(p, &n);
	if (n > 0 && *after == '$') {
		got->index = (size_t)n;
		p = after + 1;
	}
	while (*p != '\0' && strchr("-+ #0", *p) != NULL)
		p++;
	p = read_number(p, &n);
	if (*p == '.' && p[1] == '*') {
		got->precision = -2;
		p += 2;
	} else if (*p == '.') {
		p = read_number(p + 1, &got->precision);
	}
	if (*p == 'z' || *p == 'l')
		got->size = *p++;
	if (got->size == 'l' && *p == 'l') {
		got->size = 'L';
		p++;
	}
	got->letter = *p;
	return *p == '\0' ? p : p + 1;
}

static const char *
format_number(struct arena *arena, bool negative, unsigned long long n, bool hex)
{
	char *text = arena_alloc(arena, NUMBER_MAX);

	(void)snprintf(text, NUMBER_MAX, hex ? "%s%llx" : "%s%llu", negative ? "-" : "", n);
	return text;
}

static const char *
real(struct arena *arena, int precision, double n)
{
	char *text = arena_alloc(arena, NUMBER_MAX);

	(void)snprintf(text, NUMBER_MAX, "%.*f", precision < 0 ? 6 : precision, n);
	return text;
}

static struct phrase_arg
string(struct arena *arena, int precision, const char *text)
{
	bool words = text != NULL && text[0] == WORDS_MARK;
	size_t n;

	if (text == NULL)
		text = "(null)";
	text += words ? 1 : 0;
	for (n = 0; text[n] != '\0' && (precision < 0 || n < (size_t)precision);)
		n++;
	return (struct phrase_arg){.text = arena_cstr(arena, slice_make(text, n)), .words = words};
}

void
phrase_make(struct phrase *phrase, struct arena *arena, const char *format, va_list args)
{
	struct phrase_arg *kept = arena_array(arena, PHRASE_ARGS, sizeof *kept);
	const char *p = format;

	*phrase = (struct phrase){.format = format, .args = kept};
	while ((p = strchr(p, '%')) != NULL && phrase->n < PHRASE_ARGS) {
		struct phrase_arg *arg = &kept[phrase->n];
		struct conversion got;
		long long n;

		p = read_conversion(p + 1, &got);
		if (got.letter == '%')
			continue;
		if (got.precision == -2)
			got.precision = va_arg(args, int);
		switch (got.letter) {
		case 's':
			*arg = string(arena, got.precision, va_arg(args, const char *));
			break;
		case 'd':
		case 'i':
			n = got.size == 'L'   ? va_arg(args, long long)
			    : got.size == 'l' ? va_arg(args, long)
					      : va_arg(args, int);
			arg->text = format_number(arena, n < 0,
				n < 0 ? 0ULL - (unsigned long long)n : (unsigned long long)n,
				false);
			break;
		case 'u':
		case 'x':
			arg->text = format_number(arena, false,
				got.size == 'z'   ? va_arg(args, size_t)
				: got.size == 'L' ? va_arg(args, unsigned long long)
				: got.size == 'l' ? va_arg(args, unsigned long)
						  : va_arg(args, unsigned),
				got.letter == 'x');
			break;
		case 'f':
			arg->text = real(arena, got.precision, va_arg(args, double));
			break;
		default:
			return;
		}
		phrase->n++;
	}
}

const char *
phrase_words(const char *english, struct arena *arena)
{
	struct buf text;

	buf_init(&text, arena, TEXT_MAX);
	buf_addc(&text, WORDS_MARK);
	buf_adds(&text, english);
	buf_addc(&text, '\0');
	return text.over ? "" : text.p;
}

static const char *
render(const struct phrase *phrase, bool english, struct arena *arena)
{
	const char *p = english ? phrase->format : translated(phrase->format);
	size_t next = 0;
	struct buf out;

	buf_init(&out, arena, TEXT_MAX);
	while (*p != '\0') {
		struct conversion got;

		if (*p != '%') {
			buf_addc(&out, *p++);
			continue;
		}
		p = read_conversion(p + 1, &got);
		if (got.letter == '%') {
			buf_addc(&out, '%');
			continue;
		}
		size_t at = got.index > 0 ? got.index - 1 : next++;
		if (at >= phrase->n)
			continue;
		const struct phrase_arg *arg = &phrase->args[at];
		buf_adds(&out, arg->words && !english ? translated(arg->text) : arg->text);
	}
	buf_addc(&out, '\0');
	return out.over ? "" : out.p;
}

const char *
phrase_english(const struct phrase *phrase, struct arena *arena)
{
	return render(phrase, true, arena);
}

const char *
phrase_text(const struct phrase *phrase, struct arena *arena)
{
	return render(phrase, false, arena);
}

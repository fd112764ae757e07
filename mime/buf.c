#include "mime/buf.h"

#include <stdarg.h>
#include <stdio.h>

void
buf_init(struct buf *buf, struct arena *arena, size_t max)
{
	*buf = (struct buf){.arena = arena, .max = max};
}

void
buf_add(struct buf *buf, struct slice s)
{
	if (s.n > buf->max - buf->n) {
		buf->over = true;
		return;
	}
	if (s.n > buf->cap - buf->n) {
		size_t cap = buf->cap == 0 ? 64 : buf->cap;
		char *p;

		while (cap < buf->n + s.n)
			cap = cap > buf->max / 2 ? buf->max : cap * 2;
		if (cap > buf->max)
			cap = buf->max;
		p = arena_bytes(buf->arena, cap);
		if (buf->n > 0)
			memcpy(p, buf->p, buf->n);
		buf->p = p;
		buf->cap = cap;
	}
	if (s.n > 0)
		memcpy(buf->p + buf->n, s.p, s.n);
	buf->n += s.n;
}

void
buf_addc(struct buf *buf, char c)
{
	if (buf->n < buf->cap)
		buf->p[buf->n++] = c;
	else
		buf_add(buf, slice_make(&c, 1));
}

void
buf_adds(struct buf *buf, const char *s)
{
	buf_add(buf, slice_str(s));
}

static void
hex_digits(unsigned char octet, char pair[2])
{
	static const char digits[] = "0123456789abcdef";

	pair[0] = digits[octet >> 4];
	pair[1] = digits[octet & 15];
}

void
buf_add_hex(struct buf *buf, const unsigned char *octets, size_t n)
{
	char pair[2];

	for (size_t i = 0; i < n; i++) {
		hex_digits(octets[i], pair);
		buf_add(buf, slice_make(pair, sizeof pair));
	}
}

void
hex_text(const unsigned char *octets, size_t n, char *text)
{
	for (size_t i = 0; i < n; i++)
		hex_digits(octets[i], text + 2 * i);
	text[2 * n] = '\0';
}

void
buf_addf(struct buf *buf, const char *format, ...)
{
	va_list ap;
	int n;
	char *p;

	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n > buf->max - buf->n) {
		buf->over = true;
		return;
	}
	p = arena_bytes(buf->arena, (size_t)n + 1);
	va_start(ap, format);
	(void)vsnprintf(p, (size_t)n + 1, format, ap);
	va_end(ap);
	buf_add(buf, slice_make(p, (size_t)n));
}

struct slice
buf_slice(const struct buf *buf)
{
	return slice_make(buf->p, buf->n);
}

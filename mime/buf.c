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
	buf_add(buf, slice_make(&c, 1));
}

void
buf_adds(struct buf *buf, const char *s)
{
	buf_add(buf, slice_str(s));
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

/*
 * buf.h: a byte buffer that grows in an arena, up to a maximum size.
 *
 * An addition that would exceed the maximum is dropped and sets over; the caller checks over once,
 * at the end. The bytes are owned by the arena.
 */
#ifndef MIME_BUF_H
#define MIME_BUF_H

#include "mime/arena.h"
#include "mime/slice.h"

struct buf {
	struct arena *arena;
	char *p;
	size_t n, cap, max;
	bool over; /* an addition did not fit within max */
};

void buf_init(struct buf *buf, struct arena *arena, size_t max);
void buf_add(struct buf *buf, struct slice s);
void buf_addc(struct buf *buf, char c);
void buf_adds(struct buf *buf, const char *s);
/* two lower-case hexadecimal digits for each of n octets */
void buf_add_hex(struct buf *buf, const unsigned char *octets, size_t n);
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes the same digits as buf_add_hex, and a NUL: text has room for 2 n + 1 characters. */
void hex_text(const unsigned char *octets, size_t n, char *text);

/* the bytes so far; valid until the next addition */
struct slice buf_slice(const struct buf *buf);

#endif

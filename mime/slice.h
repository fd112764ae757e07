/* slice.h: a range of bytes owned elsewhere; not NUL-terminated. */
#ifndef MIME_SLICE_H
#define MIME_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *p; /* may be NULL only if n is 0 */
	size_t n;
};

/* a string literal as a slice */
#define SLICE(lit) ((struct slice){(lit), sizeof(lit) - 1})
/* the same as an initializer in a constant table */
#define SLICE_INIT(lit)                                                                            \
	{                                                                                          \
		(lit), sizeof(lit) - 1                                                             \
	}

static inline struct slice
slice_make(const char *p, size_t n)
{
	return (struct slice){p, n};
}

static inline struct slice
slice_str(const char *s)
{
	return (struct slice){s, s == NULL ? 0 : strlen(s)};
}

/* the bytes from offset at on; an offset past the end gives the empty slice */
static inline struct slice
slice_from(struct slice s, size_t at)
{
	if (s.n == 0) /* p may be NULL */
		return s;
	return at >= s.n ? (struct slice){s.p + s.n, 0} : (struct slice){s.p + at, s.n - at};
}

/* the first n bytes, or all if there are fewer */
static inline struct slice
slice_head(struct slice s, size_t n)
{
	return (struct slice){s.p, n < s.n ? n : s.n};
}

static inline bool
slice_eq(struct slice a, struct slice b)
{
	/* p is not NULL if n > 0, which the analyzer cannot know */
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); /* NOLINT */
}

/* The same as slice_eq with slice_str(text), for a text that mostly differs at its beginning. */
static inline bool
slice_is(struct slice s, const char *text)
{
	for (size_t i = 0; i < s.n; i++)
		if (text[i] == '\0' || s.p[i] != text[i])
			return false;
	return text[s.n] == '\0';
}

/* FNV-1a, for tables: an attacker who chooses the bytes can make them collide */
static inline uint64_t
slice_hash(struct slice s)
{
	uint64_t hash = 14695981039346656037U;

	for (size_t i = 0; i < s.n; i++)
		hash = (hash ^ (unsigned char)s.p[i]) * 1099511628211U;
	return hash;
}

/* ASCII lower case of one byte; protocol text does not depend on the locale */
static inline char
slice_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool
slice_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
slice_is_alpha(char c)
{
	return slice_lower(c) >= 'a' && slice_lower(c) <= 'z';
}

/* 0 to 15, or -1 for anything but a HEXDIG (RFC 5234 B.1, in both cases) */
static inline int
slice_hex_digit(char c)
{
	if (slice_is_digit(c))
		return c - '0';
	c = slice_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* equal but for ASCII case (RFC 4343, RFC 5234 2.3) */
static inline bool
slice_ieq(struct slice a, struct slice b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (slice_lower(a.p[i]) != slice_lower(b.p[i]))
			return false;
	return true;
}

static inline bool
slice_starts(struct slice s, struct slice prefix)
{
	return s.n >= prefix.n && slice_eq(slice_head(s, prefix.n), prefix);
}

static inline bool
slice_istarts(struct slice s, struct slice prefix)
{
	return s.n >= prefix.n && slice_ieq(slice_head(s, prefix.n), prefix);
}

/* offset of the first c, or s.n if there is none */
static inline size_t
slice_find(struct slice s, char c)
{
	/* gcc 14 does not know that no object is larger than PTRDIFF_MAX */
	const char *at = s.n == 0 || s.n > PTRDIFF_MAX ? NULL : memchr(s.p, c, s.n);
	return at == NULL ? s.n : (size_t)(at - s.p);
}

/* offset of the first part, in any case of ASCII letters; s.n if there is none, or it is empty */
static inline size_t
slice_ifind(struct slice s, struct slice part)
{
	for (size_t i = 0; part.n > 0 && i + part.n <= s.n; i++)
		if (slice_ieq(slice_head(slice_from(s, i), part.n), part))
			return i;
	return s.n;
}

/* offset of the last c, or s.n if there is none */
static inline size_t
slice_rfind(struct slice s, char c)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == c)
			return i - 1;
	return s.n;
}

static inline bool
slice_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline bool
slice_is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* printable ASCII and spaces only: no control character, no octet over 126 */
static inline bool
slice_is_printable(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return true;
}

/* without white space (SP, HTAB, CR, LF) at both ends */
static inline struct slice
slice_trim(struct slice s)
{
	while (s.n > 0 && slice_is_blank(s.p[0]))
		s = slice_from(s, 1);
	while (s.n > 0 && slice_is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

#endif

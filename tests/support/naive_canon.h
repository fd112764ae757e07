/*
 * naive_canon.h: DKIM canonicalization as described in RFC 6376 3.4, one step at a time on whole
 * texts: the reference for the real code, which works on spans; the test signer uses it
 */
#ifndef TESTS_SUPPORT_NAIVE_CANON_H
#define TESTS_SUPPORT_NAIVE_CANON_H

#include "mime/buf.h"

static inline bool
naive_wsp(char c)
{
	return c == ' ' || c == '\t';
}

/* Returns text with every line end as CRLF; a last line without one gets one. */
static inline struct slice
naive_crlf(struct slice text, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, 2 * text.n + 2);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n' && (i == 0 || text.p[i - 1] != '\r'))
			buf_addc(&out, '\r');
		buf_addc(&out, text.p[i]);
	}
	if (text.n > 0 && text.p[text.n - 1] != '\n')
		buf_adds(&out, "\r\n");
	return buf_slice(&out);
}

/*
 * Returns text, which has only CRLF, with each run of white space as one SP, or removed before a
 * line end.
 */
static inline struct slice
naive_relax(struct slice text, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, text.n);
	for (size_t i = 0; i < text.n; i++) {
		size_t after = i;

		while (after < text.n && naive_wsp(text.p[after]))
			after++;
		if (after == i)
			buf_addc(&out, text.p[i]);
		else if (!slice_starts(slice_from(text, after), SLICE("\r\n")))
			buf_addc(&out, ' ');
		if (after > i)
			i = after - 1;
	}
	return buf_slice(&out);
}

static inline struct slice
naive_body(bool relaxed, struct slice body, struct arena *arena)
{
	struct slice text = naive_crlf(body, arena);

	if (relaxed)
		text = naive_relax(text, arena);
	while (text.n >= 4 && memcmp(text.p + text.n - 4, "\r\n\r\n", 4) == 0)
		text.n -= 2;
	if (slice_eq(text, SLICE("\r\n")))
		text.n = 0;
	return text.n == 0 && !relaxed ? SLICE("\r\n") : text;
}

/* Returns the canonical form of a whole field; it ends in CRLF. */
static inline struct slice
naive_field(bool relaxed, struct slice field, struct arena *arena)
{
	struct slice text = naive_crlf(field, arena), value;
	struct buf out;
	size_t colon = slice_find(text, ':'), name = colon;

	if (!relaxed)
		return text;
	buf_init(&out, arena, text.n + 3);
	while (name > 0 && naive_wsp(text.p[name - 1]))
		name--;
	buf_add(&out, arena_lower(arena, slice_head(text, name)));
	buf_addc(&out, ':');
	value = slice_from(text, colon + 1);
	/* unfold: in a field every line end but the last precedes white space */
	for (size_t i = 0; i + 1 < value.n; i++)
		if (value.p[i] == '\r' && value.p[i + 1] == '\n') {
			struct buf joined;

			buf_init(&joined, arena, value.n);
			buf_add(&joined, slice_head(value, i));
			buf_add(&joined, slice_from(value, i + 2));
			value = buf_slice(&joined);
			i--;
		}
	while (value.n > 0 && naive_wsp(value.p[0]))
		value = slice_from(value, 1);
	while (value.n > 0 && naive_wsp(value.p[value.n - 1]))
		value.n--;
	buf_add(&out, naive_relax(value, arena));
	buf_adds(&out, "\r\n");
	return buf_slice(&out);
}

#endif

#include "filter/text/printable.h"

#include "mime/scan.h"

void
printable_octets(struct slice octets, struct buf *out)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < octets.n; i++) {
		unsigned char c = (unsigned char)octets.p[i];
		const char shown[] = {'\\', 'x', hex[c >> 4], hex[c & 15]};

		buf_add(out, slice_make(shown, sizeof shown));
	}
}

const char *
printable(struct slice text, size_t max, struct arena *arena)
{
	struct slice shown = slice_head(text, max);
	struct buf out;

	buf_init(&out, arena, 4 * shown.n + sizeof "...");
	for (size_t i = 0; i < shown.n; i++) {
		unsigned char c = (unsigned char)shown.p[i];

		if (c >= ' ' && c <= '~' && c != '\\')
			buf_addc(&out, shown.p[i]);
		else
			printable_octets(slice_make(shown.p + i, 1), &out);
	}
	if (shown.n < text.n)
		buf_adds(&out, "...");
	buf_addc(&out, '\0');
	return out.p;
}

const char *
printable_or_dash(struct slice text, size_t max, struct arena *arena)
{
	return text.n == 0 ? "-" : printable(text, max, arena);
}

const char *
printable_utf8(struct slice text, struct arena *arena)
{
	struct slice left = text, one;
	struct buf out;

	buf_init(&out, arena, 4 * left.n + 1);
	while (left.n > 0)
		if (printable_next(&left, &one) == PRINTABLE_SHOWS && one.p[0] != '\\')
			buf_add(&out, one);
		else
			printable_octets(one, &out);
	buf_addc(&out, '\0');
	return out.p;
}

/*
 * Is it one of U+0080-9F, U+061C, U+200E/F, U+2028-202E, U+2066-2069, U+FEFF? These are controls,
 * which are not displayed.
 */
static bool
acts(struct slice s)
{
	const unsigned char *c = (const unsigned char *)s.p;

	if (s.n == 2)
		return (c[0] == 0xC2 && c[1] < 0xA0) || (c[0] == 0xD8 && c[1] == 0x9C);
	if (s.n != 3)
		return false;
	return (c[0] == 0xE2 && c[1] == 0x80 &&
		       (c[2] == 0x8E || c[2] == 0x8F || (c[2] >= 0xA8 && c[2] <= 0xAE))) ||
	       (c[0] == 0xE2 && c[1] == 0x81 && c[2] >= 0xA6 && c[2] <= 0xA9) ||
	       (c[0] == 0xEF && c[1] == 0xBB && c[2] == 0xBF);
}

enum printable_kind
printable_next(struct slice *left, struct slice *one)
{
	const char c = left->p[0];
	struct slice at = *left;
	bool bad = false;

	if ((unsigned char)c < 0x80 || !scan_utf8_non_ascii(&at)) {
		at = slice_from(*left, 1);
		bad = (unsigned char)c >= 0x80;
	}
	*one = slice_head(*left, left->n - at.n);
	*left = at;
	if (bad)
		return PRINTABLE_BAD;
	if (one->n == 1)
		return c >= ' ' && c <= '~' ? PRINTABLE_SHOWS : PRINTABLE_ACTS;
	return acts(*one) ? PRINTABLE_ACTS : PRINTABLE_SHOWS;
}

enum printable_kind
printable_next_utf8(struct slice *left, struct slice *one)
{
	const enum printable_kind kind = printable_next(left, one);

	if (kind == PRINTABLE_BAD)
		*one = SLICE("\xEF\xBF\xBD");
	return kind;
}

#include "mime/charset.h"

#include <iconv.h>

#include "mime/buf.h"
#include "mime/scan.h"

enum { NAME_MAX_OCTETS = 40, GROWTH = 8 };

enum simple { OTHER, UTF8, ASCII, LATIN1 };

static enum simple
simple_of(struct slice name)
{
	if (slice_ieq(name, SLICE("utf-8")))
		return UTF8;
	if (slice_ieq(name, SLICE("us-ascii")))
		return ASCII;
	return slice_ieq(name, SLICE("iso-8859-1")) ? LATIN1 : OTHER;
}

static bool
is_utf8(struct slice text)
{
	while (text.n > 0)
		if ((unsigned char)text.p[0] < 0x80)
			text = slice_from(text, 1);
		else if (!scan_utf8_non_ascii(&text))
			return false;
	return true;
}

static bool
is_ascii(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	return true;
}

static void
latin1_to_utf8(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c >= 0x80)
			buf_addc(out, (char)(0xC0 | c >> 6));
		buf_addc(out, (char)(c < 0x80 ? c : 0x80 | (c & 0x3F)));
	}
}

static bool
utf8_to_latin1(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < 0x80) {
			buf_addc(out, (char)c);
		} else if ((c == 0xC2 || c == 0xC3) && i + 1 < text.n) {
			unsigned char next = (unsigned char)text.p[++i];

			buf_addc(out, (char)((c & 3) << 6 | (next & 0x3F)));
		} else {
			return false;
		}
	}
	return true;
}

/* Only letters, digits and what else is in such names: no suffix that changes what iconv does. */
static bool
is_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!slice_is_alpha(name.p[i]) && !slice_is_digit(name.p[i]) && name.p[i] != '-' &&
			name.p[i] != '_')
			return false;
	return name.n > 0 && name.n <= NAME_MAX_OCTETS;
}

static bool
by_iconv(struct slice from, struct slice to, struct slice text, struct arena *arena,
	struct slice *out)
{
	size_t left = text.n, room = GROWTH * text.n + 64;
	char *made = arena_alloc(arena, room), *end = made;
	char *in = arena_cstr(arena, text); /* iconv takes it as not const */
	iconv_t cd;
	bool fine;

	if (!is_name(from) || !is_name(to))
		return false;
	cd = iconv_open(arena_cstr(arena, to), arena_cstr(arena, from));
	if (cd == (iconv_t)-1)
		return false;
	fine = iconv(cd, &in, &left, &end, &room) != (size_t)-1 && left == 0 &&
	       iconv(cd, NULL, NULL, &end, &room) != (size_t)-1;
	iconv_close(cd);
	*out = slice_make(made, (size_t)(end - made));
	return fine;
}

bool
charset_convert(struct slice from, struct slice to, struct slice text, struct arena *arena,
	struct slice *out)
{
	enum simple a = simple_of(from), b = simple_of(to);
	struct buf made;

	if (a == OTHER || b == OTHER)
		return by_iconv(from, to, text, arena, out);
	*out = text;
	if ((a == UTF8 && !is_utf8(text)) || (a == ASCII && !is_ascii(text)))
		return false;
	if (a == b || is_ascii(text))
		return true;
	buf_init(&made, arena, 2 * text.n + 1);
	if (b == ASCII)
		return false;
	if (b == UTF8)
		latin1_to_utf8(text, &made);
	else if (!utf8_to_latin1(text, &made))
		return false;
	*out = buf_slice(&made);
	return true;
}

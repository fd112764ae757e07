/* diagnose_coding.c: content codings, and how different encoders write them. */
#include "auth/base/base64.h"
#include "auth/diagnose/diagnose_mime.h"

/* RFC 2045 6.7: characters that EBCDIC gateways change */
#define EBCDIC "!\"#$@[\\]^`{|}~"

const struct diagnose_qp_style diagnose_qp_styles[DIAGNOSE_QP_STYLES] = {
	{.width = 76},
	{.width = 76, .last_short = true},
	{.width = 76, .whole_chars = true},
	{.width = 76, .from = true, .dots = true},
	{.width = 76, .from = true},
	{.width = 76, .dots = true},
	{.width = 76, .words = true},
	{.width = 75, .last_short = true},
	{.width = 74, .last_short = true, .whole_chars = true},
	{.width = 72, .also = EBCDIC},
	{.width = 76, .also = EBCDIC},
	{.width = 76, .lower = true},
};

enum diagnose_coding
diagnose_coding_of(struct slice encoding)
{
	encoding = slice_trim(encoding);
	if (slice_ieq(encoding, SLICE("quoted-printable")))
		return DIAGNOSE_QP;
	return slice_ieq(encoding, SLICE("base64")) ? DIAGNOSE_BASE64 : DIAGNOSE_PLAIN;
}

bool
diagnose_qp_decode(struct slice text, struct buf *out)
{
	while (text.n > 0) {
		size_t at = slice_find(text, '='), soft;

		buf_add(out, slice_head(text, at));
		text = slice_from(text, at);
		if (text.n == 0)
			return true;
		soft = line_end(slice_from(text, 1));
		if (soft > 0) {
			text = slice_from(text, 1 + soft);
			continue;
		}
		if (text.n < 3 || slice_hex_digit(text.p[1]) < 0 || slice_hex_digit(text.p[2]) < 0)
			return false;
		buf_addc(out, (char)(slice_hex_digit(text.p[1]) * 16 + slice_hex_digit(text.p[2])));
		text = slice_from(text, 3);
	}
	return true;
}

static bool
is_plain(const struct diagnose_qp_style *style, struct slice line, size_t i)
{
	unsigned char c = (unsigned char)line.p[i];

	if (c == ' ' || c == '\t')
		return i + 1 < line.n;
	if (c < '!' || c > '~' || c == '=')
		return false;
	if (i == 0 && style->dots && c == '.')
		return false;
	if (i == 0 && style->from && slice_starts(line, SLICE("From ")))
		return false;
	return style->also == NULL || strchr(style->also, c) == NULL;
}

/* The number of octets at i that must stay on one line: those of a whole character, or one. */
static size_t
unit(const struct diagnose_qp_style *style, struct slice line, size_t i)
{
	size_t n = 1;

	if (style->whole_chars && ((unsigned char)line.p[i] & 0xC0) == 0xC0)
		while (i + n < line.n && n < 4 && ((unsigned char)line.p[i + n] & 0xC0) == 0x80)
			n++;
	return n;
}

/* The line in progress; with words, what moves to a new one can be longer than the style's width.
 */
struct coded {
	char p[128];
	size_t n;
};

/* Ends the line in progress, for words after its last space, if it has one. */
static void
break_line(const struct diagnose_qp_style *style, struct coded *now, struct buf *out)
{
	size_t at = style->words ? now->n : 0;

	while (at > 0 && now->p[at - 1] != ' ')
		at--;
	if (at == 0)
		at = now->n;
	buf_add(out, slice_make(now->p, at));
	buf_adds(out, "=\r\n");
	now->n -= at;
	memmove(now->p, now->p + at, now->n);
}

static void
add_escape(const struct diagnose_qp_style *style, unsigned char c, struct coded *now)
{
	const char *digits = style->lower ? "0123456789abcdef" : "0123456789ABCDEF";

	now->p[now->n++] = '=';
	now->p[now->n++] = digits[c >> 4];
	now->p[now->n++] = digits[c & 15];
}

static void
encode_line(const struct diagnose_qp_style *style, struct slice line, struct buf *out)
{
	struct coded now = {.n = 0};

	for (size_t i = 0, n; i < line.n; i += n) {
		size_t width, room = style->width;

		/* what leaves room for a soft break in any case */
		for (; i < line.n && now.n + 1 < room && is_plain(style, line, i); i++)
			now.p[now.n++] = line.p[i];
		if (i == line.n)
			break;
		n = unit(style, line, i);
		width = n > 1 ? 3 * n : is_plain(style, line, i) ? 1 : 3;
		/* the last piece of a line needs no room for a soft break */
		if (i + n < line.n || style->last_short)
			room--;
		if (now.n + width > room)
			break_line(style, &now, out);
		for (size_t k = 0; k < n; k++)
			if (width == 1)
				now.p[now.n++] = line.p[i + k];
			else
				add_escape(style, (unsigned char)line.p[i + k], &now);
	}
	buf_add(out, slice_make(now.p, now.n));
}

void
diagnose_qp_encode(const struct diagnose_qp_style *style, struct slice text, struct buf *out)
{
	struct slice line;

	while (line_next(&text, &line)) {
		size_t end = line.n;

		while (end > 0 && (line.p[end - 1] == '\n' || line.p[end - 1] == '\r'))
			end--;
		encode_line(style, slice_head(line, end), out);
		if (end < line.n)
			buf_adds(out, "\r\n");
	}
}

bool
diagnose_base64_decode(struct slice text, struct arena *arena, struct slice *out)
{
	struct buf bare;

	/* unlike in a tag, a line end needs no white space after it here (RFC 2045 6.8) */
	buf_init(&bare, arena, text.n);
	for (size_t i = 0; i < text.n; i++)
		if (!slice_is_blank(text.p[i]))
			buf_addc(&bare, text.p[i]);
	return bare.n > 0 && base64_decode(buf_slice(&bare), arena, out) == ST_OK;
}

void
diagnose_base64_wrap(struct slice bytes, size_t width, struct buf *out, struct arena *arena)
{
	struct slice text = base64_encode(bytes, arena);

	while (text.n > 0) {
		buf_add(out, slice_head(text, width));
		text = slice_from(text, width);
		if (text.n > 0)
			buf_adds(out, "\r\n");
	}
}

bool
diagnose_usual_charset(struct slice type)
{
	static const char *const usual[] = {
		"us-ascii", "utf-8", "iso-8859-", "windows-125", "koi8-", "iso-2022-jp"};
	struct slice charset;

	if (!diagnose_parameter(type, "charset", &charset))
		return true;
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		if (slice_istarts(charset, slice_str(usual[i])))
			return true;
	return false;
}

struct slice
diagnose_shown(struct slice type, struct slice encoding, struct slice text, struct arena *arena)
{
	static const char *const same[] = {"", "7bit", "8bit", "binary"};
	struct slice kind = slice_trim(slice_head(type, slice_find(type, ';')));
	struct buf plain;

	if ((kind.n > 0 && !slice_ieq(kind, SLICE("text/plain"))) || !diagnose_usual_charset(type))
		return SLICE("");
	encoding = slice_trim(encoding);
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (slice_ieq(encoding, slice_str(same[i])))
			return text;
	plain = diagnose_buf(text.n, arena);
	if (diagnose_coding_of(encoding) != DIAGNOSE_QP || !diagnose_qp_decode(text, &plain))
		return SLICE("");
	return buf_slice(&plain);
}

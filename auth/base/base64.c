#include "auth/base/base64.h"

#include "mime/scan.h"

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#define X (-1)

/* the six bits of a digit, or -1 */
/* clang-format off */
static const signed char SEXTETS[256] = {
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  /* 00 */
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  /* 10 */
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  62, X,  X,  X,  63, /* 20 */
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, X,  X,  X,  X,  X,  X,  /* 30 */
	X,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, /* 40 */
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, X,  X,  X,  X,  X,  /* 50 */
	X,  26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, /* 60 */
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, X,  X,  X,  X,  X,  /* 70 */
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  /* 80 */
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  /* 90 */
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  /* a0 */
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  /* b0 */
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  /* c0 */
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  /* d0 */
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  /* e0 */
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  /* f0 */
};
/* clang-format on */

#undef X

static int
sextet(char c)
{
	return SEXTETS[(unsigned char)c];
}

static void
put_group(unsigned bits, char *out)
{
	out[0] = (char)(bits >> 16 & 0xff);
	out[1] = (char)(bits >> 8 & 0xff);
	out[2] = (char)(bits & 0xff);
}

/*
 * Decodes and removes the complete groups without white space at the start of *text; returns the
 * number of octets
 */
static size_t
decode_groups(struct slice *text, char *out)
{
	const char *p = text->p;
	size_t n = 0;

	for (; text->n - (size_t)(p - text->p) >= 4; p += 4, n += 3) {
		const int a = sextet(p[0]), b = sextet(p[1]), c = sextet(p[2]), d = sextet(p[3]);

		if ((a | b | c | d) < 0)
			break;
		put_group((unsigned)a << 18 | (unsigned)b << 12 | (unsigned)c << 6 | (unsigned)d,
			out + n);
	}
	*text = slice_from(*text, (size_t)(p - text->p));
	return n;
}

enum status
base64_decode(struct slice text, struct arena *arena, struct slice *bytes)
{
	char *out;
	size_t n = 0, digits = 0, pads = 0;
	unsigned bits = 0;

	*bytes = slice_make(NULL, 0);
	out = arena_bytes(arena, text.n / 4 * 3 + 3);
	for (;;) {
		int six;

		if (digits % 4 == 0 && pads == 0)
			n += decode_groups(&text, out + n);
		if (text.n > 0 && (unsigned char)text.p[0] <= ' ')
			(void)scan_fws(&text); /* RFC 6376 2.10 */
		if (text.n == 0)
			break;
		six = sextet(text.p[0]);
		if (text.p[0] == '=')
			pads++;
		else if (six < 0 || pads > 0)
			return ST_BAD;
		else if (bits = (bits << 6 | (unsigned)six) & 0xffffff, ++digits % 4 == 0) {
			put_group(bits, out + n);
			n += 3;
		}
		text = slice_from(text, 1);
	}
	/*
	 * RFC 4648 4: a last group of two or three digits is padded with "="; by RFC 6376 2.10 up
	 * to two pads may follow any digits, and RFC 4648 3.3 allows to ignore those not needed
	 */
	if (digits % 4 == 1 || pads > 2 || (pads > 0 && digits + n == 0))
		return ST_BAD;
	if (digits % 4 == 2)
		out[n++] = (char)(bits >> 4 & 0xff);
	if (digits % 4 == 3) {
		out[n++] = (char)(bits >> 10 & 0xff);
		out[n++] = (char)(bits >> 2 & 0xff);
	}
	*bytes = slice_make(out, n);
	return ST_OK;
}

struct slice
base64_encode(struct slice bytes, struct arena *arena)
{
	const unsigned char *in = (const unsigned char *)bytes.p;
	char *out = arena_bytes(arena, bytes.n / 3 * 4 + 4);
	size_t n = 0;

	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		unsigned bits = (unsigned)in[i] << 16;

		if (left > 1)
			bits |= (unsigned)in[i + 1] << 8;
		if (left > 2)
			bits |= in[i + 2];
		out[n++] = ALPHABET[bits >> 18];
		out[n++] = ALPHABET[bits >> 12 & 63];
		out[n++] = left > 1 ? ALPHABET[bits >> 6 & 63] : '=';
		out[n++] = left > 2 ? ALPHABET[bits & 63] : '=';
	}
	return slice_make(out, n);
}

const char *
base64_outside(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!slice_is_alpha(text.p[i]) && !slice_is_digit(text.p[i]) &&
			!slice_is_blank(text.p[i]) && text.p[i] != '+' && text.p[i] != '/' &&
			text.p[i] != '=')
			return text.p + i;
	return NULL;
}

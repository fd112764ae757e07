#include "auth/base/base64.h"

#include "mime/scan.h"

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* the six bits that c stands for, or -1 */
static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

enum status
base64_decode(struct slice text, struct arena *arena, struct slice *bytes)
{
	char *out;
	size_t n = 0, digits = 0, pads = 0;
	unsigned bits = 0;

	*bytes = slice_make(NULL, 0);
	out = arena_alloc(arena, text.n / 4 * 3 + 3);
	for (;;) {
		int six;

		(void)scan_fws(&text); /* RFC 6376 2.10 */
		if (text.n == 0)
			break;
		six = sextet(text.p[0]);
		if (text.p[0] == '=')
			pads++;
		else if (six < 0 || pads > 0)
			return ST_BAD;
		else if (bits = (bits << 6 | (unsigned)six) & 0xffffff, ++digits % 4 == 0) {
			out[n++] = (char)(bits >> 16);
			out[n++] = (char)(bits >> 8 & 0xff);
			out[n++] = (char)(bits & 0xff);
		}
		text = slice_from(text, 1);
	}
	/* RFC 4648 4: a last group of two or three digits is filled up with "=", which RFC 6376
	 * 2.10 lets be left out */
	if (digits % 4 == 1 || pads > (4 - digits % 4) % 4)
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
	char *out = arena_alloc(arena, bytes.n / 3 * 4 + 4);
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

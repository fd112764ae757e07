#include "auth/dkim/dkim_value.h"

#include "mime/buf.h"

const char *
dkim_decode_qp(struct slice text, struct arena *arena, struct slice *bytes)
{
	struct buf buf;

	buf_init(&buf, arena, text.n);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (slice_is_blank(c))
			continue;
		if (c == '=') {
			int high = text.n - i < 3 ? -1 : slice_hex_digit(text.p[i + 1]);
			int low = text.n - i < 3 ? -1 : slice_hex_digit(text.p[i + 2]);

			if (high < 0 || low < 0)
				return text.p + i;
			c = (char)(high << 4 | low);
			i += 2;
		}
		buf_addc(&buf, c);
	}
	*bytes = buf_slice(&buf);
	return NULL;
}

bool
dkim_digits(struct slice text, size_t max_digits, uint64_t max, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < text.n; i++) {
		unsigned digit = (unsigned)(unsigned char)text.p[i] - '0';

		if (digit > 9)
			return false;
		*value = *value > (max - digit) / 10 ? max : *value * 10 + digit;
	}
	return text.n > 0 && text.n <= max_digits;
}

const char *
dkim_outside_digits(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!slice_is_digit(text.p[i]))
			return text.p + i;
	return NULL;
}

const char *
dkim_outside_field_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < 33 || name.p[i] > 126)
			return name.p + i;
	return NULL;
}

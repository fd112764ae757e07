#include "filter/text/printable.h"

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

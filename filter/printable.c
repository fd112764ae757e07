#include "filter/printable.h"

#include "mime/buf.h"

const char *
printable(struct slice text, size_t max, struct arena *arena)
{
	static const char hex[] = "0123456789abcdef";
	struct slice shown = slice_head(text, max);
	struct buf out;

	buf_init(&out, arena, 4 * shown.n + sizeof "...");
	for (size_t i = 0; i < shown.n; i++) {
		unsigned char c = (unsigned char)shown.p[i];

		if (c >= ' ' && c <= '~' && c != '\\') {
			buf_addc(&out, shown.p[i]);
		} else {
			buf_adds(&out, "\\x");
			buf_addc(&out, hex[c >> 4]);
			buf_addc(&out, hex[c & 15]);
		}
	}
	if (shown.n < text.n)
		buf_adds(&out, "...");
	buf_addc(&out, '\0');
	return out.p;
}

#include "filter/proxy/data.h"

#include <criterion/criterion.h>

/* RFC 5321 4.1.1.4: "<CRLF>.<CRLF>" ends the data; 2.3.8: CR and LF only together; 4.5.2: dots */
static const struct row {
	const char *name, *wire, *message;
	size_t rest; /* octets after the end; SIZE_MAX if there is no end */
	bool bare;
} rows[] = {
	{"empty", ".\r\n", "", 0, false},
	{"a line", "a\r\n.\r\n", "a\r\n", 0, false},
	{"what follows is left", "a\r\n.\r\nMAIL", "a\r\n", 4, false},
	{"stuffed dots", "..\r\n...\r\n.x\r\n.\r\n", ".\r\n..\r\nx\r\n", 0, false},
	{"a dot and a blank", ". \r\n.\r\n", " \r\n", 0, false},
	{"no end", "a\r\n", "a\r\n", SIZE_MAX, false},
	{"a dot that is not at the start", "a.\r\n.\r\n", "a.\r\n", 0, false},
	{"QUIT is text", "a\r\nQUIT\r\n", "a\r\nQUIT\r\n", SIZE_MAX, false},
	{"LF.LF", "a\n.\n", "a\n.\n", SIZE_MAX, true},
	{"LF.CRLF", "a\n.\r\n.\r\n", "a\n.\r\n", 0, true},
	{"CRLF.LF", "a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n", 0, true},
	{"CR.CR", "a\r.\rb\r\n.\r\n", "a\r.\rb\r\n", 0, true},
	{"CRLF.CR", "a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", 0, true},
	{"CRLF.CRCRLF", "a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n", 0, true},
	{"CR.CRLF", "a\r.\r\n.\r\n", "a\r.\r\n", 0, true},
	{"CRCRLF.CRLF", "a\r\r\n.\r\n", "a\r\r\n", 0, true},
	{"LF first", "\n.\r\n.\r\n", "\n.\r\n", 0, true},
	{"CR last", "a\r", "a\r", SIZE_MAX, false},
	{"LFCR", "a\n\r\n.\r\n", "a\n\r\n", 0, true},
};

/* The result does not depend on the pieces in which the data arrives. */
Test(proxy_data, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		const struct slice wire = slice_str(row->wire);

		for (size_t piece = 1; piece <= wire.n; piece++) {
			struct proxy_data data = {0};
			char out[64];
			size_t at = 0, n = 0;

			while (at < wire.n && !data.done) {
				struct slice some = slice_head(slice_from(wire, at), piece);
				char text[65];
				size_t size;

				at += proxy_data_take(&data, some, text, &size);
				cr_assert(size <= some.n + 1 && n + size <= sizeof out);
				memcpy(out + n, text, size);
				n += size;
			}
			cr_expect(data.done == (row->rest != SIZE_MAX), "%s", row->name);
			cr_expect(data.bare == row->bare, "%s", row->name);
			cr_expect(slice_eq(slice_make(out, n), slice_str(row->message)),
				"%s by %zu: %.*s", row->name, piece, (int)n, out);
			cr_expect(!data.done || wire.n - at == row->rest, "%s", row->name);
		}
	}
}

Test(proxy_data, nothing_is_taken_behind_the_end)
{
	struct proxy_data data = {0};
	char text[16];
	size_t size = 1;

	cr_expect(proxy_data_take(&data, SLICE(".\r\n"), text, &size) == 3);
	cr_expect(proxy_data_take(&data, SLICE("x\r\n"), text, &size) == 0);
	cr_expect(size == 0 && data.done);
}

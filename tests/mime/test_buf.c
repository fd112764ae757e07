#include "mime/buf.h"

#include <criterion/criterion.h>
#include <stdint.h>

Test(buf, additions)
{
	struct arena arena;
	struct buf buf;

	arena_init(&arena, NULL, NULL);
	buf_init(&buf, &arena, 1000);
	cr_expect(buf_slice(&buf).n == 0);
	buf_add(&buf, (struct slice){NULL, 0});
	buf_adds(&buf, "ab");
	buf_addc(&buf, '\0');
	buf_add(&buf, SLICE("c"));
	buf_addf(&buf, "%d%s", 12, "");
	cr_expect(slice_eq(buf_slice(&buf), SLICE("ab\0c12")));
	cr_expect(!buf.over);
	arena_clear(&arena);
}

/* One addition of n octets to a buffer that already holds `held` octets. */
Test(buf, ceiling)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		size_t max, held, n;
		bool over;
	} rows[] = {
		{"up to the ceiling", 100, 60, 40, false},
		{"one above", 100, 60, 41, true},
		{"nothing into a full one", 100, 100, 0, false},
		{"one octet into a full one", 100, 100, 1, true},
		{"a ceiling of none", 0, 0, 1, true},
		{"a ceiling below the first step", 5, 3, 2, false},
		{"over several steps", 5000, 10, 4990, false},
		{"no ceiling", SIZE_MAX, 64, 5000, false},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		char *bytes;
		struct arena arena;
		struct buf buf;

		arena_init(&arena, NULL, NULL);
		bytes = arena_alloc(&arena, 5000);
		memset(bytes, 'x', 5000);
		buf_init(&buf, &arena, row->max);
		for (size_t k = 0; k < row->held; k++)
			buf_addc(&buf, 'y');
		buf_add(&buf, slice_make(bytes, row->n));
		cr_expect(buf.over == row->over, "%s: over", row->name);
		cr_expect(
			buf.n == row->held + (row->over ? 0 : row->n), "%s: %zu", row->name, buf.n);
		cr_expect(buf.cap <= row->max, "%s: never more than max", row->name);
		for (size_t k = 0; k < buf.n; k++)
			cr_expect(buf.p[k] == (k < row->held ? 'y' : 'x'), "%s", row->name);
		arena_clear(&arena);
	}
}

Test(buf, format_at_the_ceiling)
{
	struct arena arena;
	struct buf buf;

	arena_init(&arena, NULL, NULL);
	buf_init(&buf, &arena, 4);
	buf_addf(&buf, "%s", "abcde");
	cr_expect(buf.over && buf.n == 0, "not even a part is added");
	buf_init(&buf, &arena, 4);
	buf_addf(&buf, "%s", "abcd");
	cr_expect(!buf.over && slice_eq(buf_slice(&buf), SLICE("abcd")));
	arena_clear(&arena);
}

Test(buf, hexadecimal_digits)
{
	static const struct {
		const char *name;
		unsigned char octets[4];
		size_t n, max;
		const char *text;
		bool over;
	} rows[] = {
		{"each half", {0x0f, 0xf0}, 2, 4, "0ff0", false},
		{"all zero and all one", {0, 0xff, 0x7f, 0x80}, 4, 100, "00ff7f80", false},
		{"none", {0}, 0, 0, "", false},
		{"an octet too many", {0x12, 0x34}, 2, 3, "12", true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[9] = "xxxxxxxx";
		struct arena arena;
		struct buf buf;

		arena_init(&arena, NULL, NULL);
		buf_init(&buf, &arena, rows[i].max);
		buf_add_hex(&buf, rows[i].octets, rows[i].n);
		cr_expect(slice_eq(buf_slice(&buf), slice_str(rows[i].text)), "%s", rows[i].name);
		cr_expect(buf.over == rows[i].over, "%s", rows[i].name);
		hex_text(rows[i].octets, rows[i].n, text);
		cr_expect_eq(strlen(text), 2 * rows[i].n, "%s", rows[i].name);
		cr_expect(rows[i].over || strcmp(text, rows[i].text) == 0, "%s", rows[i].name);
		arena_clear(&arena);
	}
}

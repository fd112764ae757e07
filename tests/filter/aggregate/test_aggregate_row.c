#include "filter/aggregate/aggregate_row.h"

#include <criterion/criterion.h>

/* XML 1.0 2.2: characters that no document may contain; and our own separators */
static const struct clean_row {
	const char *name, *text, *clean;
} clean_rows[] = {
	{"plain", "a b-c_d.e", "a b-c_d.e"},
	{"markup stays: the writer escapes it", "<a>&\"'", "<a>&\"'"},
	{"tab and line end", "a\tb\nc\rd", "a?b?c?d"},
	{"controls", "a\001b\033c\177d", "a?b?c?d"},
	{"UTF-8", "\xc3\xa4\xe6\x97\xa5\xf0\x9f\x98\x80", "\xc3\xa4\xe6\x97\xa5\xf0\x9f\x98\x80"},
	{"C1 controls",
		"a\xc2\x85"
		"b",
		"a??b"},
	{"U+FFFE and U+FFFF", "\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", "??????\xef\xbf\xbd"},
	{"no UTF-8", "a\xff\xc3", "a??"},
	{"surrogates", "\xed\xa0\x80", "???"},
	{"nothing", "", ""},
};

Test(aggregate_row, clean)
{
	for (size_t i = 0; i < sizeof clean_rows / sizeof *clean_rows; i++) {
		struct slice got;
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		got = aggregate_clean(slice_str(clean_rows[i].text), &arena);
		cr_expect(slice_eq(got, slice_str(clean_rows[i].clean)), "%s: %.*s",
			clean_rows[i].name, (int)got.n, got.p);
		arena_clear(&arena);
	}
}

Test(aggregate_row, keys_differ_wherever_values_do)
{
	struct aggregate_row a = {.source_ip = SLICE("192.0.2.1"), .disposition = "none"}, b = a;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	cr_expect(slice_eq(aggregate_row_key(&a, &arena), aggregate_row_key(&b, &arena)));
	b.has_path = true; /* the null path is different from an unknown one */
	cr_expect(!slice_eq(aggregate_row_key(&a, &arena), aggregate_row_key(&b, &arena)));
	b = a;
	a.header_from = SLICE("x1:y");
	b.header_from = SLICE("x");
	b.envelope_from = SLICE("y");
	cr_expect(!slice_eq(aggregate_row_key(&a, &arena), aggregate_row_key(&b, &arena)));
	arena_clear(&arena);
}

Test(aggregate_row, parts_and_lines)
{
	struct slice text = SLICE("dkim\ta.example\ts\tpass\t\nspf\tb\n"), line;

	cr_assert(aggregate_line(&text, &line));
	cr_expect(slice_eq(aggregate_part(&line), SLICE("dkim")));
	cr_expect(slice_eq(aggregate_part(&line), SLICE("a.example")));
	cr_expect(slice_eq(aggregate_part(&line), SLICE("s")));
	cr_expect(slice_eq(aggregate_part(&line), SLICE("pass")));
	cr_expect(slice_eq(aggregate_part(&line), SLICE("")));
	cr_expect(slice_eq(aggregate_part(&line), SLICE("")));
	cr_assert(aggregate_line(&text, &line));
	cr_expect(slice_eq(line, SLICE("spf\tb")));
	cr_expect(!aggregate_line(&text, &line));
}

/* test_dns_name.c: names as text, in master files and in messages (RFC 1035 2.3.4, 4.1.4, 5.1) */
#include <criterion/criterion.h>

#include "auth/dns/dns_name.h"

#define LIT(s)                                                                                     \
	{                                                                                          \
		s, sizeof(s) - 1                                                                   \
	}
#define X63 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define NONE LIT("")

static struct slice
wire_of(const struct dns_name *name)
{
	return slice_make((const char *)name->wire, name->n);
}

static const struct row {
	const char *name;
	struct slice text;
	struct slice wire; /* NONE if it is not a name */
} text_rows[] = {
	{"one label", LIT("a"), LIT("\1a\0")},
	{"two, lower case", LIT("A.Bc"), LIT("\1a\2bc\0")},
	{"a backslash does not escape a dot", LIT("\\."), NONE},
	{"backslash inside", LIT("a\\b"), LIT("\3a\\b\0")},
	{"NUL and 8-bit", LIT("\0\377"), LIT("\2\0\377\0")},
	{"empty", LIT(""), NONE},
	{"dot at the end", LIT("a."), NONE},
	{"two dots", LIT("a..b"), NONE},
	{"label of 64", LIT("x" X63), NONE},
};

Test(dns_name, text)
{
	for (size_t i = 0; i < sizeof text_rows / sizeof text_rows[0]; i++) {
		const struct row *row = &text_rows[i];
		struct dns_name name;
		bool good = dns_name_parse(row->text, &name);

		cr_expect_eq(good, row->wire.n > 0, "%s", row->name);
		cr_expect(!good || slice_eq(wire_of(&name), row->wire), "%s", row->name);
	}
}

static const struct row master_rows[] = {
	{"absolute", LIT("a.B."), LIT("\1a\1b\0")},
	{"relative", LIT("a.b"), LIT("\1a\1b\3top\0")},
	{"origin", LIT("@"), LIT("\3top\0")},
	{"escaped at sign", LIT("\\@"), LIT("\1@\3top\0")},
	{"root", LIT("."), LIT("\0")},
	{"escaped dot", LIT("a\\.b."), LIT("\3a.b\0")},
	{"escaped dot at the end is relative", LIT("a\\."), LIT("\2a.\3top\0")},
	{"decimal", LIT("\\000\\065\\255."), LIT("\3\0a\377\0")},
	{"decimal dot", LIT("a\\046b."), LIT("\3a.b\0")},
	{"decimal over 255", LIT("\\256."), NONE},
	{"two digits", LIT("\\25."), NONE},
	{"backslash at the end", LIT("a\\"), NONE},
	{"empty", LIT(""), NONE},
	{"dot first", LIT(".a."), NONE},
	{"two dots", LIT("a..b."), NONE},
	{"two dots at the end", LIT("a.."), NONE},
	{"label of 64", LIT("x" X63 "."), NONE},
	{"label of 64 by escapes", LIT("\\120" X63 "."), NONE},
};

Test(dns_name, master)
{
	static const struct dns_name top = {.n = 5, .wire = "\3top"};

	for (size_t i = 0; i < sizeof master_rows / sizeof master_rows[0]; i++) {
		const struct row *row = &master_rows[i];
		struct dns_name name;
		bool good = dns_name_parse_master(row->text, &top, &name);

		cr_expect_eq(good, row->wire.n > 0, "%s", row->name);
		cr_expect(!good || slice_eq(wire_of(&name), row->wire), "%s", row->name);
	}
}

Test(dns_name, longest)
{
	static const struct dns_name root = {.n = 1}, none = {.n = 0};
	struct dns_name name;

	/* 61 + 3 * 64 = 253 octets of text, 255 of wire */
	static const char longest[] =
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx." X63 "." X63 "." X63
		".";

	cr_expect(dns_name_parse_master(slice_str(longest), &root, &name));
	cr_expect_eq(name.n, 255);
	cr_expect(dns_name_parse_master(slice_make(longest, 253), &root, &name), "without its dot");
	cr_expect_eq(name.n, 255);
	cr_expect_not(dns_name_parse_master(SLICE("x" X63), &root, &name));
	cr_expect_not(dns_name_parse_master(SLICE("a"), &none, &name), "relative to nothing");
	cr_expect_not(dns_name_parse_master(SLICE("@"), &none, &name));
}

static const struct text_row {
	const char *name;
	struct dns_name wire;
	bool good;
	struct slice text;
	const char *written;
} wire_rows[] = {
	{"plain", {6, "\1a\2bc"}, true, LIT("a.bc"), "a.bc."},
	{"root", {1, ""}, true, LIT(""), "."},
	{"dot in a label", {5, "\3a.b"}, false, NONE, ""},
	{"what is escaped", {15, "\3a \t\10;\"()\\@$\177"}, true, LIT("a \t.;\"()\\@$\177"),
		"a\\032\\009.\\;\\\"\\(\\)\\\\\\@\\$\\127."},
	{"a star stays", {3, "\1*"}, true, LIT("*"), "*."},
};

Test(dns_name, back_to_text)
{
	for (size_t i = 0; i < sizeof wire_rows / sizeof wire_rows[0]; i++) {
		const struct text_row *row = &wire_rows[i];
		struct slice text;
		struct arena arena;
		struct buf out;

		arena_init(&arena, NULL, NULL);
		buf_init(&out, &arena, 1024);
		cr_expect_eq(dns_name_text(&row->wire, &arena, &text), row->good, "%s", row->name);
		if (row->good) {
			cr_expect(slice_eq(text, row->text), "%s", row->name);
			dns_name_write(&out, text);
			cr_expect(slice_eq(buf_slice(&out), slice_str(row->written)), "%s: %.*s",
				row->name, (int)out.n, out.p);
		}
		arena_clear(&arena);
	}
}

static const struct read_row {
	const char *name;
	struct slice message;
	size_t at;
	size_t end; /* 0: not readable */
	struct slice wire;
} read_rows[] = {
	{"plain", LIT("\1A\1b\0x"), 0, 5, LIT("\1a\1b\0")},
	{"pointer", LIT("\1b\0\1a\300\0x"), 3, 7, LIT("\1a\1b\0")},
	{"two pointers", LIT("\1c\0\1b\300\0\1a\300\3"), 7, 11, LIT("\1a\1b\1c\0")},
	{"pointer to the root", LIT("\0\300\0"), 1, 3, LIT("\0")},
	{"pointer to itself", LIT("\300\0"), 0, 0, NONE},
	{"pointer forwards", LIT("\300\2\1a\0"), 0, 0, NONE},
	{"pointer into its own labels", LIT("\1a\300\0"), 0, 0, NONE},
	{"two that point to each other", LIT("\300\2\300\0"), 2, 0, NONE},
	{"half a pointer", LIT("\0\300"), 1, 0, NONE},
	{"label of a reserved kind", LIT("\100a\0"), 0, 0, NONE},
	{"label of the other reserved kind", LIT("\200a\0"), 0, 0, NONE},
	{"no end", LIT("\1a"), 0, 0, NONE},
	{"label past the end", LIT("\5a\0"), 0, 0, NONE},
	{"empty", LIT(""), 0, 0, NONE},
	{"start past the end", LIT("\0"), 2, 0, NONE},
};

Test(dns_name, read)
{
	for (size_t i = 0; i < sizeof read_rows / sizeof read_rows[0]; i++) {
		const struct read_row *row = &read_rows[i];
		struct dns_name name;
		size_t at = row->at;
		bool good = dns_name_read(row->message, &at, &name);

		cr_expect_eq(good, row->end > 0, "%s", row->name);
		if (good) {
			cr_expect_eq(at, row->end, "%s: %zu", row->name, at);
			cr_expect(slice_eq(wire_of(&name), row->wire), "%s", row->name);
		}
	}
}

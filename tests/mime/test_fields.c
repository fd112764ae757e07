#include "mime/fields.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* a slice of a literal, which may contain NUL bytes */
#define S(lit) SLICE_INIT(lit)

enum { LIMIT = 64 * 1024 };

Test(fields, line_end)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct slice in;
		size_t want;
	} rows[] = {
		{"nothing", S(""), 0},
		{"LF", S("\n"), 1},
		{"CRLF", S("\r\n"), 2},
		{"CR at the end", S("\r"), 0},
		{"CR CR LF", S("\r\r\n"), 0},
		{"LF CR", S("\n\r"), 1},
		{"text", S("a\n"), 0},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect(line_end(rows[i].in) == rows[i].want, "%s", rows[i].name);
}

Test(fields, line_next)
{
	struct slice rest = S("a\r\nb\n\nc\rd"), line;
	static const struct slice want[] = {S("a\r\n"), S("b\n"), S("\n"), S("c\rd")};

	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		cr_assert(line_next(&rest, &line));
		cr_expect(slice_eq(line, want[i]), "line %zu", i);
	}
	cr_expect(!line_next(&rest, &line));
	rest = (struct slice){NULL, 0};
	cr_expect(!line_next(&rest, &line));
}

/* One field is cut off `in`; what follows it is `rest`. */
Test(fields, one_field)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct slice in, field, value, rest;
		unsigned flags;
	} rows[] = {
		{"LF", S("A: b\nC: d\n"), S("A"), S(" b"), S("C: d\n"), 0},
		{"CRLF", S("A: b\r\nC: d\r\n"), S("A"), S(" b"), S("C: d\r\n"), 0},
		{"no line end", S("A: b"), S("A"), S(" b"), S(""), 0},
		{"empty value", S("A:\r\n\r\n"), S("A"), S(""), S("\r\n"), 0},
		{"only a colon after the name, no line end", S("A:"), S("A"), S(""), S(""), 0},
		{"no blank after the colon", S("A:b\n"), S("A"), S("b"), S(""), 0},
		{"colons in the value", S("A:b:c\n"), S("A"), S("b:c"), S(""), 0},
		{"folded by SP", S("A: b\r\n c\r\nD:"), S("A"), S(" b\r\n c"), S("D:"), 0},
		{"folded by HTAB", S("A: b\n\tc\nD:"), S("A"), S(" b\n\tc"), S("D:"), 0},
		{"mixed line ends", S("A: b\n c\r\n d\nE:"), S("A"), S(" b\n c\r\n d"), S("E:"), 0},
		{"folded right after the colon", S("A:\r\n b\r\n"), S("A"), S("\r\n b"), S(""), 0},
		{"a fold at the end of input", S("A: b\r\n "), S("A"), S(" b\r\n "), S(""), 0},
		{"a line of blanks is a fold (obs-FWS)", S("A: b\r\n \r\nC: d"), S("A"),
			S(" b\r\n "), S("C: d"), 0},
		{"blanks, then text (obs-FWS)", S("A: b\n \t\n c\nD:"), S("A"), S(" b\n \t\n c"),
			S("D:"), 0},
		{"every byte that a name may hold",
			S("!#$%&'*+-/09;<=>?@AZ[\\]^_`az{|}~\"().,: x\n"),
			S("!#$%&'*+-/09;<=>?@AZ[\\]^_`az{|}~\"().,"), S(" x"), S(""), 0},
		{"a bare CR is data", S("A: b\rc\r\n"), S("A"), S(" b\rc"), S(""), 0},
		{"a CR before CRLF is data", S("A: b\r\r\n"), S("A"), S(" b\r"), S(""), 0},
		{"a CR at the end is data", S("A: b\r"), S("A"), S(" b\r"), S(""), 0},
		{"a NUL in the value", S("A: b\0c\n"), S("A"), S(" b\0c"), S(""), 0},
		{"8-bit in the value", S("A: \xff\n"), S("A"), S(" \xff"), S(""), 0},
		{"a blank before the colon", S("From : b\r\n"), S("From"), S(" b"), S(""),
			FIELD_SPACED},
		{"blanks before the colon", S("From \t : b\n"), S("From"), S(" b"), S(""),
			FIELD_SPACED},
		{"a fold before the colon", S("From\r\n : b\r\nC:"), S(""), S("From\r\n : b"),
			S("C:"), FIELD_JUNK},
		{"a fold after blanks before the colon", S("From \n\t: b\n"), S(""),
			S("From \n\t: b"), S(""), FIELD_JUNK},
		{"a name cut by a fold", S("Fr\r\n om: b\r\n"), S(""), S("Fr\r\n om: b"), S(""),
			FIELD_JUNK},
		{"no colon", S("hello\r\nA: b"), S(""), S("hello"), S("A: b"), FIELD_JUNK},
		{"no colon, no line end", S("hello"), S(""), S("hello"), S(""), FIELD_JUNK},
		{"no colon, folded", S("hello\n a: b\nC:"), S(""), S("hello\n a: b"), S("C:"),
			FIELD_JUNK},
		{"nothing before the colon", S(": b\n"), S(""), S(": b"), S(""), FIELD_JUNK},
		{"white space first", S(" From: b\n c\nD:"), S(""), S(" From: b\n c"), S("D:"),
			FIELD_JUNK},
		{"white space first, no colon", S("\tx\n"), S(""), S("\tx"), S(""), FIELD_JUNK},
		{"two words before the colon", S("a b: c\n"), S(""), S("a b: c"), S(""),
			FIELD_JUNK},
		{"8-bit in the name", S("Fr\xc3\xb6m: c\n"), S(""), S("Fr\xc3\xb6m: c"), S(""),
			FIELD_JUNK},
		{"a NUL in the name", S("Fro\0m: c\n"), S(""), S("Fro\0m: c"), S(""), FIELD_JUNK},
		{"a CR in the name", S("From\r: c\n"), S(""), S("From\r: c"), S(""), FIELD_JUNK},
		{"DEL in the name", S("A\x7f: c\n"), S(""), S("A\x7f: c"), S(""), FIELD_JUNK},
		{"CR CR LF ends nothing", S("\r\r\nA:"), S(""), S("\r"), S("A:"), FIELD_JUNK},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct slice rest = row->in;
		struct field field;

		cr_expect(fields_next(&rest, LIMIT, &field), "%s", row->name);
		cr_expect(slice_eq(field.name, row->field), "%s: name", row->name);
		cr_expect(slice_eq(field.value, row->value), "%s: value", row->name);
		cr_expect(slice_eq(rest, row->rest), "%s: rest", row->name);
		cr_expect(field.flags == row->flags, "%s: flags %u", row->name, field.flags);
		cr_expect(field.raw.p == row->in.p && field.raw.n + rest.n == row->in.n,
			"%s: raw and rest are the input", row->name);
	}
}

Test(fields, end_of_header)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct slice in;
	} rows[] = {
		{"nothing", {NULL, 0}},
		{"LF", S("\nA: b\n")},
		{"CRLF", S("\r\nA: b\r\n")},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice rest = rows[i].in;
		struct field field;

		cr_expect(!fields_next(&rest, LIMIT, &field), "%s", rows[i].name);
		cr_expect(slice_eq(rest, rows[i].in), "%s: nothing is read", rows[i].name);
	}
}

Test(fields, oversize)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		size_t raw; /* octets, line end included */
		unsigned flags;
	} rows[] = {
		{"one below", LIMIT - 1, 0},
		{"at the limit", LIMIT, 0},
		{"one above", LIMIT + 1, FIELD_OVERSIZE},
		{"a megabyte", 1 << 20, FIELD_OVERSIZE},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = rows[i].raw;
		char *p = malloc(n + 2);
		struct slice rest = {p, n + 2};
		struct field field;

		cr_assert(p != NULL);
		memset(p, 'x', n + 2);
		memcpy(p, "A:", 2);
		for (size_t at = 80; at + 3 < n; at += 80)
			memcpy(p + at, "\r\n ", 3);
		memcpy(p + n - 2, "\r\n", 2);
		memcpy(p + n, "B:", 2);
		cr_expect(fields_next(&rest, LIMIT, &field), "%s", rows[i].name);
		cr_expect(field.flags == rows[i].flags, "%s: flags %u", rows[i].name, field.flags);
		cr_expect(field.raw.n == n && rest.n == 2, "%s: cut exactly", rows[i].name);
		free(p);
	}
}

Test(fields, field_is)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct slice in;
		bool want;
	} rows[] = {
		{"as it is", S("From: a\n"), true},
		{"another case", S("fROM: a\n"), true},
		{"spaced", S("From : a\n"), true},
		{"longer", S("Froms: a\n"), false},
		{"shorter", S("Fro: a\n"), false},
		{"junk", S(" From: a\n"), false},
		{"folded name", S("From\n : a\n"), false},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice rest = rows[i].in;
		struct field field;

		cr_assert(fields_next(&rest, LIMIT, &field));
		cr_expect(field_is(&field, "From") == rows[i].want, "%s", rows[i].name);
		cr_expect(!field_is(&field, ""), "%s: no name is no field's", rows[i].name);
	}
}

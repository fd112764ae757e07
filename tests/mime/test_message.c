#include "mime/message.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define S(lit) SLICE_INIT(lit)

enum { FIELDS = 1000, FIELD_SIZE = 64 * 1024 };

/* The parts of `in`; no input is an error. */
struct parts_row {
	const char *name;
	struct slice in, mbox, header, body;
	const char *eol;
	size_t nfields;
	unsigned flags;
};

static void
expect_parts(const struct parts_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct parts_row *row = &rows[i];
		struct arena arena;
		struct message m;

		arena_init(&arena, NULL, NULL);
		message_parse(row->in, FIELDS, FIELD_SIZE, &arena, &m);
		cr_expect(slice_eq(m.raw, row->in), "%s: raw", row->name);
		cr_expect(slice_eq(m.mbox_from, row->mbox), "%s: mbox line", row->name);
		cr_expect(slice_eq(m.header, row->header), "%s: header", row->name);
		cr_expect(slice_eq(m.body, row->body), "%s: body", row->name);
		cr_expect_str_eq(m.eol, row->eol, "%s: eol", row->name);
		cr_expect(m.nfields == row->nfields, "%s: %zu fields", row->name, m.nfields);
		cr_expect(m.all_fields == row->nfields, "%s: all fields", row->name);
		cr_expect(m.flags == row->flags, "%s: flags %u", row->name, m.flags);
		cr_expect(m.body.p + m.body.n == row->in.p + row->in.n, "%s: body ends the input",
			row->name);
		arena_clear(&arena);
	}
}

#define EXPECT_PARTS(rows) expect_parts((rows), sizeof(rows) / sizeof *(rows))

Test(message, parts)
{
	/* clang-format off */
	static const struct parts_row rows[] = {
		{"LF", S("A: b\nC: d\n\nbody\n"), S(""), S("A: b\nC: d\n"), S("body\n"), "\n", 2,
			0},
		{"CRLF", S("A: b\r\n\r\nbody\r\n"), S(""), S("A: b\r\n"), S("body\r\n"), "\r\n", 1,
			0},
		{"mixed: the first line counts", S("A: b\r\nC: d\n\nx"), S(""), S("A: b\r\nC: d\n"),
			S("x"), "\r\n", 2, 0},
		{"mixed: LF first", S("A: b\nC: d\r\n\r\nx"), S(""), S("A: b\nC: d\r\n"), S("x"),
			"\n", 2, 0},
		{"empty input", {NULL, 0}, S(""), S(""), S(""), "\n", 0,
			MESSAGE_NO_HEADER | MESSAGE_NO_BLANK_LINE},
		{"only an empty line", S("\r\n"), S(""), S(""), S(""), "\r\n", 0,
			MESSAGE_NO_HEADER},
		{"an empty line first", S("\nA: b\n"), S(""), S(""), S("A: b\n"), "\n", 0,
			MESSAGE_NO_HEADER},
		{"an empty body", S("A: b\n\n"), S(""), S("A: b\n"), S(""), "\n", 1, 0},
		{"no empty line", S("A: b\n"), S(""), S("A: b\n"), S(""), "\n", 1,
			MESSAGE_NO_BLANK_LINE},
		{"no empty line, no line end", S("A: b"), S(""), S("A: b"), S(""), "\n", 1,
			MESSAGE_NO_BLANK_LINE},
		{"binary",
			S("\x7f"
			  "ELF\x02\x01\0\0\xff"),
			S(""),
			S("\x7f"
			  "ELF\x02\x01\0\0\xff"),
			S(""), "\n", 1,
			MESSAGE_NUL | MESSAGE_8BIT_HEADER | MESSAGE_NO_HEADER |
				MESSAGE_NO_BLANK_LINE},
		{"the body is not looked at", S("A: b\n\n\0\r\xff x: y\n"), S(""), S("A: b\n"),
			S("\0\r\xff x: y\n"), "\n", 1, 0},
		{"a junk line ends nothing", S("A: b\njunk\nC: d\n\nx"), S(""),
			S("A: b\njunk\nC: d\n"), S("x"), "\n", 3, 0},
		{"only junk", S("junk\n\nx"), S(""), S("junk\n"), S("x"), "\n", 1,
			MESSAGE_NO_HEADER},
		{"a line of blanks does not end the header", S("A: b\r\n \r\nC: d\r\n\r\nx"), S(""),
			S("A: b\r\n \r\nC: d\r\n"), S("x"), "\r\n", 2, 0},
	};
	/* clang-format on */

	EXPECT_PARTS(rows);
}

Test(message, mbox_line)
{
	/* clang-format off */
	static const struct parts_row rows[] = {
		{"mbox line", S("From a@b Mon Jan  1 00:00:00 2024\nA: b\n\nx"),
			S("From a@b Mon Jan  1 00:00:00 2024\n"), S("A: b\n"), S("x"), "\n", 1, 0},
		{"mbox line, CRLF", S("From a@b\r\nA: b\r\n\r\n"), S("From a@b\r\n"), S("A: b\r\n"),
			S(""), "\r\n", 1, 0},
		{"mbox line without a sender", S("From \nA: b\n\n"), S("From \n"), S("A: b\n"),
			S(""), "\n", 1, 0},
		{"only an mbox line", S("From a@b"), S("From a@b"), S(""), S(""), "\n", 0,
			MESSAGE_NO_HEADER | MESSAGE_NO_BLANK_LINE},
		{"mbox line, then an empty one", S("From a@b\n\nx"), S("From a@b\n"), S(""), S("x"),
			"\n", 0, MESSAGE_NO_HEADER},
		{"an mbox line counts as first line only", S("A: b\nFrom a@b x\n\n"), S(""),
			S("A: b\nFrom a@b x\n"), S(""), "\n", 2, 0},
		{"a second mbox line is junk", S("From a\nFrom b\nA: b\n\n"), S("From a\n"),
			S("From b\nA: b\n"), S(""), "\n", 2, 0},
		{"an mbox line is not folded", S("From a@b\n x: y\nA: b\n\n"), S("From a@b\n"),
			S(" x: y\nA: b\n"), S(""), "\n", 2, MESSAGE_BLANK_FIRST},
		{"From: is a field", S("From: a@b\n\n"), S(""), S("From: a@b\n"), S(""), "\n", 1,
			0},
		{"From with a blank before the colon is a field", S("From : a@b\n\n"), S(""),
			S("From : a@b\n"), S(""), "\n", 1, 0},
		{"From with blanks before the colon is a field", S("From \t  :a@b\n\n"), S(""),
			S("From \t  :a@b\n"), S(""), "\n", 1, 0},
		{"FROM is no mbox line", S("FROM a@b\n\n"), S(""), S("FROM a@b\n"), S(""), "\n", 1,
			MESSAGE_NO_HEADER},
		{">From is no mbox line", S(">From a@b\nA: b\n\n"), S(""), S(">From a@b\nA: b\n"),
			S(""), "\n", 2, 0},
	};
	/* clang-format on */

	EXPECT_PARTS(rows);
}

Test(message, flags)
{
	/* clang-format off */
	static const struct parts_row rows[] = {
		{"SP first", S(" From: a@b\nA: b\n\n"), S(""), S(" From: a@b\nA: b\n"), S(""), "\n",
			2, MESSAGE_BLANK_FIRST},
		{"HTAB first", S("\tA: b\n\n"), S(""), S("\tA: b\n"), S(""), "\n", 1,
			MESSAGE_BLANK_FIRST | MESSAGE_NO_HEADER},
		{"a NUL in the header", S("A: b\0c\n\n"), S(""), S("A: b\0c\n"), S(""), "\n", 1,
			MESSAGE_NUL},
		{"a NUL in the mbox line", S("From a\0b\nA: b\n\n"), S("From a\0b\n"), S("A: b\n"),
			S(""), "\n", 1, MESSAGE_NUL},
		{"a bare CR in the mbox line", S("From a\rFrom: b\nA: b\n\n"),
			S("From a\rFrom: b\n"), S("A: b\n"), S(""), "\n", 1, MESSAGE_BARE_CR},
		{"a bare CR in the header", S("A: b\rC: d\r\n\r\n"), S(""), S("A: b\rC: d\r\n"),
			S(""), "\r\n", 1, MESSAGE_BARE_CR},
		{"CR CR LF", S("A: b\r\r\n\r\n"), S(""), S("A: b\r\r\n"), S(""), "\r\n", 1,
			MESSAGE_BARE_CR},
		{"CR CR LF is no empty line", S("A: b\r\n\r\r\nC: d\r\n\r\nx"), S(""),
			S("A: b\r\n\r\r\nC: d\r\n"), S("x"), "\r\n", 3, MESSAGE_BARE_CR},
		{"CR is no line end", S("A: b\rC: d\r\rx"), S(""), S("A: b\rC: d\r\rx"), S(""),
			"\n", 1, MESSAGE_BARE_CR | MESSAGE_NO_BLANK_LINE},
		{"a CR at the end", S("A: b\r\n\r"), S(""), S("A: b\r\n\r"), S(""), "\r\n", 2,
			MESSAGE_BARE_CR | MESSAGE_NO_BLANK_LINE},
		{"8-bit in the first octets", S("A: \xc3\xa9 long enough\n\n"), S(""),
			S("A: \xc3\xa9 long enough\n"), S(""), "\n", 1, MESSAGE_8BIT_HEADER},
		{"8-bit in the last octets", S("Subject: 1234567\xe9\n\n"), S(""),
			S("Subject: 1234567\xe9\n"), S(""), "\n", 1, MESSAGE_8BIT_HEADER},
	};
	/* clang-format on */

	EXPECT_PARTS(rows);
}

Test(message, many_fields)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		size_t fields, limit, indexed;
		unsigned flags;
	} rows[] = {
		{"one below", FIELDS - 1, FIELDS, FIELDS - 1, 0},
		{"at the limit", FIELDS, FIELDS, FIELDS, 0},
		{"one above", FIELDS + 1, FIELDS, FIELDS, MESSAGE_MANY_FIELDS},
		{"far above", 100000, FIELDS, FIELDS, MESSAGE_MANY_FIELDS},
		{"none wanted", 3, 0, 0, MESSAGE_MANY_FIELDS},
		{"one wanted", 3, 1, 1, MESSAGE_MANY_FIELDS},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		size_t n = row->fields * 4 + 2;
		char *p = malloc(n);
		struct arena arena;
		struct message m;

		cr_assert(p != NULL);
		for (size_t k = 0; k < row->fields; k++)
			memcpy(p + k * 4, k % 2 == 0 ? "A:1\n" : "B:2\n", 4);
		memcpy(p + n - 2, "\nx", 2);
		arena_init(&arena, NULL, NULL);
		message_parse(slice_make(p, n), row->limit, FIELD_SIZE, &arena, &m);
		cr_expect(m.nfields == row->indexed, "%s: %zu", row->name, m.nfields);
		cr_expect(m.all_fields == row->fields, "%s: all %zu", row->name, m.all_fields);
		cr_expect(m.flags == row->flags, "%s: flags %u", row->name, m.flags);
		cr_expect(m.body.n == 1, "%s: body", row->name);
		for (size_t k = 0; k < m.nfields; k++)
			cr_expect(m.fields[k].raw.p == p + k * 4, "%s: field %zu", row->name, k);
		cr_expect(message_count(&m, "a") == (row->indexed + 1) / 2, "%s: count", row->name);
		arena_clear(&arena);
		free(p);
	}
}

Test(message, an_oversize_field_is_cut_exactly)
{
	enum { LONG = FIELD_SIZE + 10 };
	static char text[LONG + 16];
	struct arena arena;
	struct message m;

	memset(text, 'x', LONG);
	memcpy(text, "A:", 2);
	memcpy(text + LONG, "\nFrom: a\n\nbody!", 15);
	arena_init(&arena, NULL, NULL);
	message_parse(slice_make(text, LONG + 15), FIELDS, FIELD_SIZE, &arena, &m);
	cr_assert(m.nfields == 2);
	cr_expect(m.fields[0].flags == FIELD_OVERSIZE && m.fields[0].raw.n == LONG + 1);
	cr_expect(m.fields[1].flags == 0 && field_is(&m.fields[1], "From"));
	cr_expect(slice_eq(m.body, SLICE("body!")));
	arena_clear(&arena);
}

/* A page that cannot be read follows the first octets of the body. */
Test(message, the_body_is_never_read)
{
	size_t page = 64 * 1024;
	static const char header[] = "A: b\r\n\r\n";
	int zero = open("/dev/zero", O_RDWR);
	char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);
	struct arena arena;
	struct message m;

	cr_assert(p != MAP_FAILED);
	p += page - (sizeof header - 1);
	memcpy(p, header, sizeof header - 1);
	cr_assert(mprotect(p + sizeof header - 1, page, PROT_NONE) == 0);
	arena_init(&arena, NULL, NULL);
	message_parse(slice_make(p, page), FIELDS, FIELD_SIZE, &arena, &m);
	cr_expect(m.nfields == 1 && m.body.n == page - (sizeof header - 1));
	arena_clear(&arena);
	close(zero);
}

Test(message, find_by_name)
{
	struct arena arena;
	struct message m;

	arena_init(&arena, NULL, NULL);
	message_parse(SLICE("From: 1\nfrom : 2\n From: no\nX\nFROM: 3\nFrom\n : no\nTo: 4\n\n"),
		FIELDS, FIELD_SIZE, &arena, &m);
	cr_expect(message_count(&m, "From") == 3);
	cr_expect(message_count(&m, "Cc") == 0);
	cr_expect(message_field(&m, "From", 0) == &m.fields[0]);
	cr_expect(message_field(&m, "From", 1) == &m.fields[1]);
	cr_expect(message_field(&m, "From", 2) == &m.fields[3]);
	cr_expect(message_field(&m, "From", 3) == NULL);
	cr_expect(message_field(&m, "to", 0) == &m.fields[5]);
	cr_expect(message_field(&m, "Cc", 0) == NULL);
	arena_clear(&arena);
}

Test(message, unfold)
{
	/* clang-format off */
	static const struct row {
		const char *name;
		struct slice in, want;
	} rows[] = {
		{"no fold", S("A: b c\n"), S("b c")},
		{"nothing", S("A:\n"), S("")},
		{"blanks only", S("A: \t \n"), S("")},
		{"blanks and folds only", S("A: \r\n \n\t\n"), S("")},
		{"blanks at both ends", S("A: \tb \t\n"), S("b")},
		{"a fold at the start", S("A:\r\n b\r\n"), S("b")},
		{"a fold at the end", S("A: b\r\n \r\n"), S("b")},
		{"blanks of a fold stay", S("A: b\r\n \tc\r\n"), S("b \tc")},
		{"LF, CRLF", S("A: b\n c\r\n d\n"), S("b c d")},
		{"a line of blanks inside", S("A: b\n \n c\n"), S("b  c")},
		{"a bare CR is data", S("A: \rb\r c\r\r\n d\r\r\n"), S("\rb\r c\r d\r")},
		{"a NUL is data", S("A: b\0\n c\n"), S("b\0 c")},
		{"junk", S("junk\n c\n"), S("junk c")},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice rest = rows[i].in, got;
		struct field field;
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		cr_assert(fields_next(&rest, FIELD_SIZE, &field));
		got = field_unfold(&field, &arena);
		cr_expect(slice_eq(got, rows[i].want), "%s: \"%.*s\"", rows[i].name, (int)got.n,
			got.p);
		arena_clear(&arena);
	}
}

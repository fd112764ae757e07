#include <criterion/criterion.h>
#include <stdint.h>

#include "auth/dkim/dkim.h"
#include "tests/support/naive_canon.h"

/* SLICE is not a constant expression */
#define S(lit) SLICE_INIT(lit)

static struct arena arena;
static struct crypto *crypto;

static void
set_up(void)
{
	arena_init(&arena, NULL, NULL);
	crypto = crypto_new();
}

static void
tear_down(void)
{
	crypto_free(crypto);
	arena_clear(&arena);
}

TestSuite(dkim_canon, .init = set_up, .fini = tear_down);

struct digest {
	unsigned char bytes[CRYPTO_SHA256_SIZE];
	uint64_t total;
};

static struct digest
hash_text(struct slice text)
{
	struct digest digest = {.total = text.n};

	cr_assert_eq(crypto_sha256(crypto, text, digest.bytes), ST_OK);
	return digest;
}

/*
 * Hashes body in pieces of step octets, or, if step is 0, in pieces that end where cuts has bits
 * set.
 */
static struct digest
hash_body(enum dkim_canon canon, uint64_t limit, struct slice body, unsigned cuts, size_t step)
{
	struct dkim_body_hash wanted = {.limit = limit};
	struct dkim_body_canon *running = dkim_body_begin(canon, &wanted, 1, crypto, &arena);
	struct digest digest;

	for (size_t from = 0, i = 1; i <= body.n; i++) {
		bool cut = step > 0 ? i % step == 0 : i < 32 && (cuts >> (i - 1) & 1);

		if (!cut && i < body.n)
			continue;
		/* a separate allocation, so that a read past its end is detected */
		struct slice piece = slice_head(slice_from(body, from), i - from);
		char *copy = malloc(piece.n);
		cr_assert_not_null(copy);
		memcpy(copy, piece.p, piece.n);
		dkim_body_add(running, slice_make(copy, piece.n));
		free(copy);
		from = i;
	}
	cr_assert_eq(dkim_body_end(running, &digest.total), ST_OK);
	memcpy(digest.bytes, wanted.digest, sizeof digest.bytes);
	return digest;
}

static bool
same(struct digest a, struct digest b)
{
	return a.total == b.total && memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

#define A16 "aaaaaaaaaaaaaaaa"
#define A64 A16 A16 A16 A16

static const struct body_row {
	const char *name;
	struct slice body, simple, relaxed;
} body_rows[] = {
	{"no body", {NULL, 0}, S("\r\n"), S("")},
	{"one empty line", S("\r\n"), S("\r\n"), S("")},
	{"one empty LF line", S("\n"), S("\r\n"), S("")},
	{"only empty lines", S("\r\n\n\r\n"), S("\r\n"), S("")},
	{"only blanks", S(" \t "), S(" \t \r\n"), S("")},
	{"only blank lines", S(" \r\n\t\r\n"), S(" \r\n\t\r\n"), S("")},
	{"RFC 6376 3.4.5", S(" C \r\nD \t E\r\n\r\n\r\n"), S(" C \r\nD \t E\r\n"),
		S(" C\r\nD E\r\n")},
	{"LF is a line end", S("a\nb\n"), S("a\r\nb\r\n"), S("a\r\nb\r\n")},
	{"mixed line ends", S("a\nb\r\nc\n\n"), S("a\r\nb\r\nc\r\n"), S("a\r\nb\r\nc\r\n")},
	{"no last line end", S("a"), S("a\r\n"), S("a\r\n")},
	{"no last line end after an empty line", S("\r\na"), S("\r\na\r\n"), S("\r\na\r\n")},
	{"empty lines at the start stay", S("\n\r\na\n"), S("\r\n\r\na\r\n"), S("\r\n\r\na\r\n")},
	{"empty lines inside stay", S("a\r\n\r\n\nb\r\n"), S("a\r\n\r\n\r\nb\r\n"),
		S("a\r\n\r\n\r\nb\r\n")},
	{"a blank line inside", S("a\r\n \t\r\nb\r\n"), S("a\r\n \t\r\nb\r\n"),
		S("a\r\n\r\nb\r\n")},
	{"a blank line at the end", S("a\r\n \r\n"), S("a\r\n \r\n"), S("a\r\n")},
	{"blanks without a line end at the end", S("a\r\n \t"), S("a\r\n \t\r\n"), S("a\r\n")},
	{"blanks at a line's end", S("a \t \r\nb\t\nc "), S("a \t \r\nb\t\r\nc \r\n"),
		S("a\r\nb\r\nc\r\n")},
	{"blanks at a line's start", S("  a\r\n\tb\n"), S("  a\r\n\tb\r\n"), S(" a\r\n b\r\n")},
	{"runs", S("a  b\tc \td\t\te\r\n"), S("a  b\tc \td\t\te\r\n"), S("a b c d e\r\n")},
	{"a bare CR is data", S("a\rb\r\n"), S("a\rb\r\n"), S("a\rb\r\n")},
	{"CR CR LF", S("a\r\r\nb\r\r\r\n"), S("a\r\r\nb\r\r\r\n"), S("a\r\r\nb\r\r\r\n")},
	{"a line of a bare CR", S("\r\r\n"), S("\r\r\n"), S("\r\r\n")},
	{"a CR at the end is data", S("a\r"), S("a\r\r\n"), S("a\r\r\n")},
	{"only a CR", S("\r"), S("\r\r\n"), S("\r\r\n")},
	{"an empty line, then a CR", S("\n\r"), S("\r\n\r\r\n"), S("\r\n\r\r\n")},
	{"blanks around a bare CR", S("a \r b \r\r\n"), S("a \r b \r\r\n"), S("a \r b \r\r\n")},
	{"a blank, then CR at the end", S("a \r"), S("a \r\r\n"), S("a \r\r\n")},
	{"LF CR", S("a\n\rb"), S("a\r\n\rb\r\n"), S("a\r\n\rb\r\n")},
	{"NUL, 8-bit, VT and FF are data", S("\0a \0 \xff\x0b\x0c \xa0\n"),
		S("\0a \0 \xff\x0b\x0c \xa0\r\n"), S("\0a \0 \xff\x0b\x0c \xa0\r\n")},
	{"controls after a blank and after a line end", S("a \x01\r\n\x02 b\r\n"),
		S("a \x01\r\n\x02 b\r\n"), S("a \x01\r\n\x02 b\r\n")},
	{"a long line", S(A64 A64 " b\r\n"), S(A64 A64 " b\r\n"), S(A64 A64 " b\r\n")},
	{"a run after a long line", S(A64 "  " A64 "\t\r\n" A64 "\n"),
		S(A64 "  " A64 "\t\r\n" A64 "\r\n"), S(A64 " " A64 "\r\n" A64 "\r\n")},
	{"long lines in CRLF", S(A64 "\r\n" A64 "\r\n\r\n" A64 "\r\n\r\n"),
		S(A64 "\r\n" A64 "\r\n\r\n" A64 "\r\n"), S(A64 "\r\n" A64 "\r\n\r\n" A64 "\r\n")},
};

enum { BODY_ROWS = sizeof body_rows / sizeof *body_rows };

Test(dkim_canon, body)
{
	for (size_t i = 0; i < BODY_ROWS; i++) {
		const struct body_row *row = &body_rows[i];

		cr_expect(same(hash_body(DKIM_SIMPLE, UINT64_MAX, row->body, 0, 0),
				  hash_text(row->simple)),
			"%s: simple", row->name);
		cr_expect(same(hash_body(DKIM_RELAXED, UINT64_MAX, row->body, 0, 0),
				  hash_text(row->relaxed)),
			"%s: relaxed", row->name);
		cr_expect(slice_eq(naive_body(false, row->body, &arena), row->simple),
			"%s: the naive simple form", row->name);
		cr_expect(slice_eq(naive_body(true, row->body, &arena), row->relaxed),
			"%s: the naive relaxed form", row->name);
	}
}

/* RFC 6376 3.4.3, 3.4.4: the hashes that the RFC gives for an empty body */
Test(dkim_canon, empty_body_hashes)
{
	struct digest simple = hash_body(DKIM_SIMPLE, UINT64_MAX, SLICE(""), 0, 0);
	struct digest relaxed = hash_body(DKIM_RELAXED, UINT64_MAX, SLICE(""), 0, 0);

	/* frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY= and
	 * 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= */
	cr_expect_arr_eq(simple.bytes, "\x7e\xb7\x02\x57\x59\x3d\xa0\x6f", 8);
	cr_expect_arr_eq(relaxed.bytes, "\xe3\xb0\xc4\x42\x98\xfc\x1c\x14", 8);
}

/* Every way to split a body of up to 12 octets, and pieces of one size for the longer ones. */
Test(dkim_canon, every_chunk_boundary)
{
	for (size_t i = 0; i < BODY_ROWS; i++) {
		struct slice body = body_rows[i].body;
		unsigned ways = body.n == 0 ? 1 : 1U << ((body.n < 12 ? body.n : 12) - 1);

		for (int canon = DKIM_SIMPLE; canon <= DKIM_RELAXED; canon++) {
			struct digest whole =
				hash_body((enum dkim_canon)canon, UINT64_MAX, body, 0, 0);

			for (unsigned cuts = 0; cuts < ways; cuts++)
				cr_expect(same(hash_body((enum dkim_canon)canon, UINT64_MAX, body,
						       cuts, 0),
						  whole),
					"%s: canon %d, cuts %x", body_rows[i].name, canon, cuts);
			for (size_t step = 1; step < 40; step++)
				cr_expect(same(hash_body((enum dkim_canon)canon, UINT64_MAX, body,
						       0, step),
						  whole),
					"%s: canon %d, step %zu", body_rows[i].name, canon, step);
		}
	}
}

/* All bodies of up to six octets over the bytes that canonicalization treats specially. */
Test(dkim_canon, all_small_bodies)
{
	static const char alphabet[] = {'a', ' ', '\t', '\r', '\n'};
	char body[6];

	for (size_t n = 0; n <= sizeof body; n++) {
		size_t count = 1;

		for (size_t i = 0; i < n; i++)
			count *= sizeof alphabet;
		for (size_t code = 0; code < count; code++) {
			size_t rest = code;

			for (size_t i = 0; i < n; i++, rest /= sizeof alphabet)
				body[i] = alphabet[rest % sizeof alphabet];
			for (int canon = DKIM_SIMPLE; canon <= DKIM_RELAXED; canon++) {
				struct digest naive = hash_text(naive_body(
					canon == DKIM_RELAXED, slice_make(body, n), &arena));

				cr_expect(same(hash_body((enum dkim_canon)canon, UINT64_MAX,
						       slice_make(body, n), 0, 0),
						  naive),
					"body %zu of %zu octets, canon %d", code, n, canon);
				cr_expect(same(hash_body((enum dkim_canon)canon, UINT64_MAX,
						       slice_make(body, n), 0, 1),
						  naive),
					"body %zu of %zu octets, by octets, canon %d", code, n,
					canon);
			}
			arena_clear(&arena);
		}
	}
}

/* A special byte at every position of a vector, and just before and after its edges. */
Test(dkim_canon, every_place_in_a_block)
{
	static const char *const inserts[] = {"\n", "\r\n", "\t", "  ", " \n", "\r", "\r\r\n",
		"\n\n", "\r\n\r\n", "\r\n ", " \r\n", "\r\n\t\r\n", " \r", "\x01", " \x01"};

	for (size_t i = 0; i < sizeof inserts / sizeof *inserts; i++)
		for (size_t at = 0; at <= 70; at++) {
			struct buf buf;

			buf_init(&buf, &arena, 200);
			buf_add(&buf, slice_head(SLICE(A64 A16), at));
			buf_adds(&buf, inserts[i]);
			buf_add(&buf, slice_from(SLICE(A64 A16), at));
			for (int canon = DKIM_SIMPLE; canon <= DKIM_RELAXED; canon++)
				for (size_t step = 0; step < 20; step++)
					cr_expect(
						same(hash_body((enum dkim_canon)canon, UINT64_MAX,
							     buf_slice(&buf), 0, step),
							hash_text(naive_body(canon == DKIM_RELAXED,
								buf_slice(&buf), &arena))),
						"insert %zu at %zu, canon %d, step %zu", i, at,
						canon, step);
			arena_clear(&arena);
		}
}

/* RFC 6376 3.4.5, 3.5: l= counts octets of the canonical body. */
Test(dkim_canon, limit)
{
	for (size_t i = 0; i < BODY_ROWS; i++)
		for (int canon = DKIM_SIMPLE; canon <= DKIM_RELAXED; canon++) {
			struct slice whole =
				canon == DKIM_SIMPLE ? body_rows[i].simple : body_rows[i].relaxed;

			for (size_t limit = 0; limit <= whole.n + 2; limit++) {
				struct digest want = hash_text(slice_head(whole, limit));

				want.total = whole.n;
				for (size_t step = 0; step < 4; step++)
					cr_expect(same(hash_body((enum dkim_canon)canon, limit,
							       body_rows[i].body, 0, step),
							  want),
						"%s: canon %d, limit %zu, step %zu",
						body_rows[i].name, canon, limit, step);
			}
		}
}

/* All prefixes of a body in one pass, the longest first; the first three limits take the whole. */
Test(dkim_canon, several_limits)
{
	for (size_t i = 0; i < BODY_ROWS; i++)
		for (int canon = DKIM_SIMPLE; canon <= DKIM_RELAXED; canon++) {
			struct slice body = body_rows[i].body;
			struct slice whole =
				canon == DKIM_SIMPLE ? body_rows[i].simple : body_rows[i].relaxed;
			struct dkim_body_hash *wanted =
				arena_array(&arena, whole.n + 3, sizeof *wanted);
			struct dkim_body_canon *running;
			uint64_t total;

			for (size_t limit = 0; limit < whole.n + 3; limit++)
				wanted[whole.n + 2 - limit].limit = limit;
			wanted[0].limit = UINT64_MAX;
			running = dkim_body_begin(
				(enum dkim_canon)canon, wanted, whole.n + 3, crypto, &arena);
			for (; body.n > 0; body = slice_from(body, 7))
				dkim_body_add(running, slice_head(body, 7));
			cr_assert_eq(dkim_body_end(running, &total), ST_OK);
			cr_expect_eq(total, whole.n, "%s", body_rows[i].name);
			for (size_t j = 0; j < whole.n + 3; j++) {
				struct slice head = wanted[j].limit > whole.n
							    ? whole
							    : slice_head(whole, wanted[j].limit);

				cr_expect_arr_eq(wanted[j].digest, hash_text(head).bytes,
					sizeof wanted[j].digest, "%s: canon %d, limit %zu",
					body_rows[i].name, canon, (size_t)wanted[j].limit);
			}
		}
}

static const struct field_row {
	const char *name;
	struct slice field, simple, relaxed; /* without the last CRLF */
	bool without_b;
} field_rows[] = {
	{"RFC 6376 3.4.5: A", S("A: X\r\n"), S("A: X"), S("a:X"), false},
	{"RFC 6376 3.4.5: B", S("B : Y\t\r\n\tZ  \r\n"), S("B : Y\t\r\n\tZ  "), S("b:Y Z"), false},
	{"LF folds", S("Subject: a\n b\n"), S("Subject: a\r\n b"), S("subject:a b"), false},
	{"the end of the message ends it", S("Subject: a"), S("Subject: a"), S("subject:a"), false},
	{"no value", S("Subject:\r\n"), S("Subject:"), S("subject:"), false},
	{"a blank value", S("Subject: \t\r\n \r\n"), S("Subject: \t\r\n "), S("subject:"), false},
	{"no space after the colon", S("SUBJECT:a\r\n"), S("SUBJECT:a"), S("subject:a"), false},
	{"case of the value stays", S("Subject: AbC\r\n"), S("Subject: AbC"), S("subject:AbC"),
		false},
	{"colons in the value", S("S: a : b\r\n"), S("S: a : b"), S("s:a : b"), false},
	{"bare CR, NUL and 8-bit are data", S("S: a\rb \r\0\xe9 \r\r\n"), S("S: a\rb \r\0\xe9 \r"),
		S("s:a\rb \r\0\xe9 \r"), false},
	{"b= is left out", S("D: a=1; b=AAAA; c=2\r\n"), S("D: a=1; b=; c=2"), S("d:a=1; b=; c=2"),
		true},
	{"b= is kept where it is not asked for", S("D: b=AAAA\r\n"), S("D: b=AAAA"), S("d:b=AAAA"),
		false},
	{"b= with folds and blanks around it", S("D: a=1;\r\n b = \r\n\tAA\r\n AA ; c=2\r\n"),
		S("D: a=1;\r\n b =; c=2"), S("d:a=1; b =; c=2"), true},
	{"b= at the end", S("D: a=1; b=\r\n AA\r\n  AA \r\n"), S("D: a=1; b="), S("d:a=1; b="),
		true},
	{"b= at the end with ;", S("D: a=1; b=AA;\r\n"), S("D: a=1; b=;"), S("d:a=1; b=;"), true},
	{"spaces at the end of the signature", S("D: b=AA; a=1 \t\r\n"), S("D: b=; a=1 \t"),
		S("d:b=; a=1"), true},
	{"b= at the start", S("D:b=AA=; a=1\r\n"), S("D:b=; a=1"), S("d:b=; a=1"), true},
	{"b= in LF lines", S("D: a=1;\n b=A\n A\n"), S("D: a=1;\r\n b="), S("d:a=1; b="), true},
	{"bh= is no b=", S("D: bh=HH; b=AA; bx=3\r\n"), S("D: bh=HH; b=; bx=3"),
		S("d:bh=HH; b=; bx=3"), true},
	{"xb= and B= are no b=", S("D: xb=HH; B=X; b=AA\r\n"), S("D: xb=HH; B=X; b="),
		S("d:xb=HH; B=X; b="), true},
	{"b= inside a value is no tag", S("D: z=b=1; b=AA\r\n"), S("D: z=b=1; b="),
		S("d:z=b=1; b="), true},
	{"b in the folded part", S("D: h=a:\r\n b:c; b=AA\r\n"), S("D: h=a:\r\n b:c; b="),
		S("d:h=a: b:c; b="), true},
	{"no b= at all", S("D: a=1\r\n"), S("D: a=1"), S("d:a=1"), true},
	{"an empty b=", S("D: b=; a=1\r\n"), S("D: b=; a=1"), S("d:b=; a=1"), true},
};

static struct digest
hash_field(enum dkim_canon canon, const struct field_row *row, bool last)
{
	struct crypto_hash *hash = crypto_hash_new(crypto);
	struct slice rest = row->field;
	struct digest digest = {0};
	struct field field;

	cr_assert(fields_next(&rest, 65536, &field));
	cr_assert_eq(rest.n, 0);
	dkim_field_add(canon, &field, row->without_b, last, hash);
	cr_assert_eq(crypto_hash_end(hash, digest.bytes), ST_OK);
	return digest;
}

static struct digest
hash_with_crlf(struct slice text, bool crlf)
{
	struct digest digest;
	struct buf buf;

	buf_init(&buf, &arena, text.n + 2);
	buf_add(&buf, text);
	if (crlf)
		buf_adds(&buf, "\r\n");
	digest = hash_text(buf_slice(&buf));
	digest.total = 0;
	return digest;
}

Test(dkim_canon, field)
{
	for (size_t i = 0; i < sizeof field_rows / sizeof *field_rows; i++) {
		const struct field_row *row = &field_rows[i];

		for (int last = 0; last <= 1; last++) {
			cr_expect(same(hash_field(DKIM_SIMPLE, row, last),
					  hash_with_crlf(row->simple, !last)),
				"%s: simple, last %d", row->name, last);
			cr_expect(same(hash_field(DKIM_RELAXED, row, last),
					  hash_with_crlf(row->relaxed, !last)),
				"%s: relaxed, last %d", row->name, last);
		}
		if (row->without_b)
			continue;
		cr_expect(same(hash_field(DKIM_RELAXED, row, false),
				  hash_with_crlf(naive_field(true, row->field, &arena), false)),
			"%s: the naive relaxed form", row->name);
		cr_expect(same(hash_field(DKIM_SIMPLE, row, false),
				  hash_with_crlf(naive_field(false, row->field, &arena), false)),
			"%s: the naive simple form", row->name);
	}
}

Test(dkim_canon, tag_span)
{
	static const struct {
		const char *name;
		struct slice value;
		const char *tag;
		const char *span; /* NULL: not found */
	} rows[] = {
		{"first", S("d=x; s=y"), "d", "x"},
		{"blanks are kept", S(" d = x ;"), "d", " x "},
		{"last", S("a=1;d=x"), "d", "x"},
		{"the first of two", S("d=x;d=y"), "d", "x"},
		{"folded", S("a=1;\r\n d=x\r\n y;"), "d", "x\r\n y"},
		{"other case", S("D=x"), "d", NULL},
		{"part of a name", S("dd=x; xd=y"), "d", NULL},
		{"no equals sign", S("d; d"), "d", NULL},
		{"in a value", S("a=d=x"), "d", NULL},
		{"nothing", S(""), "d", NULL},
		{"only semicolons", S(";;;"), "d", NULL},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice span = {0};
		bool found = dkim_tag_span(rows[i].value, rows[i].tag, &span);

		cr_expect_eq(found, rows[i].span != NULL, "%s", rows[i].name);
		if (found && rows[i].span != NULL)
			cr_expect(slice_eq(span, slice_str(rows[i].span)), "%s", rows[i].name);
	}
}

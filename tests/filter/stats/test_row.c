/*
 * A row packed as octets for another process: unpacking gives the same row, and rejects anything
 * else.
 */
#include "filter/stats/row.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/plain_row.h"

static const struct row_signature signatures[] = {
	{"a.example", "s1", AUTH_PASS, true, "AbCd"},
	{"b.example", "s2", AUTH_FAIL, false, ""},
};

static struct row
full_row(void)
{
	struct row row = plain_row();

	row.index = 7;
	row.path = "a path";
	row.signatures = signatures;
	row.nsignatures = 2;
	row.dkim = AUTH_PASS;
	row.nwhat_ifs = 1;
	row.what_ifs[0] = (struct row_outcome){AUTH_FAIL, DISP_REJECT};
	row.nadvice = 1;
	row.advice[0] = (struct row_advice){"id", "a sentence", "n: v"};
	row.receiver = "\xc3\xa9";
	return row;
}

Test(row, what_was_packed_comes_back)
{
	const struct row before = full_row();
	size_t n;
	void *block = row_pack(&before, &n);
	struct row *row;

	cr_assert_not_null(block);
	row = row_unpack(block, n);
	cr_assert_not_null(row);
	cr_expect_eq(row->index, 7u);
	cr_expect_str_eq(row->path, "a path");
	cr_expect_eq(row->nsignatures, 2u);
	cr_expect_str_eq(row->signatures[1].d, "b.example");
	cr_expect_str_eq(row->signatures[0].s, "s1");
	cr_expect(row->signatures[0].aligned && !row->signatures[1].aligned);
	cr_expect_eq(row->signatures[1].code, AUTH_FAIL);
	cr_expect_eq(row->what_ifs[0].disposition, DISP_REJECT);
	cr_expect_str_eq(row->advice[0].text, "a sentence");
	cr_expect_str_eq(row->advice[0].record, "n: v");
	cr_expect_str_eq(row->receiver, "\xc3\xa9");
	cr_expect_str_eq(row->message_id, "", "NULL is an empty text");
	free(row);
}

Test(row, a_copy_owns_its_texts)
{
	const struct row before = full_row();
	struct row *copy = row_copy(&before);

	cr_assert_not_null(copy);
	cr_expect_neq(copy->signatures, before.signatures);
	cr_expect_neq(copy->path, before.path);
	cr_expect_str_eq(copy->signatures[1].s, "s2");
	cr_expect_str_eq(copy->advice[0].id, "id");
	free(copy);
}

/* One octet or word of a block is changed. */
#define AT(member) offsetof(struct row, member), sizeof(((struct row *)0)->member)
#define SIGNATURE(member)                                                                          \
	sizeof(struct row) + offsetof(struct row_signature, member),                               \
		sizeof(((struct row_signature *)0)->member)

static const struct forgery {
	const char *name;
	size_t at, n;
	uint64_t value;
} forgeries[] = {
	{"a flag", AT(failed), 2},
	{"a flag of an array", offsetof(struct row, differs) + 1, 1, 255},
	{"a result", AT(spf), 8},
	{"a result that is negative", AT(dmarc), UINT32_MAX},
	{"a disposition", AT(disposition), DISP_TEMPFAIL + 1},
	{"a what-if", offsetof(struct row, what_ifs[0].disposition), 4, 99},
	{"the other RFC", offsetof(struct row, other.dmarc), 4, 99},
	{"a class", AT(sender.class), SENDER_CLASSES},
	{"evidence", AT(sender.by), SENDER_EVIDENCES},
	{"too many signatures", AT(nsignatures), ROW_SIGNATURES + 1},
	{"more signatures than octets", AT(nsignatures), ROW_SIGNATURES},
	{"very many signatures", AT(nsignatures), UINT64_MAX / 8},
	{"signatures elsewhere", AT(signatures), 8},
	{"signatures without alignment", AT(signatures), sizeof(struct row) + 1},
	{"too many what-ifs", AT(nwhat_ifs), WHAT_IF_MAX + 1},
	{"too much advice", AT(nadvice), ROW_ADVICE + 1},
	{"advice that is not there", AT(nadvice), 2},
	{"a text in front", AT(path), UINT64_MAX},
	{"a text behind", AT(path), 1 << 20},
	{"a text in the row", AT(reason), 8},
	{"NULL", AT(reason), 0},
	{"a signature's text", SIGNATURE(d), 1 << 20},
	{"a signature's result", SIGNATURE(code), 8},
	{"a signature's flag", SIGNATURE(aligned), 2},
};

Test(row, forgeries)
{
	for (size_t i = 0; i < sizeof forgeries / sizeof forgeries[0]; i++) {
		const struct row before = full_row();
		size_t n;
		char *block = row_pack(&before, &n);

		cr_assert_not_null(block);
		memcpy(block + forgeries[i].at, &forgeries[i].value, forgeries[i].n);
		cr_expect_null(row_unpack(block, n), "%s", forgeries[i].name);
		free(block);
	}
}

/*
 * Texts are written to terminals and pages unchanged, so a row with control characters is rejected.
 */
Test(row, texts_that_act)
{
	static const char *const texts[] = {
		"\x1b[31m", "a\nb", "a\tb", "\x7f", "\xe2\x80\xae", "\xc2\x9b", "\xff"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct row before = full_row();
		size_t n;
		void *block;

		before.reason = texts[i];
		block = row_pack(&before, &n);
		cr_assert_not_null(block);
		cr_expect_null(row_unpack(block, n), "%zu", i);
		free(block);
	}
}

/* A truncated block is rejected; nothing beyond its end is read (AddressSanitizer). */
Test(row, cut)
{
	const struct row before = full_row();
	size_t n;
	void *block = row_pack(&before, &n);

	cr_assert_not_null(block);
	for (size_t cut = 0; cut < n; cut++) {
		char *part = malloc(cut + 1);
		void *exact = realloc(part, cut > 0 ? cut : 1);

		cr_assert_not_null(exact);
		memcpy(exact, block, cut);
		cr_expect_null(row_unpack(exact, cut), "%zu", cut);
		free(exact);
	}
	free(block);
}

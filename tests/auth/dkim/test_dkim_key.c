#include <criterion/criterion.h>

#include "auth/dkim/dkim.h"
#include "mime/buf.h"

#include "tests/support/arena_suite.h"

ARENA_SUITE(dkim_key);

enum { NO_SHA256 = 1, NOT_EMAIL = 2, TESTING = 4, STRICT = 8, REVOKED = 16 };

static const struct row {
	const char *name, *record;
	enum dkim_reason defect;
	int k; /* DKIM_KEY_RSA... */
	int bools;
} rows[] = {
	{"all tags", "v=DKIM1; h=sha1:sha256; k=rsa; n=for=20us; p=AAAA; s=email; t=y:s",
		DKIM_R_NONE, DKIM_KEY_RSA, TESTING | STRICT},
	{"only p=", "p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, 0},
	{"folds and blanks", " v = DKIM1 ;\t k = rsa ; p = AA\r\n AA ;", DKIM_R_NONE, DKIM_KEY_RSA,
		0},
	{"v= later than first", "k=rsa; v=DKIM1; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, 0},
	{"another v= later than first", "p=AAAA; v=DKIM2", DKIM_R_KEY_VERSION, DKIM_KEY_RSA, 0},
	{"v= twice", "v=DKIM1; p=AAAA; v=DKIM1", DKIM_R_KEY_SYNTAX, DKIM_KEY_RSA, 0},
	{"line ends between tags", "v=DKIM1;\nk=rsa\r\n;\rp=AAAA\n", DKIM_R_NONE, DKIM_KEY_RSA, 0},
	{"line ends inside p=", "v=DKIM1; p=AA\r\nA\nA\r", DKIM_R_NONE, DKIM_KEY_RSA, 0},
	{"a line end instead of a semicolon", "v=DKIM1\nk=rsa; p=AAAA", DKIM_R_KEY_VERSION,
		DKIM_KEY_RSA, 0},
	{"a line end inside a word", "v=DKIM1; k=r\nsa; p=AAAA", DKIM_R_NONE, DKIM_KEY_OTHER, 0},
	{"a line end inside a name", "v=DKIM1; k\nx=rsa; p=AAAA", DKIM_R_KEY_SYNTAX, DKIM_KEY_RSA,
		0},
	{"p= of line ends is revoked", "v=DKIM1; p=\r\n", DKIM_R_NONE, DKIM_KEY_RSA, REVOKED},
	{"odd tag names", "v=DKIM1; x-note=1; 2=2; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, 0},
	{"a tag name that begins with an underscore", "v=DKIM1; _=1; p=AAAA", DKIM_R_KEY_SYNTAX,
		DKIM_KEY_RSA, 0},
	{"a note in Latin-1", "v=DKIM1; n=cl\xe9; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, 0},
	{"8-bit in a tag that counts", "v=DKIM1; s=\xe9; p=AAAA", DKIM_R_KEY_SYNTAX, DKIM_KEY_RSA,
		NOT_EMAIL},
	{"quotes around it", "\"v=DKIM1; p=AAAA\"", DKIM_R_KEY_SYNTAX, DKIM_KEY_RSA, -1},
	{"v=DKIM2", "v=DKIM2; p=AAAA", DKIM_R_KEY_VERSION, DKIM_KEY_RSA, 0},
	{"v=dkim1: its case counts", "v=dkim1; p=AAAA", DKIM_R_KEY_VERSION, DKIM_KEY_RSA, 0},
	{"v= with a blank inside", "v=DKIM 1; p=AAAA", DKIM_R_KEY_VERSION, DKIM_KEY_RSA, 0},
	{"v=DKIM1 with a backslash", "v=DKIM1\\; k=rsa\\; p=AAAA", DKIM_R_KEY_VERSION, -1, 0},
	{"v= empty", "v=; p=AAAA", DKIM_R_KEY_VERSION, DKIM_KEY_RSA, 0},
	{"an SPF record", "v=spf1 -all", DKIM_R_KEY_VERSION, DKIM_KEY_RSA, 0},
	{"a DMARC record", "v=DMARC1; p=reject", DKIM_R_KEY_VERSION, DKIM_KEY_RSA, -1},
	{"the empty text", "", DKIM_R_KEY_NO_P, DKIM_KEY_RSA, 0},
	{"text without tags", "google-site-verification", DKIM_R_KEY_SYNTAX, DKIM_KEY_RSA, 0},
	{"no p=", "v=DKIM1; k=rsa", DKIM_R_KEY_NO_P, DKIM_KEY_RSA, 0},
	{"P= is not p=", "v=DKIM1; P=AAAA", DKIM_R_KEY_NO_P, DKIM_KEY_RSA, 0},
	{"revoked", "v=DKIM1; p=", DKIM_R_NONE, DKIM_KEY_RSA, REVOKED},
	{"revoked, p= of blanks", "v=DKIM1; p= ;", DKIM_R_NONE, DKIM_KEY_RSA, REVOKED},
	{"p= is no base64", "v=DKIM1; p=A*AA", DKIM_R_KEY_P, DKIM_KEY_RSA, 0},
	{"p= without padding", "v=DKIM1; p=AAA", DKIM_R_NONE, DKIM_KEY_RSA, 0},
	{"p= of no length", "v=DKIM1; p=AAAAA", DKIM_R_KEY_P, DKIM_KEY_RSA, 0},
	{"a tag twice", "v=DKIM1; p=AAAA; p=BBBB", DKIM_R_KEY_SYNTAX, DKIM_KEY_RSA, 0},
	{"an element without =", "v=DKIM1; rsa; p=AAAA", DKIM_R_KEY_SYNTAX, DKIM_KEY_RSA, 0},
	{"unknown tags are ignored", "v=DKIM1; g=joe; x=1; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, 0},
	{"k=ed25519", "v=DKIM1; k=ed25519; p=AAAA", DKIM_R_NONE, DKIM_KEY_ED25519, 0},
	{"k=RSA", "v=DKIM1; k=RSA; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, 0},
	{"k=dsa", "v=DKIM1; k=dsa; p=AAAA", DKIM_R_NONE, DKIM_KEY_OTHER, 0},
	{"k= empty", "v=DKIM1; k=; p=AAAA", DKIM_R_NONE, DKIM_KEY_OTHER, 0},
	{"h=sha256", "h=sha256; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, 0},
	{"h=sha1 : SHA256", "h=sha1 : SHA256; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, 0},
	{"h=sha1", "h=sha1; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, NO_SHA256},
	{"h= empty", "h=; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, NO_SHA256},
	{"h=sha2567", "h=sha2567:sha25; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, NO_SHA256},
	{"s=*", "s=*; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, 0},
	{"s=tlsrpt:email", "s=tlsrpt:email; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, 0},
	{"s=tlsrpt", "s=tlsrpt; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, NOT_EMAIL},
	{"s= empty", "s=; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, NOT_EMAIL},
	{"t=y", "t=y; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, TESTING},
	{"t=s", "t=s; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, STRICT},
	{"t= with an unknown flag", "t=z:s:yy; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, STRICT},
	{"t= empty", "t=; p=AAAA", DKIM_R_NONE, DKIM_KEY_RSA, 0},
};

Test(dkim_key, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct dkim_key key;

		dkim_key_parse(slice_str(row->record), &arena, &key);
		cr_expect_eq(key.defect.id, row->defect, "%s: defect %u", row->name, key.defect.id);
		if (row->k >= 0)
			cr_expect_eq((int)key.k, row->k, "%s: k", row->name);
		if (row->bools < 0)
			continue;
		cr_expect_eq(key.no_sha256, (row->bools & NO_SHA256) != 0, "%s: h", row->name);
		cr_expect_eq(key.not_email, (row->bools & NOT_EMAIL) != 0, "%s: s", row->name);
		cr_expect_eq(key.testing, (row->bools & TESTING) != 0, "%s: t=y", row->name);
		cr_expect_eq(key.strict_i, (row->bools & STRICT) != 0, "%s: t=s", row->name);
		cr_expect_eq(key.revoked, (row->bools & REVOKED) != 0, "%s: p", row->name);
	}
}

Test(dkim_key, p_is_decoded)
{
	struct dkim_key key;

	dkim_key_parse(SLICE("v=DKIM1; p=AA EC\tAw=="), &arena, &key);
	cr_expect(slice_eq(key.p, slice_make("\0\1\2\3", 4)));
}

Test(dkim_key, too_many_tags)
{
	struct dkim_key key;
	struct buf buf;

	buf_init(&buf, &arena, 1 << 16);
	for (int i = 0; i < 200; i++)
		buf_addf(&buf, "x%d=; ", i);
	dkim_key_parse(buf_slice(&buf), &arena, &key);
	cr_expect_eq(key.defect.id, DKIM_R_KEY_SYNTAX);
}

/* Ignored departures, each with its octet and position. */
Test(dkim_key, notes)
{
	/* a SEQUENCE of three octets, and what follows it: 30 03 02 01 03 | 00 00 */
	static const struct {
		const char *record;
		enum dkim_note id; /* 0: none */
		const char *from_there;
		size_t p; /* octets of the key */
	} table[] = {
		{"v=DKIM1; p=MAMCAQM=", 0, "", 5},
		{"v=DKIM1; p=MAMC\r\n AQM=", 0, "", 5},
		{"v=DKIM1; p=MAMC\r\nAQM=\n", DKIM_NOTE_KEY_LINE_END, "\r\nAQM=\n", 5},
		{"v=DKIM1;\n\tp=MAMCAQM=\n", DKIM_NOTE_KEY_LINE_END, "\n", 5},
		{"k=rsa; v=DKIM1; p=MAMCAQM=", DKIM_NOTE_KEY_V_LATER, "v=DKIM1; p=MAMCAQM=", 5},
		{"v=DKIM1; x-y=; p=MAMCAQM=", DKIM_NOTE_KEY_TAG_NAME, "-y=; p=MAMCAQM=", 5},
		{"v=DKIM1; n=\xe9; p=MAMCAQM=", DKIM_NOTE_KEY_8BIT, "\xe9; p=MAMCAQM=", 5},
		{"v=DKIM1; p=MAMC AQMAAA==", DKIM_NOTE_KEY_TAIL, "MAAA==", 5},
		/* no SEQUENCE, or an incomplete one: crypto decides */
		{"v=DKIM1; p=MQMCAQMAAA==", 0, "", 7},
		{"v=DKIM1; p=MAkCAQMAAA==", 0, "", 7},
		{"v=DKIM1; p=MIACAQMAAA==", 0, "", 7},
		{"v=DKIM1; p=MA==", 0, "", 1},
		{"v=DKIM1; k=ed25519; p=MAMCAQMAAA==", 0, "", 7},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct slice record = slice_str(table[i].record);
		const struct note *note;
		struct dkim_key key;

		dkim_key_parse(record, &arena, &key);
		note = key.notes.first;
		cr_expect_eq(key.defect.id, DKIM_R_NONE, "%s", table[i].record);
		cr_expect_eq(key.p.n, table[i].p, "%s: %zu", table[i].record, key.p.n);
		if (table[i].id == 0) {
			cr_expect_null(note, "%s", table[i].record);
			continue;
		}
		cr_assert_not_null(note, "%s", table[i].record);
		cr_expect_null(note->next, "%s", table[i].record);
		cr_expect_eq(note->reason.id, table[i].id, "%s", table[i].record);
		cr_expect(slice_eq(slice_from(record, note->reason.at - 1),
				  slice_str(table[i].from_there)),
			"%s: %zu", table[i].record, note->reason.at);
		cr_expect_eq(note->reason.octet, (unsigned char)table[i].from_there[0], "%s",
			table[i].record);
	}
}

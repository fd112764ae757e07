#include <criterion/criterion.h>
#include <stdint.h>

#include "auth/dkim/dkim.h"
#include "mime/buf.h"

#include "tests/support/arena_suite.h"

ARENA_SUITE(dkim_sig);

#define BH "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define ALL(extra) "v=1; a=rsa-sha256; d=example.com; s=sel; h=from; b=AAAA; " BH "; " extra

static struct field field;

/* Parses a DKIM-Signature field with that value, which has no line end. */
static struct dkim_sig
parse(const char *value)
{
	struct buf buf;
	struct slice rest;
	struct dkim_sig sig;

	buf_init(&buf, &arena, 1 << 20);
	buf_adds(&buf, "DKIM-Signature:");
	buf_adds(&buf, value);
	buf_adds(&buf, "\r\n");
	rest = buf_slice(&buf);
	cr_assert(fields_next(&rest, 65536, &field));
	dkim_parse(&field, &arena, &sig);
	return sig;
}

static bool
is(struct slice slice, const char *text)
{
	return slice_eq(slice, slice_str(text));
}

Test(dkim_sig, all_tags)
{
	struct dkim_sig sig = parse(
		" v=1; a=rsa-sha256; c=relaxed/simple;\r\n d=Mail.Example.COM; s=Sel.2;\r\n"
		" i=Joe=20S.=40home@a.mail.example.com; q=x/y : dns/txt; l=012;\r\n"
		" t=1700000000; x=1700000001; z=From:x@y|To:=20z;\r\n h=From : "
		"To:\r\n\tSubject:x-y;"
		"\r\n bh=47DEQpj8HBSa+/TImW+5J\r\n CeuQeRkm5NMpJWZG3hSuFU=; r=y; foo_1=a=b;\r\n"
		" b=AAEC\r\n Aw==;");

	cr_expect_null(reason_text(&sig.defect), "%s", reason_text(&sig.defect));
	cr_expect_eq(sig.field, &field);
	cr_expect(is(sig.d, "mail.example.com"));
	cr_expect(is(sig.d_text, "Mail.Example.COM"));
	cr_expect(is(sig.s, "sel.2"));
	cr_expect(is(sig.s_text, "Sel.2"));
	cr_expect(is(sig.i, "Joe S.@home@a.mail.example.com"));
	cr_expect(is(sig.i_domain, "a.mail.example.com"));
	cr_expect(is(sig.a_text, "rsa-sha256"));
	cr_expect_eq(sig.a, DKIM_RSA_SHA256);
	cr_expect_eq(sig.header_canon, DKIM_RELAXED);
	cr_expect_eq(sig.body_canon, DKIM_SIMPLE);
	cr_expect(slice_eq(sig.b, slice_make("\0\1\2\3", 4)));
	cr_expect(is(sig.b_text, "AAECAw=="));
	cr_expect_eq(sig.bh.n, 32);
	cr_assert_eq(sig.nh, 4);
	cr_expect(is(sig.h[0], "From"));
	cr_expect(is(sig.h[1], "To"));
	cr_expect(is(sig.h[2], "Subject"));
	cr_expect(is(sig.h[3], "x-y"));
	cr_expect(sig.has_l);
	cr_expect_eq(sig.l, 12);
	cr_expect(sig.has_t);
	cr_expect_eq(sig.t, 1700000000);
	cr_expect(sig.has_x);
	cr_expect_eq(sig.x, 1700000001);
}

Test(dkim_sig, defaults)
{
	struct dkim_sig sig = parse(ALL(""));

	cr_expect_null(reason_text(&sig.defect));
	cr_expect(is(sig.i, "@example.com"));
	cr_expect(is(sig.i_domain, "example.com"));
	cr_expect_eq(sig.header_canon, DKIM_SIMPLE);
	cr_expect_eq(sig.body_canon, DKIM_SIMPLE);
	cr_expect(!sig.has_l && !sig.has_t && !sig.has_x);
}

static const struct row {
	const char *name;
	const char *value;
	enum dkim_reason reason;
	enum auth_code code;
} rows[] = {
	{"order of the tags is free", " b=AAAA; " BH "; h=from; s=s; d=a.b; a=rsa-sha256; v=1",
		DKIM_R_NONE, AUTH_NONE},
	/* v= (RFC 6376 3.5) */
	{"v= missing", "a=rsa-sha256; d=a.b; s=s; h=from; b=AAAA; " BH, DKIM_R_MISSING,
		AUTH_PERMERROR},
	{"v=2", "v=2; a=rsa-sha256; d=a.b; s=s; h=from; b=AAAA; " BH, DKIM_R_VERSION,
		AUTH_PERMERROR},
	{"v=0.5", "v=0.5; a=rsa-sha256; d=a.b; s=s; h=from; b=AAAA; " BH, DKIM_R_VERSION,
		AUTH_PERMERROR},
	{"v=01: no arithmetic", "v=01; a=rsa-sha256; d=a.b; s=s; h=from; b=AAAA; " BH,
		DKIM_R_VERSION, AUTH_PERMERROR},
	{"v= empty", "v=; a=rsa-sha256; d=a.b; s=s; h=from; b=AAAA; " BH, DKIM_R_VERSION,
		AUTH_PERMERROR},
	/* required tags (RFC 6376 6.1.1) */
	{"a= missing", "v=1; d=a.b; s=s; h=from; b=AAAA; " BH, DKIM_R_MISSING, AUTH_PERMERROR},
	{"b= missing", "v=1; a=rsa-sha256; d=a.b; s=s; h=from; " BH, DKIM_R_MISSING,
		AUTH_PERMERROR},
	{"bh= missing", "v=1; a=rsa-sha256; d=a.b; s=s; h=from; b=AAAA", DKIM_R_MISSING,
		AUTH_PERMERROR},
	{"d= missing", "v=1; a=rsa-sha256; s=s; h=from; b=AAAA; " BH, DKIM_R_MISSING,
		AUTH_PERMERROR},
	{"s= missing", "v=1; a=rsa-sha256; d=a.b; h=from; b=AAAA; " BH, DKIM_R_MISSING,
		AUTH_PERMERROR},
	{"h= missing", "v=1; a=rsa-sha256; d=a.b; s=s; b=AAAA; " BH, DKIM_R_MISSING,
		AUTH_PERMERROR},
	{"nothing at all", "", DKIM_R_MISSING, AUTH_PERMERROR},
	{"tag names have a case", "V=1; a=rsa-sha256; d=a.b; s=s; h=from; b=AAAA; " BH,
		DKIM_R_MISSING, AUTH_PERMERROR},
	/* the tag list (RFC 6376 3.2) */
	{"a tag twice", ALL("d=example.com"), DKIM_R_TAG_TWICE, AUTH_PERMERROR},
	{"an unknown tag twice", ALL("foo=1; foo=1"), DKIM_R_TAG_TWICE, AUTH_PERMERROR},
	{"unknown tags are ignored", ALL("foo=1; bar=; b2=x"), DKIM_R_NONE, AUTH_NONE},
	{"no equals sign", ALL("foo"), DKIM_R_TAGS, AUTH_PERMERROR},
	{"an empty element", ALL("; foo=1"), DKIM_R_TAGS, AUTH_PERMERROR},
	{"a bad tag name", ALL("f.oo=1"), DKIM_R_TAGS, AUTH_PERMERROR},
	{"a tag name that begins with a digit", ALL("1foo=1"), DKIM_R_NONE, AUTH_NONE},
	{"a tag name with a hyphen", ALL("x-foo=1"), DKIM_R_NONE, AUTH_NONE},
	{"a tag name that begins with a hyphen", ALL("-foo=1"), DKIM_R_TAGS, AUTH_PERMERROR},
	{"a tag name that begins with an underscore", ALL("_=1"), DKIM_R_TAGS, AUTH_PERMERROR},
	{"an odd tag twice", ALL("x-foo=1; x-foo=1"), DKIM_R_TAG_TWICE, AUTH_PERMERROR},
	{"8-bit in an unknown tag", ALL("n=caf\xe9"), DKIM_R_NONE, AUTH_NONE},
	{"8-bit in a known tag", ALL("z=caf\xe9"), DKIM_R_TAGS, AUTH_PERMERROR},
	{"a control in a value", ALL("foo=\x01"), DKIM_R_TAGS, AUTH_PERMERROR},
	/* a= */
	{"ed25519", "v=1; a=ed25519-sha256; d=a.b; s=s; h=from; b=AAAA; " BH, DKIM_R_NONE,
		AUTH_NONE},
	{"rsa-sha1", "v=1; a=rsa-sha1; d=a.b; s=s; h=from; b=AAAA; " BH, DKIM_R_SHA1, AUTH_POLICY},
	{"rsa-sha1 with a hash of SHA-1",
		"v=1; a=rsa-sha1; d=a.b; s=s; h=from; b=AAAA; bh=2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
		DKIM_R_SHA1, AUTH_POLICY},
	{"rsa-md5", "v=1; a=rsa-md5; d=a.b; s=s; h=from; b=AAAA; " BH, DKIM_R_ALGORITHM,
		AUTH_NEUTRAL},
	{"rsa-sha512", "v=1; a=rsa-sha512; d=a.b; s=s; h=from; b=AAAA; " BH, DKIM_R_ALGORITHM,
		AUTH_NEUTRAL},
	{"the start of a known one", "v=1; a=rsa-sha2; d=a.b; s=s; h=from; b=AAAA; " BH,
		DKIM_R_ALGORITHM, AUTH_NEUTRAL},
	{"more than a known one", "v=1; a=rsa-sha256x; d=a.b; s=s; h=from; b=AAAA; " BH,
		DKIM_R_ALGORITHM, AUTH_NEUTRAL},
	{"ed25519-sha1", "v=1; a=ed25519-sha1; d=a.b; s=s; h=from; b=AAAA; " BH, DKIM_R_ALGORITHM,
		AUTH_NEUTRAL},
	{"a= empty", "v=1; a=; d=a.b; s=s; h=from; b=AAAA; " BH, DKIM_R_ALGORITHM, AUTH_NEUTRAL},
	{"rsa-sha1 and a syntax error", "v=1; a=rsa-sha1; d=a.b; s=s; b=AAAA; " BH, DKIM_R_MISSING,
		AUTH_PERMERROR},
	/* b=, bh= */
	{"b= empty", "v=1; a=rsa-sha256; d=a.b; s=s; h=from; b=; " BH, DKIM_R_B, AUTH_PERMERROR},
	{"VT in b= is no white space (RFC 6376 2.8)",
		"v=1; a=rsa-sha256; d=a.b; s=s; h=from; b=AA\x0b"
		"AA; " BH,
		DKIM_R_TAGS, AUTH_PERMERROR},
	{"b= is no base64", "v=1; a=rsa-sha256; d=a.b; s=s; h=from; b=A*AA; " BH, DKIM_R_B,
		AUTH_PERMERROR},
	{"b= without padding", "v=1; a=rsa-sha256; d=a.b; s=s; h=from; b=AAA; " BH, DKIM_R_NONE,
		AUTH_NONE},
	{"b= of no length", "v=1; a=rsa-sha256; d=a.b; s=s; h=from; b=AAAAA; " BH, DKIM_R_B,
		AUTH_PERMERROR},
	{"bh= is no base64", "v=1; a=rsa-sha256; d=a.b; s=s; h=from; b=AAAA; bh=_", DKIM_R_BH,
		AUTH_PERMERROR},
	{"bh= of SHA-1",
		"v=1; a=rsa-sha256; d=a.b; s=s; h=from; b=AAAA; "
		"bh=2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
		DKIM_R_BH, AUTH_PERMERROR},
	{"bh= empty", "v=1; a=rsa-sha256; d=a.b; s=s; h=from; b=AAAA; bh=", DKIM_R_BH,
		AUTH_PERMERROR},
	/* c= */
	{"c=simple", ALL("c=simple"), DKIM_R_NONE, AUTH_NONE},
	{"c=simple/relaxed", ALL("c=simple/relaxed"), DKIM_R_NONE, AUTH_NONE},
	{"c= in another case", ALL("c=Relaxed/Relaxed"), DKIM_R_NONE, AUTH_NONE},
	{"c=future", ALL("c=future"), DKIM_R_C, AUTH_NEUTRAL},
	{"c=relaxed/future", ALL("c=relaxed/future"), DKIM_R_C, AUTH_NEUTRAL},
	{"c=relaxed/", ALL("c=relaxed/"), DKIM_R_C, AUTH_NEUTRAL},
	{"c=/relaxed", ALL("c=/relaxed"), DKIM_R_C, AUTH_NEUTRAL},
	{"c= with spaces around the slash", ALL("c=relaxed / relaxed"), DKIM_R_C, AUTH_NEUTRAL},
	{"c= with three parts", ALL("c=relaxed/relaxed/simple"), DKIM_R_C, AUTH_NEUTRAL},
	{"c= empty", ALL("c="), DKIM_R_C, AUTH_NEUTRAL},
	/* h= */
	{"h= without From", "v=1; a=rsa-sha256; d=a.b; s=s; h=to:subject; b=AAAA; " BH, DKIM_R_FROM,
		AUTH_PERMERROR},
	{"h= with what looks like From",
		"v=1; a=rsa-sha256; d=a.b; s=s; h=xfrom:fromx; b=AAAA; " BH, DKIM_R_FROM,
		AUTH_PERMERROR},
	{"h=FROM", "v=1; a=rsa-sha256; d=a.b; s=s; h=FROM; b=AAAA; " BH, DKIM_R_NONE, AUTH_NONE},
	{"h= empty", "v=1; a=rsa-sha256; d=a.b; s=s; h=; b=AAAA; " BH, DKIM_R_H, AUTH_PERMERROR},
	{"empty names in h=", "v=1; a=rsa-sha256; d=a.b; s=s; h=:from::to:; b=AAAA; " BH,
		DKIM_R_NONE, AUTH_NONE},
	{"only empty names in h=", "v=1; a=rsa-sha256; d=a.b; s=s; h=: :; b=AAAA; " BH, DKIM_R_H,
		AUTH_PERMERROR},
	{"empty names in h= and no From", "v=1; a=rsa-sha256; d=a.b; s=s; h=to::; b=AAAA; " BH,
		DKIM_R_FROM, AUTH_PERMERROR},
	{"a blank inside a name of h=", "v=1; a=rsa-sha256; d=a.b; s=s; h=from:x y; b=AAAA; " BH,
		DKIM_R_H, AUTH_PERMERROR},
	{"a name that does not exist", "v=1; a=rsa-sha256; d=a.b; s=s; h=from:nope; b=AAAA; " BH,
		DKIM_R_NONE, AUTH_NONE},
	/* d=, s= */
	{"d= empty", "v=1; a=rsa-sha256; d=; s=s; h=from; b=AAAA; " BH, DKIM_R_D, AUTH_PERMERROR},
	{"d= with a parenthesis", "v=1; a=rsa-sha256; d=a.b(.c.d; s=s; h=from; b=AAAA; " BH,
		DKIM_R_D, AUTH_PERMERROR},
	{"d= with a blank", "v=1; a=rsa-sha256; d=a .b; s=s; h=from; b=AAAA; " BH, DKIM_R_D,
		AUTH_PERMERROR},
	{"d= with a dot at the end", "v=1; a=rsa-sha256; d=a.b.; s=s; h=from; b=AAAA; " BH,
		DKIM_R_D, AUTH_PERMERROR},
	{"d= with an empty label", "v=1; a=rsa-sha256; d=a..b; s=s; h=from; b=AAAA; " BH, DKIM_R_D,
		AUTH_PERMERROR},
	{"d= with a slash", "v=1; a=rsa-sha256; d=a/x.b; s=s; h=from; b=AAAA; " BH, DKIM_R_D,
		AUTH_PERMERROR},
	{"d= is an address", "v=1; a=rsa-sha256; d=u@a.b; s=s; h=from; b=AAAA; " BH, DKIM_R_D,
		AUTH_PERMERROR},
	{"s= is all digits", "v=1; a=rsa-sha256; d=a.b; s=20230601; h=from; b=AAAA; " BH,
		DKIM_R_NONE, AUTH_NONE},
	{"s= with dots and underscores", "v=1; a=rsa-sha256; d=a.b; s=a_b.c; h=from; b=AAAA; " BH,
		DKIM_R_NONE, AUTH_NONE},
	{"s= empty", "v=1; a=rsa-sha256; d=a.b; s=; h=from; b=AAAA; " BH, DKIM_R_S, AUTH_PERMERROR},
	{"s= with a dot at the end", "v=1; a=rsa-sha256; d=a.b; s=s.; h=from; b=AAAA; " BH,
		DKIM_R_S, AUTH_PERMERROR},
	{"s= with a quote", "v=1; a=rsa-sha256; d=a.b; s=\"; h=from; b=AAAA; " BH, DKIM_R_S,
		AUTH_PERMERROR},
	/* i= */
	{"i= is d=", ALL("i=@example.com"), DKIM_R_NONE, AUTH_NONE},
	{"i= below d=", ALL("i=a@x.y.Example.com"), DKIM_R_NONE, AUTH_NONE},
	{"i= above d=", ALL("i=@com"), DKIM_R_I_OUTSIDE, AUTH_PERMERROR},
	{"i= ends like d=", ALL("i=@badexample.com"), DKIM_R_I_OUTSIDE, AUTH_PERMERROR},
	{"i= begins like d=", ALL("i=@example.com.evil"), DKIM_R_I_OUTSIDE, AUTH_PERMERROR},
	{"i= without @", ALL("i=example.com"), DKIM_R_I, AUTH_PERMERROR},
	{"i= empty", ALL("i="), DKIM_R_I, AUTH_PERMERROR},
	{"i= without a domain", ALL("i=a@"), DKIM_R_I, AUTH_PERMERROR},
	{"i= with half an octet", ALL("i==4@example.com"), DKIM_R_NONE, AUTH_NONE},
	{"i= with no octet", ALL("i=a=@example.com"), DKIM_R_NONE, AUTH_NONE},
	{"i= with a bare = in the local part", ALL("i=bob=gmail.com@b.example.com"), DKIM_R_NONE,
		AUTH_NONE},
	{"i= with a bare = and another domain", ALL("i=bob=gmail.com@example.org"),
		DKIM_R_I_OUTSIDE, AUTH_PERMERROR},
	{"i= with a bare = hides another domain", ALL("i=bob=gmail@example.com=40evil"), DKIM_R_I,
		AUTH_PERMERROR},
	{"i= with a bare = and only an encoded @", ALL("i=bob=gmail=40example.com"), DKIM_R_I,
		AUTH_PERMERROR},
	{"i= with a bare = and two @", ALL("i=bob=gmail@evil.example@example.com"), DKIM_R_NONE,
		AUTH_NONE},
	{"i= with a bare = and no domain", ALL("i=bob=gmail@"), DKIM_R_I, AUTH_PERMERROR},
	{"i= ends in =", ALL("i=@example.com="), DKIM_R_I, AUTH_PERMERROR},
	{"i= with the @ encoded", ALL("i=a=40example.com"), DKIM_R_NONE, AUTH_NONE},
	{"i= with two @: the last counts", ALL("i=bob@evil.example@example.com"), DKIM_R_NONE,
		AUTH_NONE},
	{"i= with two @ and another domain", ALL("i=bob@example.com@evil.example"),
		DKIM_R_I_OUTSIDE, AUTH_PERMERROR},
	{"i= hides another domain", ALL("i=a@example.com=40evil"), DKIM_R_I_OUTSIDE,
		AUTH_PERMERROR},
	{"i= with a folded local-part", ALL("i=a\r\n b@example.com"), DKIM_R_NONE, AUTH_NONE},
	/* l=, t=, x= */
	{"l=0", ALL("l=0"), DKIM_R_NONE, AUTH_NONE},
	{"l= empty", ALL("l="), DKIM_R_L, AUTH_PERMERROR},
	{"l=-1", ALL("l=-1"), DKIM_R_L, AUTH_PERMERROR},
	{"l=+1", ALL("l=+1"), DKIM_R_L, AUTH_PERMERROR},
	{"l=0x10", ALL("l=0x10"), DKIM_R_L, AUTH_PERMERROR},
	{"l=1 2", ALL("l=1 2"), DKIM_R_L, AUTH_PERMERROR},
	{"t= is no number", ALL("t=now"), DKIM_R_T, AUTH_PERMERROR},
	{"x= is no number", ALL("x=1.5"), DKIM_R_X, AUTH_PERMERROR},
	{"x= after t=", ALL("t=1; x=2"), DKIM_R_NONE, AUTH_NONE},
	{"x= is t=", ALL("t=2; x=2"), DKIM_R_X_BEFORE_T, AUTH_PERMERROR},
	{"x= before t=", ALL("t=2; x=1"), DKIM_R_X_BEFORE_T, AUTH_PERMERROR},
	/* q= */
	{"q=dns/txt", ALL("q=dns/txt"), DKIM_R_NONE, AUTH_NONE},
	{"q=DNS/TXT", ALL("q=DNS/TXT"), DKIM_R_NONE, AUTH_NONE},
	{"q= with an unknown one first", ALL("q=https : dns/txt"), DKIM_R_NONE, AUTH_NONE},
	{"q=https", ALL("q=https"), DKIM_R_Q, AUTH_NEUTRAL},
	{"q=dns", ALL("q=dns"), DKIM_R_Q, AUTH_NEUTRAL},
	{"q= empty", ALL("q="), DKIM_R_Q, AUTH_NEUTRAL},
};

Test(dkim_sig, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct dkim_sig sig = parse(row->value);

		cr_expect_eq(sig.defect.id, row->reason, "%s: %s", row->name,
			sig.defect.id == DKIM_R_NONE ? "no defect" : reason_text(&sig.defect));
		if (sig.defect.id != DKIM_R_NONE)
			cr_expect_eq(sig.defect_as, row->code, "%s: code", row->name);
	}
}

/* Ignored departures, each with its octet and position, and the resulting value. */
Test(dkim_sig, notes)
{
	static const struct {
		const char *value;
		enum dkim_note id; /* 0: none */
		char octet;
		const char *from_there; /* the field from that octet on */
		const char *i;
		size_t nh;
	} table[] = {
		{ALL(""), 0, 0, "", "@example.com", 1},
		{ALL("x-y=1; 2=2"), DKIM_NOTE_TAG_NAME, '-', "-y=1; 2=2", "@example.com", 1},
		{ALL("n=\xe9\xff"), DKIM_NOTE_TAG_8BIT, '\xe9', "\xe9\xff", "@example.com", 1},
		{ALL("i=a=3db=gm@a.example.com"), DKIM_NOTE_I_LOCAL, '=', "=gm@a.example.com",
			"@a.example.com", 1},
		{ALL("i=a=ab.com@example.com"), 0, 0, "", "a\xab.com@example.com", 1},
		{"v=1; a=rsa-sha256; d=a.b; s=s; b=AAAA; " BH "; h=:to: :from:", DKIM_NOTE_H_EMPTY,
			':', ":to: :from:", "@a.b", 2},
		{"v=1; a=rsa-sha256; d=a.b; s=s; b=AAAA; " BH "; h=to:from: ;", DKIM_NOTE_H_EMPTY,
			':', ": ;", "@a.b", 2},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct dkim_sig sig = parse(table[i].value);
		const struct note *note = sig.notes.first;

		cr_expect_eq(sig.defect.id, DKIM_R_NONE, "%s", table[i].value);
		cr_expect(is(sig.i, table[i].i), "%s: %.*s", table[i].value, (int)sig.i.n, sig.i.p);
		cr_expect_eq(sig.nh, table[i].nh, "%s", table[i].value);
		if (table[i].id == 0) {
			cr_expect_null(note, "%s", table[i].value);
			continue;
		}
		cr_assert_not_null(note, "%s", table[i].value);
		cr_expect_null(note->next, "%s", table[i].value);
		cr_expect_eq(note->reason.id, table[i].id, "%s", table[i].value);
		cr_expect(note->reason.has_octet);
		cr_expect_eq((char)note->reason.octet, table[i].octet, "%s", table[i].value);
		cr_expect(is(slice_from(note->whole, note->reason.at - 1), table[i].from_there),
			"%s: %zu", table[i].value, note->reason.at);
	}
}

/*
 * RFC 8617 4.1.2, 4.1.3: a message signature is read leniently as a signature is, a seal strictly
 * by the grammar.
 */
Test(dkim_sig, forms)
{
	struct dkim_sig sig;

	(void)parse(ALL("x-y=1; n=\xe9"));
	dkim_parse_as(DKIM_FORM_ARC_MESSAGE, &field, &arena, &sig);
	cr_expect_eq(sig.defect.id, DKIM_R_NONE);
	cr_expect_eq(sig.notes.first->reason.id, DKIM_NOTE_TAG_NAME);
	cr_expect_eq(sig.notes.last->reason.id, DKIM_NOTE_TAG_8BIT);
	dkim_parse_as(DKIM_FORM_ARC_SEAL, &field, &arena, &sig);
	cr_expect_eq(sig.defect.id, DKIM_R_TAGS);
	cr_expect_null(sig.notes.first);
}

/* The name of the key record may have 253 octets, but not 254 (RFC 1035 2.3.4). */
Test(dkim_sig, key_name_length)
{
	for (size_t n = 1; n <= 60; n++) {
		struct slice d, name;
		struct buf buf;

		buf_init(&buf, &arena, 1000);
		for (int i = 0; i < 3; i++)
			buf_addf(&buf, "%060d.", i);
		buf_addf(&buf, "%0*d.example", (int)n, 0);
		d = buf_slice(&buf);
		cr_expect_eq(dkim_key_name(SLICE("sel"), d, &arena, &name), 3 + 12 + d.n <= 253,
			"d= of %zu octets", d.n);
		buf_init(&buf, &arena, 2000);
		buf_addf(&buf, "v=1; a=rsa-sha256; d=%.*s; s=sel; h=from; b=AAAA; " BH, (int)d.n,
			d.p);
		cr_expect_eq(parse(arena_cstr(&arena, buf_slice(&buf))).defect.id == DKIM_R_NONE,
			3 + 12 + d.n <= 253, "d= of %zu octets", d.n);
	}
}

/* RFC 8616 5: U-labels in d=, s= and i= are queried and reported as A-labels */
Test(dkim_sig, u_labels)
{
	struct dkim_sig sig = parse("v=1; a=rsa-sha256; d=B\xc3\xbc"
				    "cher.example; "
				    "s=gr\xc3\xbc\xc3\x9f"
				    "e; i=\xc3\xa4@x.b\xc3\xbc"
				    "cher.example; "
				    "h=from; b=AAAA; " BH);
	struct slice name;

	cr_expect_null(reason_text(&sig.defect), "%s", reason_text(&sig.defect));
	cr_expect(is(sig.d, "xn--bcher-kva.example"));
	cr_expect(is(sig.s, "xn--gre-6ka8l"), "%.*s", (int)sig.s.n, sig.s.p);
	cr_expect(is(sig.i, "\xc3\xa4@x.xn--bcher-kva.example"));
	cr_expect(is(sig.i_domain, "x.xn--bcher-kva.example"));
	cr_assert(dkim_key_name(sig.s, sig.d, &arena, &name));
	cr_expect(is(name, "xn--gre-6ka8l._domainkey.xn--bcher-kva.example"));

	sig = parse("v=1; a=rsa-sha256; d=xn--bcher-kva.example; s=s; "
		    "i=@b\xc3\xbc"
		    "cher.example; h=from; b=AAAA; " BH);
	cr_expect_null(reason_text(&sig.defect), "one in A-labels, one in U-labels: %s",
		reason_text(&sig.defect));
	sig = parse("v=1; a=rsa-sha256; d=b\xc3.example; s=s; h=from; b=AAAA; " BH);
	cr_expect_not_null(reason_text(&sig.defect), "broken UTF-8");
}

Test(dkim_sig, numbers)
{
	static const struct {
		const char *name, *tags;
		int64_t t;
		uint64_t l;
	} numbers[] = {
		{"zero", "t=0; l=0", 0, 0},
		{"leading zeros", "t=00000000000007; l=007", INT64_MAX, 7},
		{"twelve digits", "t=999999999999; l=1", 999999999999, 1},
		{"thirteen digits are without end", "t=1000000000000; l=1", INT64_MAX, 1},
		{"2^63", "t=9223372036854775808; l=9223372036854775808", INT64_MAX,
			UINT64_C(1) << 63},
		{"2^64 - 1", "t=18446744073709551615; l=18446744073709551615", INT64_MAX,
			UINT64_MAX},
		{"2^64", "t=18446744073709551616; l=18446744073709551616", INT64_MAX, UINT64_MAX},
		{"76 digits",
			"t=1; l=9999999999999999999999999999999999999999999999999999999999999"
			"999999999999999",
			1, UINT64_MAX},
	};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct buf buf;
		struct dkim_sig sig;

		buf_init(&buf, &arena, 1000);
		buf_addf(&buf, ALL("%s"), numbers[i].tags);
		sig = parse(arena_cstr(&arena, buf_slice(&buf)));
		cr_expect_null(reason_text(&sig.defect), "%s: %s", numbers[i].name,
			reason_text(&sig.defect));
		cr_expect_eq(sig.t, numbers[i].t, "%s", numbers[i].name);
		cr_expect_eq(sig.l, numbers[i].l, "%s", numbers[i].name);
	}
	cr_expect_eq(parse(ALL("t=1; l=99999999999999999999999999999999999999999999999999999999999"
			       "999999999999999999"))
			     .defect.id,
		DKIM_R_L, "77 digits");
}

/* The readable tags of a malformed signature are reported. */
Test(dkim_sig, malformed_ones_are_read)
{
	struct dkim_sig sig = parse("a=rsa-sha1; d=Example.com; s=sel; b=AA AA; foo");

	cr_expect_not_null(reason_text(&sig.defect));
	cr_expect(is(sig.d, "example.com"));
	cr_expect(is(sig.s, "sel"));
	cr_expect(is(sig.i, "@example.com"));
	cr_expect(is(sig.a_text, "rsa-sha1"));
	cr_expect(is(sig.b_text, "AAAA"));
	sig = parse("v=1; a=\"x\" y; d=a(b; s=; i=@x; b=***; h=; bh=");
	cr_expect_eq(sig.d.n + sig.s.n + sig.i.n + sig.a_text.n + sig.b_text.n + sig.b.n, 0);
	sig = parse("v=1; d=example.com; i=@other.example");
	cr_expect_eq(sig.i.n, 0, "no identity of another domain is told");
}

Test(dkim_sig, limits)
{
	struct dkim_sig sig;
	struct buf buf;

	buf_init(&buf, &arena, 1 << 20);
	buf_adds(&buf, ALL(""));
	for (int i = 0; i < 100; i++)
		buf_addf(&buf, "x%d=; ", i);
	sig = parse(arena_cstr(&arena, buf_slice(&buf)));
	cr_expect_eq(sig.defect.id, DKIM_R_MANY_TAGS);
	cr_expect_eq(sig.defect_as, AUTH_POLICY);

	buf_init(&buf, &arena, 1 << 20);
	buf_adds(&buf, ALL("z="));
	for (int i = 0; i < 70000; i++)
		buf_addc(&buf, 'x');
	sig = parse(arena_cstr(&arena, buf_slice(&buf)));
	cr_expect_eq(sig.defect.id, DKIM_R_FIELD_SIZE);
	cr_expect_eq(sig.defect_as, AUTH_POLICY);
	cr_expect_eq(sig.d.n, 0, "it is not read at all");
}

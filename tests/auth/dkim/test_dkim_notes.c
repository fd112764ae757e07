/*
 * test_dkim_notes.c: departures that are ignored in signed messages, and attempts to exploit them
 */
#include <criterion/criterion.h>

#include "mime/buf.h"
#include "tests/support/dkim_rig.h"
#include "tests/support/dkim_signer.h"

TestSuite(dkim_notes, .init = dkim_rig_open, .fini = dkim_rig_close);

#define TAGS(extra)                                                                                \
	"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel; "                             \
	"h=from:to:subject:mime-version; bh=@bh; b=@b; " extra
#define HEADER                                                                                     \
	"From: joe@example.com\r\nTo: a@example.net\r\nSubject: a test\r\nMIME-Version: 1.0\r\n"
#define BODY "Hi.\r\n"
#define MESSAGE HEADER "\r\n" BODY
#define KEY "v=DKIM1; p=@spki:rsa-a"

/*
 * A row with its members by name; a macro, because clang-format cannot align rows of different
 * lengths.
 */
#define ROW(...)                                                                                   \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

static const struct row {
	const char *name;
	const char *tags;      /* NULL: TAGS("") */
	const char *message;   /* NULL: MESSAGE */
	const char *from, *to; /* the change after signing; NULL: none */
	const char *record;    /* NULL: KEY */
	const char *want;      /* NULL: pass */
	const char *notes;     /* the codes of ignored departures */
	const char *identity;  /* header.i; NULL: @example.com */
} rows[] = {
	ROW(.name = "nothing", .notes = ""),
	/* the key record */
	ROW(.name = "line ends in the key", .record = "v=DKIM1;\nk=rsa;\r\np=\n@spki:rsa-a\r\n",
		.notes = "dkim_note_key_line_end"),
	ROW(.name = "attack: a second key behind a line end",
		.record = "v=DKIM1; p=@spki:rsa-b\nv=DKIM1; p=@spki:rsa-a",
		.want = "permerror the key record is malformed", .notes = "dkim_note_key_line_end"),
	ROW(.name = "attack: a key that is revoked above a line end",
		.record = "v=DKIM1; p=;\np=@spki:rsa-a",
		.want = "permerror the key record is malformed", .notes = "dkim_note_key_line_end"),
	ROW(.name = "v= last", .record = "p=@spki:rsa-a; v=DKIM1",
		.notes = "dkim_note_key_v_later"),
	ROW(.name = "attack: another v= last", .record = "p=@spki:rsa-a; v=DMARC1",
		.want = "permerror v= of the key record is not DKIM1", .notes = ""),
	ROW(.name = "odd names in the key", .record = "v=DKIM1; x-note=1; p=@spki:rsa-a",
		.notes = "dkim_note_key_tag_name"),
	ROW(.name = "attack: an odd name that looks like p=",
		.record = "v=DKIM1; p-=@spki:rsa-a; p=@spki:rsa-b",
		.want = "fail the signature did not verify", .notes = "dkim_note_key_tag_name"),
	ROW(.name = "a note in Latin-1", .record = "v=DKIM1; n=cl\xe9; p=@spki:rsa-a",
		.notes = "dkim_note_key_8bit"),
	ROW(.name = "attack: 8-bit in what the key is for",
		.record = "v=DKIM1; s=\xe9:*; p=@spki:rsa-a",
		.want = "permerror the key record is malformed", .notes = ""),
	ROW(.name = "octets behind the key", .record = "v=DKIM1; p=@spki:rsa-aAAAA",
		.notes = "dkim_note_key_tail"),
	ROW(.name = "octets behind the short form",
		.record = "v=DKIM1; p=@pkcs1:rsa-aAAA=", .notes = "dkim_note_key_tail"),
	ROW(.name = "attack: a second key behind the key",
		.record = "v=DKIM1; p=@spki:rsa-b@spki:rsa-a",
		.want = "fail the signature did not verify", .notes = "dkim_note_key_tail"),
	/* the signature */
	ROW(.name = "a bare = in i=", .tags = TAGS("i=bob=gmail.com@a.example.com;"),
		.notes = "dkim_note_i_local_part", .identity = "@a.example.com"),
	ROW(.name = "attack: a bare = in i= and a domain of another",
		.tags = TAGS("i=bob=gm@example.com@victim.example;"),
		.want = "permerror i= is not within d=", .notes = "dkim_note_i_local_part",
		.identity = ""),
	ROW(.name = "attack: a bare = in i= under t=s", .tags = TAGS("i=bob=gm@a.example.com;"),
		.record = "v=DKIM1; t=s; p=@spki:rsa-a",
		.want = "permerror the key does not allow i= below d=",
		.notes = "dkim_note_i_local_part", .identity = "@a.example.com"),
	ROW(.name = "odd names in the signature", .tags = TAGS("x-y=1;"),
		.notes = "dkim_note_tag_name"),
	ROW(.name = "attack: an odd name that looks like d=", .tags = TAGS("d-=victim.example;"),
		.notes = "dkim_note_tag_name"),
	ROW(.name = "attack: an odd name put in after signing", .from = " b=", .to = " b-x=1; b=",
		.want = "fail the signature did not verify", .notes = "dkim_note_tag_name"),
	ROW(.name = "8-bit in an unknown tag", .tags = TAGS("note=caf\xe9;"),
		.notes = "dkim_note_tag_8bit"),
	ROW(.name = "attack: 8-bit in d=",
		.tags = "v=1; a=rsa-sha256; d=ex\xe9mple.com; s=sel; h=from; bh=@bh; b=@b",
		.want = "permerror the tag list is malformed", .notes = "", .identity = ""),
	ROW(.name = "empty names in h=",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=:from::to:; bh=@bh; b=@b",
		.notes = "dkim_note_h_empty_name"),
	ROW(.name = "attack: empty names in h= and From not signed",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=to::; bh=@bh; b=@b",
		.want = "permerror From is not signed", .notes = "dkim_note_h_empty_name"),
	ROW(.name = "attack: a field without a name is not what an empty name names",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=from:; bh=@bh; b=@b",
		.from = "", .to = ": Subject\r\n", .notes = "dkim_note_h_empty_name"),
	ROW(.name = "t= within the drift", .tags = TAGS("t=1700000300;"), .notes = ""),
	ROW(.name = "t= ahead", .tags = TAGS("t=1700003600;"), .notes = "dkim_note_t_ahead"),
	ROW(.name = "attack: t= far ahead", .tags = TAGS("t=1700003601;"),
		.want = "policy the signature is dated in the future", .notes = ""),
	/* the body */
	ROW(.name = "l= of the whole body", .tags = TAGS("l=5;"),
		.notes = "dkim_note_l_whole_body"),
	ROW(.name = "l= of an empty body", .tags = TAGS("l=0;"), .message = HEADER "\r\n",
		.notes = "dkim_note_l_whole_body"),
	ROW(.name = "attack: l= and text put at the end", .tags = TAGS("l=5;"), .from = "Hi.\r\n",
		.to = "Hi.\r\nBuy!\r\n", .want = "policy l= leaves the end of the body unsigned",
		.notes = ""),
	ROW(.name = "attack: l=0 and a body put there", .tags = TAGS("l=0;"),
		.message = HEADER "\r\n", .from = "1.0\r\n\r\n", .to = "1.0\r\n\r\nBuy!\r\n",
		.want = "policy l= leaves the end of the body unsigned", .notes = ""),
	/* doubled fields */
	ROW(.name = "MIME-Version twice", .message = "MIME-Version: 1.0 (x)\r\n" MESSAGE,
		.notes = "dkim_note_mime_version"),
	ROW(.name = "attack: another field above it", .from = "",
		.to = "MIME-Version: 2.0\r\nSubject: buy\r\n",
		.want = "policy duplicate of a signed single-instance field",
		.notes = "dkim_note_mime_version"),
	ROW(.name = "the same Subject twice", .from = "", .to = "Subject: a test\r\n",
		.notes = "dkim_note_equal_fields"),
	ROW(.name = "the same Subject twice, one folded", .from = "",
		.to = "subject: a\r\n test\r\n", .notes = "dkim_note_equal_fields"),
	ROW(.name = "the same Subject and To twice", .from = "",
		.to = "Subject: a\n test\r\nTo: a@example.net\r\n",
		.notes = "dkim_note_equal_fields dkim_note_equal_fields"),
	ROW(.name = "attack: another Subject", .from = "", .to = "Subject: a Test\r\n",
		.want = "policy duplicate of a signed single-instance field", .notes = ""),
	ROW(.name = "attack: a Subject that is the same in relaxed form only", .from = "",
		.to = "Subject: a  test\r\n",
		.want = "policy duplicate of a signed single-instance field", .notes = ""),
	ROW(.name = "attack: a Subject that goes on", .from = "",
		.to = "Subject: a test\r\n \r\n more\r\n",
		.want = "policy duplicate of a signed single-instance field", .notes = ""),
	ROW(.name = "attack: a Subject that is cut", .from = "", .to = "Subject: a\r\n",
		.want = "policy duplicate of a signed single-instance field", .notes = ""),
	ROW(.name = "attack: two of three the same", .from = "",
		.to = "Subject: a test\r\nSubject: buy\r\n",
		.want = "policy duplicate of a signed single-instance field", .notes = ""),
	ROW(.name = "attack: the same From twice", .from = "", .to = "From: joe@example.com\r\n",
		.want = "policy duplicate of a signed single-instance field", .notes = ""),
};

static void
add_codes(struct buf *buf, const struct notes *notes)
{
	for (const struct note *n = notes->first; n != NULL; n = n->next) {
		buf_addf(buf, "%s%s", buf->n > 0 ? " " : "", reason_code(&n->reason));
		cr_expect(n->reason.has_octet && n->reason.at >= 1 && n->reason.at <= n->whole.n,
			"%s", reason_code(&n->reason));
		cr_expect_eq((unsigned char)n->whole.p[n->reason.at - 1], n->reason.octet);
	}
}

Test(dkim_notes, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		const char *record = row->record ? row->record : KEY, *codes;
		struct slice raw = signer_sign("rsa-a", row->tags ? row->tags : TAGS(""),
			slice_str(row->message ? row->message : MESSAGE), &rig.arena);
		const struct dkim_sig_result *got;
		struct buf buf;

		if (row->from != NULL)
			raw = signer_replace(raw, row->from, row->to, &rig.arena);
		dkim_rig_zone(signer_record("sel._domainkey.example.com", record, &rig.arena));
		got = &dkim_rig_check(raw, NULL)->sigs[0];
		cr_expect_str_eq(dkim_rig_text(), row->want ? row->want : "pass", "%s: %s",
			row->name, dkim_rig_text());
		buf_init(&buf, &rig.arena, 1000);
		add_codes(&buf, &got->sig.notes);
		add_codes(&buf, &got->key_notes);
		codes = arena_cstr(&rig.arena, buf_slice(&buf));
		cr_expect_str_eq(codes, row->notes, "%s: %s", row->name, codes);
		cr_expect(slice_eq(got->sig.i,
				  slice_str(row->identity ? row->identity : "@example.com")),
			"%s: %.*s", row->name, (int)got->sig.i.n, got->sig.i.p);
	}
}

/* `verified` says that hash and signature are valid, whatever our policy decided. */
Test(dkim_notes, verified)
{
	static const struct {
		const char *name, *tags, *from, *to;
		bool verified;
	} table[] = {
		{"pass", TAGS(""), "", "", true},
		{"expired", TAGS("x=1;"), "", "", true},
		{"in the future", TAGS("t=1800000000;"), "", "", true},
		{"part of the body", TAGS("l=1;"), "", "", true},
		{"a doubled field", TAGS(""), "", "Subject: x\r\n", true},
		{"changed", TAGS(""), "Hi.", "Ho.", false},
		{"expired, changed", TAGS("x=1;"), "Hi.", "Ho.", false},
		{"larger l=", TAGS("l=9;"), "", "", false},
		{"malformed", TAGS("_=1;"), "", "", false},
	};

	dkim_rig_zone(signer_record("sel._domainkey.example.com", KEY, &rig.arena));
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct slice raw =
			signer_sign("rsa-a", table[i].tags, slice_str(MESSAGE), &rig.arena);

		raw = signer_replace(raw, table[i].from, table[i].to, &rig.arena);
		cr_expect_eq(dkim_rig_check(raw, NULL)->sigs[0].verified, table[i].verified, "%s",
			table[i].name);
	}
}

#include <criterion/criterion.h>

#include "mime/buf.h"
#include "tests/support/dkim_rig.h"
#include "tests/support/dkim_signer.h"

TestSuite(dkim_check, .init = dkim_rig_open, .fini = dkim_rig_close);

#define TAGS(extra)                                                                                \
	"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel; h=from:to:subject:date; "     \
	"bh=@bh; b=@b; " extra
#define HEADER                                                                                     \
	"From: Joe <joe@example.com>\r\nTo: a@example.net,\r\n\tb@example.net\r\n"                 \
	"Subject:  a  test \r\nDate: Thu, 1 Jan 1970 00:00:00 +0000\r\n"
#define BODY "Hi.\r\n\r\n  We lost the game.  Are you\thungry yet?\r\n\r\nJoe.\r\n\r\n\r\n"
#define MESSAGE HEADER "\r\n" BODY
#define CODES(canon)                                                                               \
	"v=1; a=rsa-sha256; c=" canon "; d=example.com; s=sel; h=from:to:subject:date; bh=@bh; "   \
	"b=@b"

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
	const char *tags;         /* NULL: TAGS("") */
	const char *from, *to;    /* the change after signing; NULL: none */
	const char *want;         /* dkim_rig_text */
	const char *message;      /* NULL: MESSAGE */
	const char *key, *record; /* NULL: rsa-a and its usual record */
} rows[] = {
	ROW(.name = "rsa-sha256", .want = "pass"),
	ROW(.name = "ed25519-sha256",
		.tags = "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com; s=sel; h=from; "
			"bh=@bh; b=@b",
		.key = "ed-a", .record = "v=DKIM1; k=ed25519; p=@raw:ed-a", .want = "pass"),
	ROW(.name = "a field twice in h= that stands once",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=from:from:nope:to:to; bh=@bh; "
			"b=@b",
		.want = "pass"),
	ROW(.name = "b= first and folded",
		.tags = "b=\r\n\t @b \r\n ; v=1; a=rsa-sha256; d=example.com; s=sel; h=from; "
			"bh=@bh",
		.want = "pass"),
	ROW(.name = "b= refolded on the way, simple", .tags = CODES("simple/simple"),
		.from = " b=", .to = " b=\r\n\t \r\n ", .want = "pass"),
	ROW(.name = "blanks before b=, simple", .tags = CODES("simple/simple"),
		.from = " b=", .to = "  b=", .want = "fail the signature did not verify"),
	ROW(.name = "a semicolon put at the end",
		.tags = "v=1; a=rsa-sha256; c=relaxed; d=example.com; s=sel; "
			"h=from; bh=@bh; b=@b ;",
		.want = "pass"),
	/* changes that canonicalization allows, and others (RFC 6376 3.4) */
	ROW(.name = "simple/simple", .tags = CODES("simple/simple"), .want = "pass"),
	ROW(.name = "simple/relaxed", .tags = CODES("simple/relaxed"), .want = "pass"),
	ROW(.name = "relaxed/simple", .tags = CODES("relaxed/simple"), .want = "pass"),
	ROW(.name = "c=relaxed is relaxed/simple", .tags = CODES("relaxed"), .want = "pass"),
	ROW(.name = "c=relaxed: a blank in the body", .tags = CODES("relaxed"), .from = "Hi.",
		.to = "Hi. ", .want = "fail the body hash did not verify"),
	ROW(.name = "no c= is simple/simple",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=from; bh=@bh; b=@b",
		.want = "pass"),
	ROW(.name = "relaxed: blanks in the body", .from = "the game.  Are",
		.to = "the \t game. Are", .want = "pass"),
	ROW(.name = "relaxed: a blank where none was", .from = "the game", .to = "theg ame",
		.want = "fail the body hash did not verify"),
	ROW(.name = "simple: blanks in the body", .tags = CODES("simple/simple"),
		.from = "game.  Are", .to = "game. Are",
		.want = "fail the body hash did not verify"),
	ROW(.name = "empty lines added at the end", .tags = CODES("simple/simple"),
		.from = "Joe.\r\n", .to = "Joe.\r\n\r\n", .want = "pass"),
	ROW(.name = "relaxed: a field refolded", .from = "Subject:  a  test ",
		.to = "SUBJECT : a\r\n\ttest", .want = "pass"),
	ROW(.name = "simple: a field refolded", .tags = CODES("simple/simple"),
		.from = "Subject:  a  test ", .to = "Subject:  a\r\n test ",
		.want = "fail the signature did not verify"),
	ROW(.name = "simple: the case of a name", .tags = CODES("simple/simple"),
		.from = "Subject:", .to = "subject:", .want = "fail the signature did not verify"),
	ROW(.name = "the value of a field", .from = "joe@", .to = "jim@",
		.want = "fail the signature did not verify"),
	ROW(.name = "the body", .from = "Hi", .to = "Ho",
		.want = "fail the body hash did not verify"),
	ROW(.name = "body and header", .from = "test \r\n", .to = "text\r\n",
		.message = HEADER "\r\ntest", .want = "fail the signature did not verify"),
	ROW(.name = "an unsigned field put on top", .from = "", .to = "Received: x\r\n",
		.want = "pass"),
	ROW(.name = "a signed field taken away",
		.from = "To: a@example.net,\r\n\tb@example.net\r\n", .to = "",
		.want = "fail the signature did not verify"),
	ROW(.name = "a field added that h= names once more than it stood",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=from:from; bh=@bh; b=@b",
		.from = "", .to = "From: evil@example.org\r\n",
		.want = "fail the signature did not verify"),
	ROW(.name = "a field added that h= names and that was absent",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=from:cc; bh=@bh; b=@b",
		.from = "", .to = "Cc: evil@example.org\r\n",
		.want = "fail the signature did not verify"),
	ROW(.name = "octets put before the signature", .from = " b=", .to = " b=AAAA",
		.want = "fail the signature did not verify"),
	ROW(.name = "a bad character in the signature", .from = " b=", .to = " b=*",
		.want = "permerror b= is not base64"),
	ROW(.name = "another tag of the signature", .from = "h=from:to:subject:date",
		.to = "h=from:to:subject", .want = "fail the signature did not verify"),
	ROW(.name = "a fold put into bh=", .from = "bh=", .to = "bh=\r\n ",
		.want = "fail the signature did not verify"),
	/* message forms */
	ROW(.name = "no body", .message = HEADER "\r\n", .want = "pass"),
	ROW(.name = "no body, simple", .message = HEADER "\r\n", .tags = CODES("simple/simple"),
		.want = "pass"),
	ROW(.name = "no empty line either", .message = HEADER, .tags = CODES("simple/simple"),
		.want = "pass"),
	ROW(.name = "no last line end", .message = HEADER "\r\nHi", .want = "pass"),
	ROW(.name = "no last line end, then one", .message = HEADER "\r\nHi", .from = "\r\nHi",
		.to = "\r\nHi\r\n", .want = "pass"),
	ROW(.name = "LF lines",
		.message = "From: joe@example.com\nSubject: x\n y\n\nHi  \n\nJoe\n\n",
		.want = "pass"),
	ROW(.name = "LF lines, simple",
		.message = "From: joe@example.com\nSubject: x\n y\n\nHi  \n\nJoe\n\n",
		.tags = CODES("simple/simple"), .want = "pass"),
	ROW(.name = "a bare CR in the body", .message = HEADER "\r\na\rb \r \r\n\r",
		.want = "pass"),
	ROW(.name = "NUL and 8-bit", .message = HEADER "\r\n\xff\xfe x\r\n", .want = "pass"),
	ROW(.name = "two of a field that may stand often",
		.message = "Received: a\r\nReceived: b\r\nFrom: joe@example.com\r\n\r\nHi\r\n",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=received:from; bh=@bh; b=@b",
		.want = "pass"),
	ROW(.name = "h= is bottom-up",
		.message = "Received: a\r\nReceived: b\r\nFrom: joe@example.com\r\n\r\nHi\r\n",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=received:from; bh=@bh; b=@b",
		.from = "Received: b", .to = "Received: c",
		.want = "fail the signature did not verify"),
	ROW(.name = "h= is bottom-up: the one above is free",
		.message = "Received: a\r\nReceived: b\r\nFrom: joe@example.com\r\n\r\nHi\r\n",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=received:from; bh=@bh; b=@b",
		.from = "Received: a", .to = "Received: c", .want = "pass"),
	ROW(.name = "h= names its own field",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; "
			"h=from:dkim-signature; bh=@bh; b=@b",
		.want = "pass"),
	ROW(.name = "h= names a From that is not there", .message = "Subject: x\r\n\r\nHi\r\n",
		.want = "pass"),
	/* single-instance fields (RFC 6376 8.15, RFC 5322 3.6) */
	ROW(.name = "a second From above", .from = "", .to = "From: evil@example.org\r\n",
		.want = "policy duplicate of a signed single-instance field"),
	ROW(.name = "a second Subject above", .from = "", .to = "SUBJECT : buy\r\n",
		.want = "policy duplicate of a signed single-instance field"),
	ROW(.name = "a second From below",
		.from = "Subject:", .to = "From: evil@example.org\r\nSubject:",
		.want = "fail the signature did not verify"),
	ROW(.name = "a second Subject that h= does not name at all",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=from; bh=@bh; b=@b", .from = "",
		.to = "Subject: buy\r\n", .want = "pass"),
	ROW(.name = "two Subjects, both signed", .message = "Subject: a\r\n" HEADER "\r\nHi\r\n",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=from:subject:subject; bh=@bh; "
			"b=@b",
		.want = "pass"),
	ROW(.name = "two Subjects, signed three times",
		.message = "Subject: a\r\n" HEADER "\r\nHi\r\n",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=from:subject:subject:subject; "
			"bh=@bh; b=@b",
		.want = "pass"),
	ROW(.name = "a second Content-Type",
		.message = "From: joe@example.com\r\nContent-Type: text/plain\r\n\r\nHi\r\n",
		.tags = "v=1; a=rsa-sha256; d=example.com; s=sel; h=from:content-type; bh=@bh; "
			"b=@b",
		.from = "", .to = "Content-Type: text/html\r\n",
		.want = "policy duplicate of a signed single-instance field"),
	/* l= (RFC 6376 3.4.5, 8.2) */
	ROW(.name = "l= of the whole body", .tags = TAGS("l=52"),
		.want = "policy l= leaves the end of the "
			"body unsigned"),
	ROW(.name = "l=0", .tags = TAGS("l=0"),
		.want = "policy l= leaves the end of the body unsigned"),
	ROW(.name = "l= and text put at the end", .tags = TAGS("l=52"), .from = "Joe.\r\n",
		.to = "Joe.\r\nBuy!\r\n", .want = "policy l= leaves the end of the body unsigned"),
	ROW(.name = "l= and a changed start", .tags = TAGS("l=52"), .from = "Hi", .to = "Ho",
		.want = "fail the body hash did not verify"),
	ROW(.name = "l= larger than the body", .tags = TAGS("l=1000"),
		.want = "permerror the body is shorter than l="),
	ROW(.name = "l= and a second Subject", .tags = TAGS("l=52"), .from = "",
		.to = "Subject: buy\r\n",
		.want = "policy duplicate of a signed single-instance field"),
	/* time; now is 1700000000, drift 300 */
	ROW(.name = "not expired", .tags = TAGS("x=1700000001"), .want = "pass"),
	ROW(.name = "expired within the drift", .tags = TAGS("x=1699999700"), .want = "pass"),
	ROW(.name = "expired", .tags = TAGS("x=1699999699"),
		.want = "policy the signature has expired"),
	ROW(.name = "expired and changed", .tags = TAGS("x=1699999699"), .from = "Hi", .to = "Ho",
		.want = "fail the body hash did not verify"),
	ROW(.name = "never expires", .tags = TAGS("x=99999999999999999999"), .want = "pass"),
	ROW(.name = "made in the future within the drift", .tags = TAGS("t=1700000300"),
		.want = "pass"),
	ROW(.name = "made in the next hour", .tags = TAGS("t=1700003600"), .want = "pass"),
	ROW(.name = "made in the future and changed", .tags = TAGS("t=1700003601"), .from = "Hi",
		.to = "Ho", .want = "fail the body hash did not verify"),
	ROW(.name = "made in the future", .tags = TAGS("t=1700003601"),
		.want = "policy the signature is dated in the future"),
	ROW(.name = "made in the far future", .tags = TAGS("t=9999999999999"),
		.want = "policy the signature is dated in the future"),
	ROW(.name = "long ago", .tags = TAGS("t=0"), .want = "pass"),
	/* defects are reported without a query */
	ROW(.name = "unknown algorithm",
		.tags = "v=1; a=rsa-sha512; d=example.com; s=sel; h=from; bh=@bh; "
			"b=@b",
		.want = "neutral a= is not a known algorithm"),
	ROW(.name = "rsa-sha1",
		.tags = "v=1; a=rsa-sha1; d=example.com; s=sel; h=from; bh=@bh; b=@b",
		.want = "policy algorithm rsa-sha1 is not accepted"),
	ROW(.name = "no tags", .tags = "", .want = "permerror a required tag is missing"),
	ROW(.name = "no signature",
		.from = "DKIM-Signature:", .to = "X-DKIM-Signature:", .want = "none"),
	ROW(.name = "an old DomainKey-Signature",
		.from = "DKIM-Signature:", .to = "DomainKey-Signature:", .want = "none"),
	ROW(.name = "DKIM-Signature with a blank before the colon",
		.from = "DKIM-Signature:", .to = "dkim-signature :", .want = "pass"),
};

Test(dkim_check, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		const char *record = row->record ? row->record : "v=DKIM1; p=@spki:rsa-a";
		struct slice raw =
			signer_sign(row->key ? row->key : "rsa-a", row->tags ? row->tags : TAGS(""),
				slice_str(row->message ? row->message : MESSAGE), &rig.arena);

		if (row->from != NULL)
			raw = signer_replace(raw, row->from, row->to, &rig.arena);
		dkim_rig_zone(signer_record("sel._domainkey.example.com", record, &rig.arena));
		(void)dkim_rig_check(raw, NULL);
		cr_expect_str_eq(dkim_rig_text(), row->want, "%s: %s", row->name, dkim_rig_text());
	}
}

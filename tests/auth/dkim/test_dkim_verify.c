#include <criterion/criterion.h>
#include <stdio.h>

#include "mime/buf.h"
#include "tests/support/dkim_rig.h"
#include "tests/support/dkim_signer.h"

TestSuite(dkim_verify, .init = dkim_rig_open, .fini = dkim_rig_close);

#define RSA(extra)                                                                                 \
	"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel; h=from; bh=@bh; b=@b; " extra
#define ED25519                                                                                    \
	"v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com; s=sel; h=from; bh=@bh; b=@b"
#define MESSAGE "From: joe@example.com\r\n\r\nHi\r\n"
#define NAME "sel._domainkey.example.com"

/* A row with its members by name; a macro, because clang-format cannot align such rows. */
#define ROW(...)                                                                                   \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

enum { MISMATCH = 1, UNSURE = 2, TESTING = 4 };

static const struct row {
	const char *name;
	const char *record[3]; /* all NULL: the records of zone */
	const char *zone;
	const char *key, *tags; /* NULL: rsa-a, RSA("") */
	bool changed;           /* the body was changed after signing */
	const char *want;
	unsigned bits;
	int bools;
} rows[] = {
	/* forms of the key (RFC 6376 3.6.1, RFC 8463 4, RFC 8017 A.1.1) */
	ROW(.name = "SubjectPublicKeyInfo", .record = {"v=DKIM1; k=rsa; p=@spki:rsa-a"},
		.want = "pass", .bits = 2048),
	ROW(.name = "RSAPublicKey", .record = {"v=DKIM1; k=rsa; p=@pkcs1:rsa-a"}, .want = "pass",
		.bits = 2048),
	ROW(.name = "without v= and k=", .record = {"p=@spki:rsa-a"}, .want = "pass", .bits = 2048),
	ROW(.name = "a CNAME before it",
		.zone = NAME ". IN CNAME k.provider.test.\n"
			     "k.provider.test. IN TXT \"v=DKIM1; p=\"\n",
		.want = "permerror the key is revoked"),
	ROW(.name = "Ed25519", .record = {"v=DKIM1; k=ed25519; p=@raw:ed-a"}, .key = "ed-a",
		.tags = ED25519, .want = "pass", .bits = 256),
	ROW(.name = "Ed25519 in a SubjectPublicKeyInfo",
		.record = {"v=DKIM1; k=ed25519; p=@spki:ed-a"}, .key = "ed-a", .tags = ED25519,
		.want = "permerror p= of the key record is malformed", .bits = 256),
	ROW(.name = "Ed25519 of 31 octets",
		.record = {"k=ed25519; p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="},
		.key = "ed-a", .tags = ED25519,
		.want = "permerror p= of the key record is malformed", .bits = 256),
	ROW(.name = "another key", .record = {"v=DKIM1; p=@spki:rsa-b"},
		.want = "fail the signature did not verify", .bits = 2048, .bools = MISMATCH),
	ROW(.name = "another Ed25519 key", .record = {"v=DKIM1; k=ed25519; p=@raw:ed-b"},
		.key = "ed-a", .tags = ED25519, .want = "fail the signature did not verify",
		.bits = 256, .bools = MISMATCH),
	ROW(.name = "a changed body", .record = {"v=DKIM1; p=@spki:rsa-a"}, .changed = true,
		.want = "fail the body hash did not verify", .bits = 2048, .bools = MISMATCH),
	ROW(.name = "p= is no key", .record = {"v=DKIM1; p=AAAA"},
		.want = "permerror p= of the key record is malformed"),
	ROW(.name = "p= is no base64", .record = {"v=DKIM1; p=!"},
		.want = "permerror p= of the key record is malformed"),
	/* sizes (RFC 8301 3.2; --rsa-min-bits, --rsa-max-bits) */
	ROW(.name = "512 bits", .record = {"v=DKIM1; p=@spki:rsa-512"}, .key = "rsa-512",
		.want = "policy the key is too small", .bits = 512),
	ROW(.name = "1023 bits", .record = {"v=DKIM1; p=@spki:rsa-1023"}, .key = "rsa-1023",
		.want = "policy the key is too small", .bits = 1023),
	ROW(.name = "1024 bits", .record = {"v=DKIM1; p=@spki:rsa-1024"}, .key = "rsa-1024",
		.want = "pass", .bits = 1024),
	ROW(.name = "4096 bits", .record = {"v=DKIM1; p=@spki:rsa-4096"}, .key = "rsa-4096",
		.want = "pass", .bits = 4096),
	ROW(.name = "8200 bits", .record = {"v=DKIM1; p=@spki:rsa-8200"}, .key = "rsa-8200",
		.want = "policy the key is too large", .bits = 8200),
	ROW(.name = "1024 bits, an exponent of 33",
		.record = {"v=DKIM1; p="
			   "MIGLAoGBAP//////////////////////////////////////////////////////"
			   "////////////////////////////////////////////////////////////////"
			   "////////////////////////////////////////////////////AgUBAAAAAQ=="},
		.want = "policy the exponent of the key is too large", .bits = 1024),
	ROW(.name = "512 bits and a changed body", .record = {"v=DKIM1; p=@spki:rsa-512"},
		.key = "rsa-512", .changed = true, .want = "policy the key is too small",
		.bits = 512),
	/* the contents of the record (RFC 6376 3.6.1) */
	ROW(.name = "revoked", .record = {"v=DKIM1; p="}, .want = "permerror the key is revoked"),
	ROW(.name = "a record of another version", .record = {"v=DKIM2; p=@spki:rsa-a"},
		.want = "permerror v= of the key record is not DKIM1"),
	ROW(.name = "a malformed record", .record = {"v=DKIM1; p=@spki:rsa-a; p=@spki:rsa-a"},
		.want = "permerror the key record is malformed"),
	ROW(.name = "no p=", .record = {"v=DKIM1; k=rsa"},
		.want = "permerror the key record has no p="),
	ROW(.name = "h=sha1", .record = {"v=DKIM1; h=sha1; p=@spki:rsa-a"},
		.want = "permerror the key is not for SHA-256"),
	ROW(.name = "h=sha1:sha256", .record = {"v=DKIM1; h=sha1:sha256; p=@spki:rsa-a"},
		.want = "pass", .bits = 2048),
	ROW(.name = "s=other", .record = {"v=DKIM1; s=other; p=@spki:rsa-a"},
		.want = "permerror the key is not for email"),
	ROW(.name = "an Ed25519 key for rsa-sha256", .record = {"v=DKIM1; k=ed25519; p=@raw:ed-a"},
		.want = "permerror the key type does not match a="),
	ROW(.name = "an RSA key for ed25519-sha256", .record = {"v=DKIM1; p=@spki:rsa-a"},
		.key = "ed-a", .tags = ED25519, .want = "permerror the key type does not match a="),
	ROW(.name = "k=other", .record = {"v=DKIM1; k=other; p=@spki:rsa-a"},
		.want = "permerror the key type does not match a="),
	ROW(.name = "t=s and i= is d=", .record = {"v=DKIM1; t=s; p=@spki:rsa-a"},
		.tags = RSA("i=joe@Example.com"), .want = "pass", .bits = 2048),
	ROW(.name = "t=s without i=", .record = {"v=DKIM1; t=s; p=@spki:rsa-a"}, .want = "pass",
		.bits = 2048),
	ROW(.name = "t=s and i= is below d=", .record = {"v=DKIM1; t=s; p=@spki:rsa-a"},
		.tags = RSA("i=joe@a.example.com"),
		.want = "permerror the key does not allow i= below d="),
	ROW(.name = "i= is below d=", .record = {"v=DKIM1; p=@spki:rsa-a"},
		.tags = RSA("i=joe@a.example.com"), .want = "pass", .bits = 2048),
	ROW(.name = "t=y and a good signature", .record = {"v=DKIM1; t=y; p=@spki:rsa-a"},
		.want = "pass", .bits = 2048, .bools = TESTING),
	ROW(.name = "t=y and a changed body", .record = {"v=DKIM1; t=y; p=@spki:rsa-a"},
		.changed = true, .want = "neutral the body hash did not verify", .bits = 2048,
		.bools = TESTING),
	ROW(.name = "t=y and a bad signature", .record = {"v=DKIM1; t=y; p=@spki:rsa-b"},
		.want = "neutral the signature did not verify", .bits = 2048, .bools = TESTING),
	ROW(.name = "t=y and a small key", .record = {"v=DKIM1; t=y; p=@spki:rsa-512"},
		.key = "rsa-512", .want = "policy the key is too small", .bits = 512,
		.bools = TESTING),
	/* the five answers (RFC 6376 6.1.2) */
	ROW(.name = "NXDOMAIN", .zone = "example.com. IN A 192.0.2.1\n",
		.want = "permerror no key record was found"),
	ROW(.name = "NODATA", .zone = NAME ". IN A 192.0.2.1\n",
		.want = "permerror no key record was found"),
	ROW(.name = "SERVFAIL", .zone = ";!SERVFAIL " NAME "\n",
		.want = "temperror the key temporarily cannot be fetched", .bools = UNSURE),
	ROW(.name = "time-out", .zone = ";!TIMEOUT " NAME " TXT\n",
		.want = "temperror the key temporarily cannot be fetched", .bools = UNSURE),
	ROW(.name = "time-out and a changed body", .zone = ";!TIMEOUT " NAME "\n", .changed = true,
		.want = "temperror the key temporarily cannot be fetched", .bools = UNSURE),
	/* several records: each is tried */
	ROW(.name = "the second fits",
		.record = {"v=DKIM1; p=@spki:rsa-b", "v=DKIM1; p=@spki:rsa-a"}, .want = "pass",
		.bits = 2048),
	ROW(.name = "the first fits",
		.record = {"v=DKIM1; p=@spki:rsa-a", "v=DKIM1; p=@spki:rsa-b"}, .want = "pass",
		.bits = 2048),
	ROW(.name = "a good one among other text",
		.record = {"v=spf1 -all", "v=DKIM1; p=@spki:rsa-a", "hello"}, .want = "pass",
		.bits = 2048),
	ROW(.name = "a revoked one beside the good one",
		.record = {"v=DKIM1; p=", "v=DKIM1; p=@spki:rsa-a"}, .want = "pass", .bits = 2048),
	ROW(.name = "a testing one beside the good one",
		.record = {"v=DKIM1; t=y; p=@spki:rsa-b", "v=DKIM1; p=@spki:rsa-a"}, .want = "pass",
		.bits = 2048),
	ROW(.name = "none fits: the most telling one is told",
		.record = {"v=DKIM1; p=", "v=DKIM1; p=@spki:rsa-b", "hello"},
		.want = "fail the signature did not verify", .bits = 2048, .bools = MISMATCH),
	ROW(.name = "none fits, the other way round",
		.record = {"hello", "v=DKIM1; p=@spki:rsa-b", "v=DKIM1; p="},
		.want = "fail the signature did not verify", .bits = 2048, .bools = MISMATCH),
	ROW(.name = "none verifies, one is testing",
		.record = {"v=DKIM1; t=y; p=@spki:rsa-b", "v=DKIM1; p=@spki:rsa-c"},
		.want = "fail the signature did not verify", .bits = 2048, .bools = MISMATCH),
	ROW(.name = "RSA and Ed25519 at one name",
		.record = {"v=DKIM1; p=@spki:rsa-a", "v=DKIM1; k=ed25519; p=@raw:ed-a"},
		.key = "ed-a", .tags = ED25519, .want = "pass", .bits = 256),
};

static const char *
zone_of(const struct row *row)
{
	struct buf zone;

	if (row->zone != NULL)
		return row->zone;
	buf_init(&zone, &rig.arena, 1 << 20);
	for (size_t i = 0; i < 3; i++)
		if (row->record[i] != NULL)
			buf_adds(&zone, signer_record(NAME, row->record[i], &rig.arena));
	return arena_cstr(&rig.arena, buf_slice(&zone));
}

Test(dkim_verify, keys)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct slice raw = signer_sign(row->key ? row->key : "rsa-a",
			row->tags ? row->tags : RSA(""), slice_str(MESSAGE), &rig.arena);
		const struct dkim_sig_result *got;

		if (row->changed)
			raw = signer_replace(raw, "\r\nHi", "\r\nHo", &rig.arena);
		dkim_rig_zone(zone_of(row));
		got = dkim_rig_check(raw, NULL)->sigs;
		cr_expect_str_eq(dkim_rig_text(), row->want, "%s: %s", row->name, dkim_rig_text());
		cr_expect_eq(got->key_bits, row->bits, "%s: %u bits", row->name, got->key_bits);
		cr_expect_eq(
			got->mismatch, (row->bools & MISMATCH) != 0, "%s: mismatch", row->name);
		cr_expect_eq(got->unsure, (row->bools & UNSURE) != 0, "%s: unsure", row->name);
		cr_expect_eq(got->key_testing, (row->bools & TESTING) != 0, "%s: t=y", row->name);
	}
}

/* At most ten records of one name are tried, of whatever kind, and the reason says so. */
Test(dkim_verify, many_records)
{
	for (size_t n = 5; n <= 7; n++) {
		struct buf zone;

		buf_init(&zone, &rig.arena, 1 << 20);
		for (size_t i = 0; i < n; i++) {
			char text[64];

			(void)snprintf(text, sizeof text, "v=DKIM1; n=%zu; p=@spki:rsa-b", i);
			buf_adds(&zone, signer_record(NAME, text, &rig.arena));
		}
		for (size_t i = 0; i < 4; i++)
			buf_addf(&zone, NAME ". 300 IN TXT \"other %zu\"\n", i);
		dkim_rig_zone(arena_cstr(&rig.arena, buf_slice(&zone)));
		(void)dkim_rig_check(
			signer_sign("rsa-a", RSA(""), slice_str(MESSAGE), &rig.arena), NULL);
		cr_expect_str_eq(dkim_rig_text(),
			n + 4 > 10 ? "policy more key records than the limit"
				   : "fail the signature did not verify",
			"%zu records: %s", n, dkim_rig_text());
	}
}

#define RFC_BODY "\r\nHi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
#define RFC_HEADER                                                                                 \
	"From: Joe SixPack <joe@football.example.com>\r\n"                                         \
	"To: Suzie Q <suzie@shopping.example.net>\r\nSubject: Is dinner ready?\r\n"                \
	"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"                                          \
	"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"

/* RFC 8463 A: an Ed25519 and an RSA signature side by side */
Test(dkim_verify, rfc8463_example)
{
	struct slice raw =
		SLICE("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
		      " d=football.example.com; i=@football.example.com;\r\n"
		      " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
		      " subject : date : message-id : from : subject : date;\r\n"
		      " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
		      " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
		      " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
		      "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
		      " d=football.example.com; i=@football.example.com;\r\n"
		      " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
		      " date : message-id : from : subject : date;\r\n"
		      " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
		      " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
		      " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
		      " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n" RFC_HEADER
				RFC_BODY);

	dkim_rig_zone(
		"brisbane._domainkey.football.example.com. IN TXT \"v=DKIM1; k=ed25519; \""
		" \"p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n"
		"test._domainkey.football.example.com. IN TXT \"v=DKIM1; k=rsa; p=MIGfMA0GCSqG\""
		" \"SIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQ\""
		" \"iY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hst\""
		" \"T5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB\"\n");
	(void)dkim_rig_check(raw, NULL);
	cr_expect_str_eq(dkim_rig_text(), "pass, pass", "%s", dkim_rig_text());
}

/* RFC 6376 A.2 with the key of its appendix C */
Test(dkim_verify, rfc6376_example)
{
	struct slice raw =
		SLICE("DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
		      "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
		      "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
		      "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
		      "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
		      "      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
		      "      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
		      "      4bmp/YzhwvcubU4=;\r\n"
		      "Received: from client1.football.example.com  [192.0.2.1]\r\n"
		      "      by submitserver.example.com with SUBMISSION;\r\n"
		      "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n" RFC_HEADER
		      "\r\nHi.\r\n\r\nWe lost the game. Are you hungry yet?\r\n\r\nJoe.\r\n");

	dkim_rig_zone(
		"brisbane._domainkey.example.com. IN TXT \"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUA\""
		" \"A4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4\""
		" \"jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitd\""
		" \"Y9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB\"\n");
	(void)dkim_rig_check(raw, NULL);
	cr_expect_str_eq(dkim_rig_text(), "pass", "%s", dkim_rig_text());
}

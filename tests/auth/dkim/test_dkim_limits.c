#include <criterion/criterion.h>
#include <time.h>

#include "mime/buf.h"
#include "tests/support/dkim_rig.h"
#include "tests/support/dkim_signer.h"

static void
set_up(void)
{
	dkim_rig_open();
	dkim_rig_zone(
		signer_record("sel._domainkey.example.com", "v=DKIM1; p=@spki:rsa-a", &rig.arena));
}

TestSuite(dkim_limits, .init = set_up, .fini = dkim_rig_close);

#define TAGS(extra)                                                                                \
	"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel; h=from:subject; bh=@bh; "     \
	"b=@b; " extra
#define MESSAGE "From: joe@example.com\r\nSubject: x\r\n\r\n0123456789\r\n"

static struct slice
signed_by(const char *tags)
{
	return signer_sign("rsa-a", tags, slice_str(MESSAGE), &rig.arena);
}

/* RFC 6376 8.2: how many octets of the canonical body are beyond l=. */
Test(dkim_limits, body_length)
{
	static const struct {
		const char *name, *tags, *from, *to;
		bool allow;
		const char *want;
		uint64_t unsigned_bytes;
	} rows[] = {
		{"whole", TAGS("l=12"), "", "", false, "pass", 0},
		{"whole, allowed", TAGS("l=12"), "", "", true, "pass", 0},
		{"part", TAGS("l=4"), "", "", false,
			"policy l= leaves the end of the body unsigned", 8},
		{"part, allowed", TAGS("l=4"), "", "", true, "pass", 8},
		{"nothing, allowed", TAGS("l=0"), "", "", true, "pass", 12},
		{"added text, allowed", TAGS("l=12"), "789\r\n", "789\r\nBuy  \t now\r\n\r\n", true,
			"pass", 9},
		{"larger, allowed", TAGS("l=13"), "", "", true,
			"permerror the body is shorter than l=", 0},
		{"much larger, allowed", TAGS("l=18446744073709551615"), "", "", true,
			"permerror the body is shorter than l=", 0},
		{"changed, allowed", TAGS("l=4"), "0123", "0124", true,
			"fail the body hash did not verify", 8},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct dkim_result *got;

		rig.options.dkim_l_allow = rows[i].allow;
		got = dkim_rig_check(signer_replace(signed_by(rows[i].tags), rows[i].from,
					     rows[i].to, &rig.arena),
			NULL);
		cr_expect_str_eq(
			dkim_rig_text(), rows[i].want, "%s: %s", rows[i].name, dkim_rig_text());
		cr_expect_eq(got->sigs[0].unsigned_bytes, rows[i].unsigned_bytes, "%s: %zu",
			rows[i].name, (size_t)got->sigs[0].unsigned_bytes);
	}
}

/* Several signatures share the hashes of the body. */
Test(dkim_limits, several_signatures)
{
	struct slice raw = signed_by(TAGS(""));

	rig.options.dkim_l_allow = true;
	raw = signer_sign("rsa-a", TAGS("l=3"), raw, &rig.arena);
	raw = signer_sign("rsa-a",
		"v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=sel; h=from; bh=@bh; b=@b",
		raw, &rig.arena);
	raw = signer_sign("rsa-a",
		"v=1; a=rsa-sha256; c=simple; d=example.com; s=sel; h=from; l=7; bh=@bh; b=@b", raw,
		&rig.arena);
	raw = signer_sign("rsa-a", TAGS("x=1"), raw, &rig.arena);
	raw = signer_sign("rsa-b", TAGS(""), raw, &rig.arena);
	(void)dkim_rig_check(raw, NULL);
	cr_expect_str_eq(dkim_rig_text(),
		"fail the signature did not verify, policy the signature has expired, pass, "
		"pass, pass, pass",
		"%s", dkim_rig_text());
	(void)dkim_rig_check(signer_replace(raw, "6789\r\n", "6788\r\n", &rig.arena), NULL);
	cr_expect_str_eq(dkim_rig_text(),
		"fail the body hash did not verify, fail the body hash did not verify, pass, "
		"fail the body hash did not verify, pass, fail the body hash did not verify",
		"%s", dkim_rig_text());
}

/* A signature may sign the ones below it (RFC 6376 3.5 h=, 5.4.2), never itself. */
Test(dkim_limits, signed_signatures)
{
	struct slice raw = signed_by(TAGS(""));

	raw = signer_sign("rsa-a",
		"v=1; a=rsa-sha256; d=example.com; s=sel; h=from:dkim-signature; bh=@bh; b=@b", raw,
		&rig.arena);
	(void)dkim_rig_check(raw, NULL);
	cr_expect_str_eq(dkim_rig_text(), "pass, pass", "%s", dkim_rig_text());
	raw = signer_replace(raw, "c=relaxed/relaxed", "c=relaxed/relaxed; n=1", &rig.arena);
	(void)dkim_rig_check(raw, NULL);
	cr_expect_str_eq(dkim_rig_text(),
		"fail the signature did not verify, fail the signature did not verify", "%s",
		dkim_rig_text());
}

/*
 * --max-signatures: the signatures nearest to the author domain are verified, in message order; the
 * others are counted.
 */
Test(dkim_limits, nearest_first)
{
	static const struct {
		const char *name, *author;
		const char *ds; /* d= of each signature, from the top; "-": no d= */
		size_t limit;
		const char *want; /* d= of those that were verified */
		size_t over;
	} rows[] = {
		{"under the limit", "example.com", "a.test b.test", 2, "a.test b.test", 0},
		{"the top ones, where none is nearer", "example.com", "a.test b.test c.test", 2,
			"a.test b.test", 1},
		{"the author's at the end", "example.com", "a.test b.test c.test example.com", 2,
			"a.test example.com", 2},
		{"order stays", "example.com", "a.com example.com b.example.com c.test", 3,
			"a.com example.com b.example.com", 1},
		{"the nearer of two", "x.example.com", "com example.com a.test x.example.com", 2,
			"example.com x.example.com", 2},
		{"a part of a label is nothing", "example.com", "badexample.com b.test example.com",
			1, "example.com", 2},
		{"U-labels", "xn--bcher-kva.example",
			"a.test b\xc3\xbc"
			"cher.example",
			1, "xn--bcher-kva.example", 1},
		{"without d= last", "example.com", "- - a.test", 1, "a.test", 2},
		{"a name that is none last, too", "example.com", "example..com example..com a.test",
			1, "a.test", 2},
		{"no author domain", "", "a.test b.test c.test", 2, "a.test b.test", 1},
		{"a limit of none", "example.com", "a.test", 0, "", 1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice rest = slice_str(rows[i].ds);
		const struct dkim_result *got;
		struct buf raw, text;

		buf_init(&raw, &rig.arena, 10000);
		buf_init(&text, &rig.arena, 10000);
		while (rest.n > 0) {
			struct slice d = slice_head(rest, slice_find(rest, ' '));

			buf_adds(&raw, "DKIM-Signature: v=1; a=rsa-sha256; ");
			if (!slice_eq(d, SLICE("-")))
				buf_addf(&raw, "d=%.*s; ", (int)d.n, d.p);
			buf_adds(&raw, "s=sel\r\n");
			rest = slice_from(rest, d.n + 1);
		}
		buf_adds(&raw, MESSAGE);
		rig.limits.dkim_signatures = rows[i].limit;
		rig.ids.author_domain = slice_str(rows[i].author);
		got = dkim_rig_check(buf_slice(&raw), NULL);
		for (size_t j = 0; j < got->n; j++)
			buf_addf(&text, "%s%.*s", j > 0 ? " " : "", (int)got->sigs[j].sig.d.n,
				got->sigs[j].sig.d.p);
		cr_expect(slice_eq(buf_slice(&text), slice_str(rows[i].want)), "%s: %.*s",
			rows[i].name, (int)text.n, text.p);
		cr_expect_eq(got->over, rows[i].over, "%s: over", rows[i].name);
	}
}

Test(dkim_limits, header)
{
	struct slice raw = signed_by(TAGS(""));

	rig.limits.fields = 2;
	(void)dkim_rig_check(raw, NULL);
	cr_expect_str_eq(dkim_rig_text(), "policy the header has more fields than the limit", "%s",
		dkim_rig_text());
	rig.limits.fields = 3;
	rig.limits.field_size = 1000;
	(void)dkim_rig_check(raw, NULL);
	cr_expect_str_eq(dkim_rig_text(), "pass", "%s", dkim_rig_text());

	/* a field over the limit matters only if it is signed */
	rig.limits.fields = 1000;
	for (int subject = 0; subject <= 1; subject++) {
		struct buf message;

		buf_init(&message, &rig.arena, 10000);
		buf_addf(&message, "%s: ", subject ? "Subject" : "Other");
		for (int i = 0; i < 1200; i++)
			buf_addc(&message, 'x');
		buf_adds(&message, "\r\nFrom: joe@example.com\r\n\r\nHi\r\n");
		raw = signer_sign("rsa-a", TAGS(""), buf_slice(&message), &rig.arena);
		(void)dkim_rig_check(raw, NULL);
		cr_expect_str_eq(dkim_rig_text(),
			subject ? "policy a signed field is over the size limit" : "pass", "%s",
			dkim_rig_text());
	}
	rig.limits.field_size = 200;
	(void)dkim_rig_check(raw, NULL);
	cr_expect_str_eq(dkim_rig_text(), "policy the signature field is over the size limit", "%s",
		dkim_rig_text());
}

/* Omitting the early queries changes no result. */
Test(dkim_limits, ask_changes_nothing)
{
	struct slice raw =
		signer_sign("rsa-a", "v=1; a=rsa-sha256; d=other.test; s=sel; h=from; bh=@bh; b=@b",
			signed_by(TAGS("")), &rig.arena);
	const char *without;

	raw = signer_sign("rsa-a", TAGS("x=1"), raw, &rig.arena);
	(void)dkim_rig_check(raw, NULL);
	without = dkim_rig_text();
	cr_expect_eq(dns_asked(rig.dns), 2, "one question a key, none for what has expired");
	dkim_rig_zone(
		signer_record("sel._domainkey.example.com", "v=DKIM1; p=@spki:rsa-a", &rig.arena));
	dkim_find(&rig.in, &rig.result);
	dkim_ask(&rig.in, &rig.result);
	cr_expect_eq(dns_asked(rig.dns), 2);
	(void)dkim_rig_check(raw, NULL);
	cr_expect_eq(dns_asked(rig.dns), 2, "asked what check needs and nothing else");
	cr_expect_str_eq(dkim_rig_text(), without);
}

/* A message that is built to be expensive must not cost more than its size justifies. */
Test(dkim_limits, hostile_sizes)
{
	struct buf raw;
	clock_t start;

	buf_init(&raw, &rig.arena, 16 << 20);
	for (int i = 0; i < 16; i++) {
		buf_addf(&raw,
			"DKIM-Signature: v=1; a=rsa-sha256; c=%s; d=example.com; s=sel; l=%d;\r\n"
			" bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA; h=from",
			i % 2 ? "relaxed/relaxed" : "simple/simple", 4000000 - i);
		for (int j = 0; j < 900; j++)
			buf_addf(&raw, ":%c", 'a' + j % 26);
		buf_adds(&raw, "\r\n");
	}
	for (int i = 0; i < 950; i++)
		buf_addf(&raw, "%c: \t \t \r\n \t x\r\n", 'a' + i % 26);
	buf_adds(&raw, "From: joe@example.com\r\n\r\n");
	for (int i = 0; i < 1 << 20; i++)
		buf_adds(&raw, "\t a\r");
	start = clock();
	(void)dkim_rig_check(buf_slice(&raw), NULL);
	cr_expect_eq(rig.result.n, 16);
	cr_expect_eq(rig.result.sigs[0].code, AUTH_FAIL);
	cr_expect_lt(clock() - start, 5 * CLOCKS_PER_SEC);
}

#define WIDE_FIELD (60 * 1024)
#define WIDE_TAGS "v=1; a=rsa-sha256; c=simple; d=example.com; s=sel; bh=@bh; b=@b; h=from"

/* Puts n wide fields on top of raw; sets *tags to those of a signature over all n fields. */
static struct slice
wide(size_t n, struct slice raw, const char **tags)
{
	struct buf text, h;

	buf_init(&text, &rig.arena, SIZE_MAX);
	buf_init(&h, &rig.arena, SIZE_MAX);
	buf_addf(&h, "%s", WIDE_TAGS);
	for (size_t i = 0; i < n; i++) {
		buf_addf(&text, "X: %0*d\r\n", WIDE_FIELD - 5, 0);
		buf_addf(&h, ":x");
	}
	buf_addc(&h, '\0');
	buf_add(&text, raw);
	*tags = h.p;
	return slice_make(text.p, text.n);
}

/*
 * --max-signed: octets of signed fields, for all signatures together; the result of a signature
 * over the limit says so.
 */
Test(dkim_limits, header_work)
{
	static const struct {
		const char *name;
		size_t fields, wide; /* wide: number of signatures over all fields, above one that
					covers From */
		const char *want;
	} rows[] = {
		{"under the limit", 68, 2, "pass, pass, pass"},
		{"one too many", 69, 2,
			"pass, policy the signatures cover more of the header than the limit, "
			"pass"},
		{"one that is too much alone", 137, 1,
			"policy the signatures cover more of the header than the limit, pass"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *tags;
		struct slice raw = wide(rows[i].fields, slice_str(MESSAGE), &tags);

		raw = signer_sign("rsa-a", WIDE_TAGS, raw, &rig.arena);
		for (size_t k = 0; k < rows[i].wide; k++)
			raw = signer_sign("rsa-a", tags, raw, &rig.arena);
		(void)dkim_rig_check(raw, NULL);
		cr_expect_str_eq(
			dkim_rig_text(), rows[i].want, "%s: %s", rows[i].name, dkim_rig_text());
	}
}

#include <criterion/criterion.h>

#include "auth/arc/arc.h"
#include "auth/base/budget.h"
#include "mime/buf.h"
#include "tests/support/dkim_rig.h"
#include "tests/support/dkim_signer.h"

TestSuite(arc_check, .init = dkim_rig_open, .fini = dkim_rig_close);

#define MESSAGE                                                                                    \
	"From: Joe <joe@example.com>\r\nTo: list@example.org\r\nSubject: test\r\n\r\nHi.\r\n"

/* How one ARC set is made; a member that is NULL has its usual value. */
struct set {
	const char *aar;  /* the field's value; "": no field */
	const char *ams;  /* further tags */
	const char *seal; /* further tags */
	const char *cv;
	const char *h, *c;
	const char *key;       /* the key of both signatures, and their s=: rsa-a, ed-a, ... */
	const char *top;       /* added on top before this set is made */
	const char *from, *to; /* after the set was made, from is replaced by to */
};

static struct slice
add_set(unsigned i, const struct set *set, struct slice message)
{
	const char *key = set->key ? set->key : "rsa-a";
	const char *a = strcmp(key, "ed-a") == 0 ? "ed25519-sha256" : "rsa-sha256";
	const char *cv = set->cv ? set->cv : i == 1 ? "none" : "pass";
	struct buf text;

	if (set->top != NULL)
		message = signer_replace(message, "", set->top, &rig.arena);
	buf_init(&text, &rig.arena, 4096);
	buf_addf(&text, "ARC-Authentication-Results: i=%u; %s\r\n", i,
		set->aar ? set->aar : "mx.example.org; dmarc=pass header.from=example.com");
	message = signer_replace(message, "", arena_cstr(&rig.arena, buf_slice(&text)), &rig.arena);
	buf_init(&text, &rig.arena, 4096);
	buf_addf(&text, "i=%u; a=%s; c=%s; d=example.org; s=%s; h=%s; bh=@bh; %sb=@b", i, a,
		set->c ? set->c : "relaxed/relaxed", key, set->h ? set->h : "from:to:subject",
		set->ams ? set->ams : "");
	message = signer_sign_as("ARC-Message-Signature", key,
		arena_cstr(&rig.arena, buf_slice(&text)), message, &rig.arena);
	buf_init(&text, &rig.arena, 4096);
	buf_addf(&text, "i=%u; a=%s; cv=%s; d=example.org; s=%s; %sb=@b", i, a, cv, key,
		set->seal ? set->seal : "");
	message = signer_seal(key, arena_cstr(&rig.arena, buf_slice(&text)), message, &rig.arena);
	if (set->from != NULL)
		message = signer_replace(message, set->from, set->to, &rig.arena);
	return message;
}

static const char *
usual_zone(void)
{
	struct buf zone;

	buf_init(&zone, &rig.arena, 1 << 16);
	buf_adds(&zone, signer_record("rsa-a._domainkey.example.org", "v=DKIM1; p=@spki:rsa-a",
				&rig.arena));
	buf_adds(&zone, signer_record("ed-a._domainkey.example.org",
				"v=DKIM1; k=ed25519; p=@raw:ed-a", &rig.arena));
	buf_adds(&zone, signer_record("rsa-1023._domainkey.example.org",
				"v=DKIM1; p=@spki:rsa-1023", &rig.arena));
	buf_adds(&zone, signer_record("rsa-1024._domainkey.example.org",
				"v=DKIM1; p=@spki:rsa-1024", &rig.arena));
	buf_adds(&zone, signer_record("rsa-8200._domainkey.example.org",
				"v=DKIM1; p=@spki:rsa-8200", &rig.arena));
	buf_adds(&zone, "rsa-c._domainkey.example.org. IN TXT \"v=DKIM1; p=\"\n");
	buf_adds(&zone, signer_record("rsa-4096._domainkey.example.org",
				"v=DKIM1; t=y; p=@spki:rsa-4096", &rig.arena));
	buf_adds(&zone, ";!TIMEOUT rsa-512._domainkey.example.org\n");
	return arena_cstr(&rig.arena, buf_slice(&zone));
}

static struct arc_result result;

/* Returns "pass 0" (with the value of oldest-pass), "none", or "fail ARC-Seal i=2: ...". */
static const char *
checked(struct slice raw)
{
	struct dkim_bodies *bodies = dkim_bodies_new(&rig.arena);
	struct buf text;

	message_parse(raw, rig.limits.fields, rig.limits.field_size, &rig.arena, &rig.message);
	rig.in.budget = budget_make(&rig.limits, &rig.arena);
	arc_find(&rig.in, &result);
	arc_plan(&rig.in, bodies, &result);
	cr_assert_eq(arc_check(&rig.in, bodies, &result), ST_OK);
	buf_init(&text, &rig.arena, 4096);
	buf_adds(&text, auth_code_word(result.code));
	if (result.code == AUTH_PASS)
		buf_addf(&text, " %u", result.oldest_pass);
	if (result.reason.id != ARC_R_NONE) {
		const char *part = arc_part_text(&result, &rig.arena);

		buf_addf(&text, " %s%s%s", part ? part : "", part ? ": " : "",
			reason_text(&result.reason));
	}
	return arena_cstr(&rig.arena, buf_slice(&text));
}

#define ROW(...)                                                                                   \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

/* clang-format off */
static const struct row {
	const char *name;
	unsigned n;
	const char *want;
	struct set sets[3];
} rows[] = {
	ROW("no chain", 0, "none", {{0}}),
	ROW("one set", 1, "pass 0", {{0}}),
	ROW("two sets", 2, "pass 0", {{0}}),
	ROW("three sets", 3, "pass 0", {{0}}),
	ROW("ed25519", 2, "pass 0", {{.key = "ed-a"}, {.key = "ed-a"}}),
	ROW("both algorithms", 3, "pass 0", {{0}, {.key = "ed-a"}, {0}}),
	ROW("simple/simple in the message signature", 2, "pass 0",
		{{.c = "simple/simple"}, {.c = "simple"}}),
	ROW("a field refolded on the way: seals are relaxed", 1, "pass 0",
		{{.from = "i=1; mx", .to = "i=1;\r\n\t  mx"}}),
	ROW("a message signature may cover older ones and results", 2, "pass 0",
		{{0}, {.h = "from:arc-authentication-results:arc-message-signature"}}),

	/* the message signatures (RFC 8617 5.2 steps 4 and 5) */
	ROW("the body changed after the newest", 1,
		"fail ARC-Message-Signature i=1: the body hash did not verify",
		{{.from = "Hi.", .to = "Ho."}}),
	ROW("a signed field changed after the newest", 2,
		"fail ARC-Message-Signature i=2: the signature did not verify",
		{{0}, {.from = "joe@", .to = "jim@"}}),
	ROW("a list changed the body between", 2, "pass 2", {{.from = "Hi.", .to = "Ho."}, {0}}),
	ROW("a list changed the subject between", 3, "pass 2",
		{{.from = "Subject: test", .to = "Subject: [x] test"}, {0}, {0}}),
	ROW("two lists changed it", 3, "pass 3",
		{{.from = "Hi.", .to = "Ho."}, {.from = "Ho.", .to = "Hu."}, {0}}),
	ROW("changed and changed back", 3, "pass 3",
		{{.from = "Hi.", .to = "Ho."}, {.from = "Ho.", .to = "Hi."}, {0}}),
	ROW("the newest has expired", 1,
		"fail ARC-Message-Signature i=1: the signature has expired",
		{{.ams = "x=1600000000; "}}),
	ROW("an older one has expired", 2, "pass 2", {{.ams = "x=1600000000; "}, {0}}),
	ROW("the newest is of the future", 1,
		"fail ARC-Message-Signature i=1: the signature is dated in the future",
		{{.ams = "t=1800000000; "}}),
	ROW("l= is allowed (RFC 8617 4.1.2)", 1, "pass 0",
		{{.ams = "l=3; ", .from = "Hi.\r\n", .to = "Hi.\r\nmore\r\n"}}),
	ROW("l= longer than the body", 1,
		"fail ARC-Message-Signature i=1: the body is shorter than l=",
		{{.ams = "l=4; ", .from = "Hi.\r\n", .to = "H"}}),

	/* the seals (RFC 8617 5.2 step 6) */
	ROW("the newest results changed", 1, "fail ARC-Seal i=1: the signature did not verify",
		{{.from = "dmarc=pass", .to = "dmarc=none"}}),
	ROW("older results changed", 2, "fail ARC-Seal i=1: the signature did not verify",
		{{.from = "dmarc=pass", .to = "dmarc=none"}, {0}}),
	ROW("a tag of the seal changed", 1, "fail ARC-Seal i=1: the signature did not verify",
		{{.seal = "t=1; ", .from = "t=1;", .to = "t=2;"}}),
	ROW("cv= forged", 2, "fail ARC-Seal i=2: the signature did not verify",
		{{0}, {.cv = "fail", .from = "cv=fail", .to = "cv=pass"}}),
	ROW("cv=fail", 2, "fail ARC-Seal i=2: the chain was broken before it was sealed",
		{{0}, {.cv = "fail"}}),
	ROW("a seal of the future", 1, "fail ARC-Seal i=1: the signature is dated in the future",
		{{.seal = "t=1800000000; "}}),
	ROW("a broken middle", 3, "fail ARC-Seal i=2: the signature did not verify",
		{{0}, {.aar = "mx.example.org; spf=fail", .from = "spf=fail", .to = "spf=pass"},
			{0}}),

	/* keys: as for DKIM */
	ROW("no key", 1, "fail ARC-Message-Signature i=1: no key record was found", {{.key = "rsa-b"}}),
	ROW("no key of an older seal", 2, "fail ARC-Seal i=1: no key record was found",
		{{.key = "rsa-b"}, {0}}),
	ROW("a revoked key", 1, "fail ARC-Message-Signature i=1: the key is revoked",
		{{.key = "rsa-c"}}),
	ROW("1,024 bits", 1, "pass 0", {{.key = "rsa-1024"}}),
	ROW("1,023 bits", 1, "fail ARC-Message-Signature i=1: the key is too small",
		{{.key = "rsa-1023"}}),
	ROW("8,200 bits", 1, "fail ARC-Message-Signature i=1: the key is too large",
		{{.key = "rsa-8200"}}),
	ROW("a key in test mode passes", 1, "pass 0", {{.key = "rsa-4096"}}),
	ROW("a key in test mode fails", 1,
		"fail ARC-Message-Signature i=1: the body hash did not verify",
		{{.key = "rsa-4096", .from = "Hi.", .to = "Ho."}}),
	ROW("a key that does not answer (RFC 8617 5.2.1)", 1,
		"fail ARC-Message-Signature i=1: the key temporarily cannot be fetched",
		{{.key = "rsa-512"}}),
	ROW("an older seal's key that does not answer", 2,
		"fail ARC-Seal i=1: the key temporarily cannot be fetched",
		{{.key = "rsa-512"}, {0}}),
};
/* clang-format on */

static struct slice
make(const struct row *row)
{
	struct slice raw = SLICE(MESSAGE);

	for (unsigned k = 0; k < row->n; k++)
		raw = add_set(k + 1, &row->sets[k], raw);
	return raw;
}

Test(arc_check, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *got;

		dkim_rig_zone(usual_zone());
		got = checked(make(&rows[i]));
		cr_expect_str_eq(got, rows[i].want, "%s: %s", rows[i].name, got);
		cr_expect_eq(result.unsure, strstr(rows[i].want, "temporarily") != NULL, "%s",
			rows[i].name);
	}
}

Test(arc_check, fifty_sets)
{
	static const struct set usual = {.key = "ed-a"};
	struct slice raw = SLICE(MESSAGE);

	dkim_rig_zone(usual_zone());
	for (unsigned i = 1; i <= 50; i++)
		raw = add_set(i, &usual, raw);
	cr_expect_str_eq(checked(raw), "pass 0");
	raw = signer_replace(raw, "", "ARC-Seal: i=51; cv=pass\r\n", &rig.arena);
	cr_expect_str_eq(checked(raw), "fail more sets than the limit");
}

Test(arc_check, oversized_and_many_fields)
{
	static const struct set usual = {0};
	struct slice raw = add_set(1, &usual, SLICE(MESSAGE));

	dkim_rig_zone(usual_zone());
	rig.limits.fields = 3;
	cr_expect_str_eq(checked(raw), "fail the header has more fields than the limit");
	rig.limits.fields = 1000;
	rig.limits.field_size = 600;
	raw = signer_replace(SLICE(MESSAGE), "Subject: test",
		"Subject: 0000000000000000000000000000000000000000000000000000000000000000000000000"
		"000000000000000000000000000000000000000000000000000000000000000000000000000000000"
		"000000000000000000000000000000000000000000000000000000000000000000000000000000000"
		"000000000000000000000000000000000000000000000000000000000000000000000000000000000"
		"000000000000000000000000000000000000000000000000000000000000000000000000000000000"
		"000000000000000000000000000000000000000000000000000000000000000000000000000000000"
		"000000000000000000000000000000000000000000000000000000000000000000000000000000000"
		"000000000000000000000000000000000000000000000000000000000000000000000000000000000",
		&rig.arena);
	raw = add_set(1, &usual, raw);
	cr_expect_str_eq(checked(raw),
		"fail ARC-Message-Signature i=1: a signed field is over the size limit");
}

/* RFC 8617 5.2 step 5: hashing for older signatures is bounded */
Test(arc_check, older_signatures_are_bounded)
{
	static const struct set usual = {.key = "ed-a"};
	struct slice raw = SLICE(MESSAGE);
	struct set greedy = {.key = "ed-a"};
	struct buf h, field;

	buf_init(&h, &rig.arena, 1 << 16);
	buf_adds(&h, "from");
	for (int i = 0; i < 150; i++)
		buf_adds(&h, ":x");
	greedy.h = arena_cstr(&rig.arena, buf_slice(&h));
	buf_init(&field, &rig.arena, 1 << 17);
	buf_adds(&field, "X: ");
	for (int i = 0; i < 3000; i++)
		buf_adds(&field, "0123456789 abcdef ");
	buf_adds(&field, "\r\n");
	for (int i = 0; i < 15; i++)
		raw = signer_replace(
			raw, "", arena_cstr(&rig.arena, buf_slice(&field)), &rig.arena);
	dkim_rig_zone(usual_zone());
	for (unsigned i = 1; i <= 25; i++)
		raw = add_set(i, i < 25 ? &greedy : &usual, raw);
	cr_expect_str_eq(checked(raw), "pass 15");
	cr_expect_str_eq(reason_text(&result.sets[13].ams.reason),
		"the signed fields are over the size limit");
}

/* The limits that DKIM and ARC share end a chain; the reason says so. */
Test(arc_check, budget)
{
	static const struct set usual = {0};
	static const struct {
		size_t verifications, questions;
		const char *want;
	} bounds[] = {
		{0, 9,
			"fail ARC-Message-Signature i=2: the signatures of the message cost more "
			"than the limit"},
		{1, 9, "fail ARC-Seal i=2: the signatures of the message cost more than the limit"},
		{2, 9, "fail ARC-Seal i=1: the signatures of the message cost more than the limit"},
		{3, 9, "pass 2"}, /* the older message signature is the first that is left out */
		{4, 9, "pass 0"},
		{4, 1, "pass 0"},
		{4, 0,
			"fail ARC-Message-Signature i=2: the message asks more of DNS than the "
			"limit"},
	};
	struct slice raw = add_set(2, &usual, add_set(1, &usual, SLICE(MESSAGE)));

	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
		const char *got;

		dkim_rig_zone(usual_zone());
		dns_limit(rig.dns, bounds[i].questions);
		rig.limits.verifications = bounds[i].verifications;
		got = checked(raw);
		cr_expect_str_eq(got, bounds[i].want, "row %zu: %s", i, got);
		cr_expect(!result.unsure, "row %zu", i);
	}
}

/* The keys of all sets are queried before the first answer is awaited. */
Test(arc_check, keys_are_asked_ahead)
{
	struct slice raw = SLICE(MESSAGE);

	for (unsigned i = 1; i <= 3; i++) {
		static const struct set kinds[] = {
			{.key = "rsa-a"}, {.key = "ed-a"}, {.key = "rsa-1024"}};

		raw = add_set(i, &kinds[i - 1], raw);
	}
	dkim_rig_zone(usual_zone());
	message_parse(raw, rig.limits.fields, rig.limits.field_size, &rig.arena, &rig.message);
	arc_find(&rig.in, &result);
	arc_ask(&rig.in, &result);
	cr_expect_eq(dns_asked(rig.dns), 3);
	cr_expect_str_eq(checked(raw), "pass 0");
	cr_expect_eq(dns_asked(rig.dns), 3, "%zu", dns_asked(rig.dns));
}

Test(arc_check, report)
{
	static const struct set usual = {0};
	struct report report;
	struct slice raw = add_set(1, &usual, SLICE(MESSAGE));

	dkim_rig_zone(usual_zone());
	cr_assert(ip_parse(SLICE("2001:db8::1"), &rig.envelope.client_ip));
	(void)checked(raw);
	report_init(&report, &rig.arena);
	arc_report(&result, &report);
	cr_assert_eq(report.n, 1);
	cr_expect_str_eq(report.rows[0].method, "arc");
	cr_expect_eq(report.rows[0].code, AUTH_PASS);
	cr_assert_eq(report.rows[0].nprops, 2);
	cr_expect_str_eq(report.rows[0].props[0].name, "header.oldest-pass");
	cr_expect(slice_eq(report.rows[0].props[0].value, SLICE("0")));
	cr_expect_str_eq(report.rows[0].props[1].name, "smtp.remote-ip");
	cr_expect(slice_eq(report.rows[0].props[1].value, SLICE("2001:db8::1")));

	(void)checked(signer_replace(raw, "Hi.", "Ho.", &rig.arena));
	report_init(&report, &rig.arena);
	arc_report(&result, &report);
	cr_assert_eq(report.rows[0].nprops, 1);
	cr_expect_str_eq(report.rows[0].props[0].name, "smtp.remote-ip");

	(void)checked(SLICE(MESSAGE));
	report_init(&report, &rig.arena);
	arc_report(&result, &report);
	cr_assert_eq(report.n, 1);
	cr_expect_eq(report.rows[0].code, AUTH_NONE);
	cr_expect_eq(report.rows[0].nprops, 0);
	cr_expect_null(reason_text(&report.rows[0].reason));
}

/*
 * test_dkim_budget.c: the cost of signatures, each limit from both sides, and which are checked
 * first
 */
#include <criterion/criterion.h>

#include "auth/base/budget.h"
#include "auth/dkim/dkim.h"
#include "mime/buf.h"
#include "tests/support/dkim_rig.h"
#include "tests/support/dkim_signer.h"

TestSuite(dkim_budget, .init = dkim_rig_open, .fini = dkim_rig_close);

#define FROM "From: joe@example.com\r\n"
#define MESSAGE FROM "\r\nHi.\r\n"
#define SIGNED(d, s) "v=1; a=rsa-sha256; d=" d "; s=" s "; h=from; bh=@bh; b=@b"

static void
zone_of(const char *const *names, const char *record)
{
	struct buf zone;

	buf_init(&zone, &rig.arena, SIZE_MAX);
	for (; *names != NULL; names++)
		buf_adds(&zone, signer_record(*names, record, &rig.arena));
	dkim_rig_zone(arena_cstr(&rig.arena, buf_slice(&zone)));
}

static const char *
checked(struct slice raw)
{
	(void)dkim_rig_check(raw, NULL);
	return dkim_rig_text();
}

#define LATE "policy the signatures of the message cost more than the limit"

/* The signature nearest to the author is verified first, wherever it is. */
Test(dkim_budget, verifications)
{
	static const char *const names[] = {
		"s._domainkey.example.com", "s._domainkey.other.example", NULL};
	static const struct {
		size_t limit;
		const char *want;
	} rows[] = {
		{0, LATE ", " LATE ", " LATE},
		{1, LATE ", " LATE ", pass"},
		{2, "pass, " LATE ", pass"},
		{3, "pass, pass, pass"},
		{4, "pass, pass, pass"},
	};
	struct slice raw =
		signer_sign("rsa-a", SIGNED("example.com", "s"), slice_str(MESSAGE), &rig.arena);

	raw = signer_sign("rsa-a", SIGNED("other.example", "s"), raw, &rig.arena);
	raw = signer_sign("rsa-a", SIGNED("other.example", "s"), raw, &rig.arena);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		zone_of(names, "v=DKIM1; p=@spki:rsa-a");
		rig.limits.verifications = rows[i].limit;
		cr_expect_str_eq(
			checked(raw), rows[i].want, "%zu: %s", rows[i].limit, checked(raw));
	}
}

/* A key of 4,096 bits counts as four. */
Test(dkim_budget, large_keys_weigh_more)
{
	static const char *const names[] = {"s._domainkey.example.com", NULL};
	struct slice raw =
		signer_sign("rsa-4096", SIGNED("example.com", "s"), slice_str(MESSAGE), &rig.arena);

	for (size_t limit = 3; limit <= 5; limit++) {
		zone_of(names, "v=DKIM1; p=@spki:rsa-4096");
		rig.limits.verifications = limit;
		cr_expect_str_eq(checked(raw), limit < 4 ? LATE : "pass", "%zu", limit);
	}
}

Test(dkim_budget, header_octets)
{
	static const char *const names[] = {"s._domainkey.example.com", NULL};
	const size_t need = sizeof FROM - 1;
	struct slice raw =
		signer_sign("rsa-a", SIGNED("example.com", "s"), slice_str(MESSAGE), &rig.arena);

	for (size_t limit = need - 1; limit <= need + 1; limit++) {
		zone_of(names, "v=DKIM1; p=@spki:rsa-a");
		rig.limits.header_octets = limit;
		cr_expect_str_eq(checked(raw),
			limit < need
				? "policy the signatures cover more of the header than the limit"
				: "pass",
			"%zu", limit);
	}
}

/*
 * The limit is on the records of all names together: one octet less, and those of the second name
 * do not fit.
 */
Test(dkim_budget, key_octets)
{
	static const char *const names[] = {
		"s._domainkey.example.com", "t._domainkey.example.com", NULL};
	struct slice raw =
		signer_sign("rsa-a", SIGNED("example.com", "t"), slice_str(MESSAGE), &rig.arena);

	raw = signer_sign("rsa-a", SIGNED("example.com", "s"), raw, &rig.arena);
	for (int over = -1; over <= 1; over++) {
		const struct dns_answer *answer;

		zone_of(names, "v=DKIM1; p=@spki:rsa-a");
		message_parse(
			raw, rig.limits.fields, rig.limits.field_size, &rig.arena, &rig.message);
		answer = dns_get(rig.dns, slice_str(names[0]), DNS_TXT, 0);
		rig.in.budget = budget_make(&rig.limits, &rig.arena);
		rig.in.budget->key_octets = 2 * answer->rr[0].text.n - (size_t)over;
		dkim_find(&rig.in, &rig.result);
		cr_assert_eq(dkim_check(&rig.in, dkim_bodies_new(&rig.arena), &rig.result), ST_OK);
		cr_expect_str_eq(dkim_rig_text(),
			over > 0 ? "pass, policy the key records of the message are over the limit"
				 : "pass, pass",
			"%d: %s", over, dkim_rig_text());
	}
}

/* A name's records are parsed once, however many signatures name it. */
Test(dkim_budget, keys_are_parsed_once)
{
	static const char *const names[] = {"s._domainkey.example.com", NULL};
	struct slice raw = slice_str(MESSAGE);

	for (int i = 0; i < 16; i++)
		raw = signer_sign("rsa-a", SIGNED("example.com", "s"), raw, &rig.arena);
	zone_of(names, "v=DKIM1; p=@spki:rsa-a");
	(void)checked(raw);
	cr_expect_eq(rig.in.budget->key_octets,
		BUDGET_KEY_OCTETS -
			dns_get(rig.dns, slice_str(names[0]), DNS_TXT, 0)->rr[0].text.n);
	cr_assert_not_null(rig.in.budget->keys);
	cr_expect_null(rig.in.budget->keys->next);
}

Test(dkim_budget, names_in_h)
{
	for (size_t n = 999; n <= 1001; n++) {
		const struct field *field;
		struct dkim_sig sig;
		struct buf raw;

		buf_init(&raw, &rig.arena, SIZE_MAX);
		buf_adds(&raw, "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s; b=AAAA;\r\n"
			       " bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; h=from");
		for (size_t i = 1; i < n; i++)
			buf_adds(&raw, ":a");
		buf_adds(&raw, "\r\n\r\n");
		message_parse(buf_slice(&raw), 10, 65536, &rig.arena, &rig.message);
		field = message_field(&rig.message, "DKIM-Signature", 0);
		dkim_parse(field, &rig.arena, &sig);
		cr_expect_eq(sig.defect.id, n > 1000 ? DKIM_R_NAMES : DKIM_R_NONE, "%zu", n);
		cr_expect_eq(sig.nh, n > 1000 ? 0 : n);
	}
}

/*
 * If there are more signatures than the limit, the nearest are kept; of equally near ones the
 * topmost.
 */
Test(dkim_budget, nearest_signatures)
{
	static const struct {
		size_t limit;
		const char *want; /* s= of those that are kept, in message order */
	} rows[] = {
		{1, "e"},
		{2, "ae"},
		{3, "ace"},
		{4, "abce"},
		{5, "abcde"},
		{6, "abcde"},
	};
	static const char raw[] = "DKIM-Signature: v=1; d=a.com; s=a\r\n"
				  "DKIM-Signature: v=1; d=other.example; s=b\r\n"
				  "DKIM-Signature: v=1; d=b.com; s=c\r\n"
				  "DKIM-Signature: v=1; s=d\r\n"
				  "DKIM-Signature: v=1; d=example.com; s=e\r\n" MESSAGE;

	dkim_rig_zone("");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char got[8] = "";

		rig.limits.dkim_signatures = rows[i].limit;
		(void)dkim_rig_check(slice_str(raw), NULL);
		for (size_t k = 0; k < rig.result.n && k < sizeof got - 1; k++)
			got[k] = rig.result.sigs[k].sig.s.p[0];
		cr_expect_str_eq(got, rows[i].want, "%zu: %s", rows[i].limit, got);
		cr_expect_eq(rig.result.over, rows[i].limit < 5 ? 5 - rows[i].limit : 0);
	}
}

/* A query over the limit is policy: a retry would not help. */
Test(dkim_budget, questions)
{
	static const char *const names[] = {"s._domainkey.example.com", NULL};
	struct slice raw =
		signer_sign("rsa-a", SIGNED("example.com", "s"), slice_str(MESSAGE), &rig.arena);

	for (size_t limit = 0; limit <= 2; limit++) {
		zone_of(names, "v=DKIM1; p=@spki:rsa-a");
		dns_limit(rig.dns, limit);
		cr_expect_str_eq(checked(raw),
			limit < 1 ? "policy the message asks more of DNS than the limit" : "pass",
			"%zu", limit);
		cr_expect(!rig.result.sigs[0].unsure);
	}
}

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "auth/arc/arc.h"
#include "mime/buf.h"
#include "tests/support/dkim_rig.h"
#include "tests/support/dkim_signer.h"

TestSuite(arc_seal, .init = dkim_rig_open, .fini = dkim_rig_close);

#define MESSAGE "From: Joe <joe@example.com>\nTo: list@example.org\nSubject: test\n\nHi.\n"

static struct crypto_signer *
open_signer(const char *name)
{
	struct crypto_signer_info info;
	struct crypto_signer *signer;
	char path[128], pem[8192];
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof path, "testdata/keys/%s.pem", name);
	file = fopen(path, "rb");
	cr_assert_not_null(file, "%s", path);
	n = fread(pem, 1, sizeof pem, file);
	cr_assert_eq(fclose(file), 0);
	cr_assert_eq(crypto_signer_new(rig.in.crypto, slice_make(pem, n), &signer, &info), ST_OK);
	cr_assert_eq(info.rsa, name[0] == 'r');
	return signer;
}

static bool
slice_contains(struct slice text, const char *wanted)
{
	const size_t n = strlen(wanted);

	for (size_t i = 0; i + n <= text.n; i++)
		if (memcmp(text.p + i, wanted, n) == 0)
			return true;
	return false;
}

/*
 * Validates raw, seals it with the results and the key of that name (which is also its selector),
 * and puts the set on top.
 */
static struct slice
seal_with(const char *key, struct slice results, struct slice raw, struct arc_result *chain,
	struct arc_sealed *sealed)
{
	struct arc_sealer sealer = {.domain = SLICE("example.org"),
		.selector = slice_str(key),
		.key = open_signer(key),
		.rsa = key[0] == 'r'};
	struct dkim_bodies *bodies = dkim_bodies_new(&rig.arena);
	struct buf text;

	message_parse(raw, rig.limits.fields, rig.limits.field_size, &rig.arena, &rig.message);
	arc_find(&rig.in, chain);
	arc_plan(&rig.in, bodies, chain);
	cr_assert_eq(arc_check(&rig.in, bodies, chain), ST_OK);
	cr_assert_eq(arc_seal(&rig.in, chain, &sealer, results, rig.message.eol, sealed), ST_OK);
	crypto_signer_free((struct crypto_signer *)(uintptr_t)sealer.key);
	buf_init(&text, &rig.arena, 1 << 20);
	buf_add(&text, sealed->set);
	buf_add(&text, raw);
	return buf_slice(&text);
}

static struct slice
seal(const char *key, struct slice raw, struct arc_result *chain, struct arc_sealed *sealed)
{
	return seal_with(key, SLICE("mx.example.org; spf=none"), raw, chain, sealed);
}

static void
open_zone(void)
{
	struct buf zone;

	buf_init(&zone, &rig.arena, 1 << 16);
	buf_adds(&zone, signer_record("rsa-a._domainkey.example.org", "v=DKIM1; p=@spki:rsa-a",
				&rig.arena));
	buf_adds(&zone, signer_record("ed-a._domainkey.example.org",
				"v=DKIM1; k=ed25519; p=@raw:ed-a", &rig.arena));
	buf_adds(&zone, ";!TIMEOUT rsa-b._domainkey.example.org\n");
	dkim_rig_zone(arena_cstr(&rig.arena, buf_slice(&zone)));
}

/* The next set that is sealed, after up to two were made and one thing was changed. */
static const struct row {
	const char *name;
	const char *keys[2]; /* the keys of the first two sets; NULL: that set is not made */
	const char *from, *to;
	size_t max_sets;
	unsigned instance;
	enum arc_cv cv;
	const char *reason;
} rows[] = {
	{"no chain", {NULL, NULL}, NULL, NULL, 50, 1, ARC_CV_NONE, NULL},
	{"one set", {"rsa-a", NULL}, NULL, NULL, 50, 2, ARC_CV_PASS, NULL},
	{"two sets", {"rsa-a", "ed-a"}, NULL, NULL, 50, 3, ARC_CV_PASS, NULL},
	{"the body was changed", {"rsa-a", "ed-a"}, "Hi.", "Ho.", 50, 3, ARC_CV_FAIL,
		"the body hash did not verify"},
	{"an older seal, too", {"rsa-a", "ed-a"}, "cv=none", "cv=pass", 50, 3, ARC_CV_FAIL,
		"cv= of the first seal is not none"},
	{"said to be broken", {"rsa-a", "ed-a"}, "cv=pass", "cv=fail", 50, 0, ARC_CV_UNKNOWN,
		"an earlier seal already says that the chain failed"},
	{"as many as there may be", {"rsa-a", "ed-a"}, "ARC-Seal: i=2", "ARC-Seal: i=50", 50, 0,
		ARC_CV_UNKNOWN, "the chain has the maximum number of sets"},
	{"over our own limit", {"rsa-a", "ed-a"}, NULL, NULL, 1, 0, ARC_CV_UNKNOWN,
		"more sets than the limit"},
	{"a key without an answer", {"rsa-b", NULL}, NULL, NULL, 50, 0, ARC_CV_UNKNOWN,
		"a key of the chain temporarily cannot be fetched"},
};

/* A field over the size limit is not parsed, so its instance is unknown: nothing is sealed. */
Test(arc_seal, after_a_field_over_the_limit)
{
	enum { PADDING = 70000 };
	struct arc_result chain;
	struct arc_sealed sealed;
	struct buf raw;

	open_zone();
	buf_init(&raw, &rig.arena, 1 << 20);
	buf_adds(&raw, "ARC-Authentication-Results: i=1; mx.example.org; spf=none (");
	for (size_t i = 0; i < PADDING; i++)
		buf_addc(&raw, 'x');
	buf_adds(&raw, ")\n" MESSAGE);
	(void)seal("rsa-a", buf_slice(&raw), &chain, &sealed);
	cr_expect_eq(chain.code, AUTH_FAIL);
	cr_expect_eq(sealed.instance, 0);
	cr_expect_eq(sealed.set.n, 0);
	cr_expect_str_eq(reason_text(&sealed.reason), "the field is over the size limit");
}

Test(arc_seal, place_in_the_chain)
{
	open_zone();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct slice raw = SLICE(MESSAGE);
		struct arc_result chain;
		struct arc_sealed sealed;

		rig.limits.arc_sets = 50;
		for (size_t k = 0; k < 2 && row->keys[k] != NULL; k++)
			raw = seal(row->keys[k], raw, &chain, &sealed);
		if (row->from != NULL)
			raw = signer_replace(raw, row->from, row->to, &rig.arena);
		rig.limits.arc_sets = row->max_sets;
		(void)seal("rsa-a", raw, &chain, &sealed);
		cr_expect_eq(sealed.instance, row->instance, "%s: %u", row->name, sealed.instance);
		cr_expect_eq(sealed.cv, row->cv, "%s: %d", row->name, (int)sealed.cv);
		cr_expect_eq(sealed.set.n == 0, row->instance == 0, "%s", row->name);
		if (row->reason != NULL)
			cr_expect_str_eq(reason_text(&sealed.reason), row->reason, "%s", row->name);
		else
			cr_expect_null(reason_text(&sealed.reason), "%s", row->name);
	}
}

/*
 * RFC 8617 5.1: h= never names ARC fields or Authentication-Results; it names From once more than
 * it occurs.
 */
Test(arc_seal, signed_names)
{
	struct arc_result chain;
	struct arc_sealed sealed;
	struct arc_set *set;
	unsigned from = 0;

	open_zone();
	(void)seal("ed-a",
		seal("ed-a", SLICE("Authentication-Results: x; spf=none\n" MESSAGE), &chain,
			&sealed),
		&chain, &sealed);
	message_parse(sealed.set, 1000, 65536, &rig.arena, &rig.message);
	cr_assert_eq(rig.message.nfields, 3);
	cr_expect(field_is(&rig.message.fields[0], "ARC-Seal"));
	cr_expect(field_is(&rig.message.fields[1], "ARC-Message-Signature"));
	cr_expect(field_is(&rig.message.fields[2], "ARC-Authentication-Results"));
	arc_parse(&rig.message, 50, &rig.arena, &chain);
	cr_assert(chain.n == 2);
	set = &chain.sets[1];
	for (size_t i = 0; i < set->ams.sig.nh; i++) {
		struct slice name = set->ams.sig.h[i];

		from += slice_ieq(name, SLICE("From"));
		cr_expect(!slice_istarts(name, SLICE("ARC-")));
		cr_expect(!slice_ieq(name, SLICE("Authentication-Results")));
	}
	cr_expect_eq(from, 2);
	cr_expect_eq(set->ams.sig.defect.id, REASON_NONE);
	cr_expect_eq(set->seal.sig.defect.id, REASON_NONE);
}

Test(arc_seal, ambiguous_message)
{
	struct arc_result chain;
	struct arc_sealed sealed;

	open_zone();
	rig.ids.ambiguous = from_reason(FROM_R_SEVERAL_FROM);
	(void)seal("ed-a", SLICE(MESSAGE), &chain, &sealed);
	cr_expect_eq(sealed.instance, 0);
	cr_expect_str_eq(reason_text(&sealed.reason), "the message is ambiguous");
}

/*
 * RFC 5322 2.1.1: lines should have at most 78 characters, so a long authserv-id begins a line; the
 * white space before it belongs to the grammar of the field (RFC 8617 4.1.1: CFWS).
 */
Test(arc_seal, long_authserv_id)
{
	static const char id[] = "a-very-long-name-of-a-host.in-a-department.of-a-company.example";
	struct arc_result chain;
	struct arc_sealed sealed;
	struct slice all;
	char results[200], wanted[200];

	open_zone();
	(void)snprintf(results, sizeof results, "%s;\n\tspf=none", id);
	(void)snprintf(
		wanted, sizeof wanted, "ARC-Authentication-Results: i=1;\n\t%s;\n\tspf=none\n", id);
	all = seal_with("ed-a", slice_str(results), SLICE(MESSAGE), &chain, &sealed);
	cr_expect_eq(sealed.instance, 1);
	cr_expect(slice_contains(sealed.set, wanted), "%.*s", (int)sealed.set.n, sealed.set.p);
	(void)seal("ed-a", all, &chain, &sealed);
	cr_expect_eq(chain.code, AUTH_PASS, "the chain with that field is valid");
}

/* A field that is not looked at might be a seal. */
Test(arc_seal, more_fields_than_are_read)
{
	struct arc_result chain;
	struct arc_sealed sealed;

	open_zone();
	rig.limits.fields = 1;
	(void)seal("ed-a", SLICE(MESSAGE), &chain, &sealed);
	cr_expect_eq(sealed.instance, 0);
	cr_expect_str_eq(reason_text(&sealed.reason), "the header has more fields than the limit");
}

/* Text that is not a key, or a key of another kind. */
Test(arc_seal, keys)
{
	static const char *const bad[] = {"", "no key", "-----BEGIN PRIVATE KEY-----\n",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"-----BEGIN PRIVATE KEY-----\n"
		"MC4CAQAwBQYDK2VuBCIEIHcHbQpzGKV9PBbBclGyZkXfTC+H68CZKrF3+6UduSwq\n"
		"-----END PRIVATE KEY-----\n"}; /* X25519 in the form of RFC 8410 7 */

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct crypto_signer_info info;
		struct crypto_signer *signer;

		cr_expect_eq(crypto_signer_new(rig.in.crypto, slice_str(bad[i]), &signer, &info),
			ST_BAD, "%zu", i);
		cr_expect_null(signer);
	}
}

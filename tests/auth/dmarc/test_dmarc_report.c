/*
 * test_dmarc_report.c: how the verdict is reported: rows, steps, each signature, sampling.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "auth/base/budget.h"
#include "auth/base/crypto.h"
#include "auth/base/domain.h"
#include "mime/buf.h"
#include "tests/support/dmarc_rig.h"

#define REJECT RECORD("example.com", "p=reject; sp=quarantine")

/* clang-format off */
static const struct row {
	const char *name, *zone, *author, *auth;
	enum from_reason ambiguous;
	const char *expected;
} rows[] = {
	{"pass", REJECT, "example.com", "dkim=pass:example.com", FROM_R_NONE,
		"dmarc=pass header.from=example.com policy.dmarc=reject"},
	{"fail", REJECT, "a.example.com", "", FROM_R_NONE,
		"dmarc=fail reason=\"no aligned pass\" header.from=a.example.com "
		"policy.dmarc=quarantine"},
	{"after t", RECORD("example.com", "p=quarantine; t=y"), "example.com", "", FROM_R_NONE,
		"dmarc=fail reason=\"no aligned pass\" header.from=example.com policy.dmarc=none"},
	{"no policy", TXT("example.com", "x"), "example.com", "", FROM_R_NONE,
		"dmarc=none reason=\"no DMARC record\" header.from=example.com"},
	{"several records", REJECT REJECT, "example.com", "", FROM_R_NONE,
		"dmarc=none reason=\"more than one DMARC record at a name, so none is used\" "
		"header.from=example.com"},
	{"unusable", RECORD("example.com", "p=x"), "example.com", "", FROM_R_NONE,
		"dmarc=permerror reason=\"the DMARC record has no usable policy\" "
		"header.from=example.com"},
	{"unusable but for rua", RECORD("example.com", "rua=mailto:a@b"), "example.com", "", FROM_R_NONE,
		"dmarc=fail reason=\"no aligned pass, and the record has an invalid policy tag\" "
		"header.from=example.com policy.dmarc=none"},
	{"policy unknown", LAME("example.com"), "example.com", "", FROM_R_NONE,
		"dmarc=temperror reason=\"the DMARC policy could not be looked up\" "
		"header.from=example.com"},
	{"identifier unknown", REJECT, "example.com", "spf=temperror?:example.com", FROM_R_NONE,
		"dmarc=temperror reason=\"an aligned identifier could not be checked\" "
		"header.from=example.com policy.dmarc=reject"},
	{"alignment unknown", REJECT LAME("a.example.com"), "example.com", "spf=pass:a.example.com",
		FROM_R_NONE, "dmarc=temperror reason=\"the alignment could not be looked up\" "
		"header.from=example.com policy.dmarc=reject"},

	/* RFC 9989 5.3.1: without exactly one author domain there is never a pass, and no policy */
	{"ambiguous", REJECT, "", "dkim=pass:example.com", FROM_R_SEVERAL_FROM,
		"dmarc=permerror reason=\"several From fields\""},
	{"ambiguous with an author domain", REJECT, "example.com",
		"dkim=pass:example.com spf=pass:example.com", FROM_R_HAS_NUL,
		"dmarc=permerror reason=\"NUL in the header\" header.from=example.com"},
	{"no author domain and no word why", REJECT, "", "dkim=pass:example.com", FROM_R_NONE,
		"dmarc=permerror reason=\"no author domain\""},
};
/* clang-format on */

static void
check(struct dmarc_rig *rig, const char *auth, struct dmarc_result *result)
{
	dmarc_rig_auth(rig, auth);
	dmarc_ask(&rig->in);
	cr_assert_eq(dmarc_check(&rig->in, rig->options.dmarc_mode, &rig->spf, &rig->dkim, result),
		ST_OK);
}

Test(dmarc_report, rows)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct dmarc_rig rig;
		struct dmarc_result result;
		struct report report;
		char got[1024];
		dmarc_rig_open(&rig, rows[i].zone, rows[i].author);
		rig.ids.ambiguous = from_reason(rows[i].ambiguous);
		check(&rig, rows[i].auth, &result);
		report_init(&report, &rig.arena);
		dmarc_report(&result, &report);
		cr_assert_eq(report.n, 1);
		const struct report_row *row = &report.rows[0];
		int n = snprintf(got, sizeof got, "%s=%s", row->method, auth_code_word(row->code));
		if (row->reason.id != DMARC_R_NONE)
			n += snprintf(got + n, sizeof got - (size_t)n, " reason=\"%s\"",
				reason_text(&row->reason));
		for (size_t p = 0; p < row->nprops; p++)
			n += snprintf(got + n, sizeof got - (size_t)n, " %s=%.*s",
				row->props[p].name, (int)row->props[p].value.n,
				row->props[p].value.p);
		cr_expect_str_eq(got, rows[i].expected, "%s: %s", rows[i].name, got);
		cr_expect(rows[i].ambiguous == FROM_R_NONE || dns_asked(rig.dns) == 0, "%s: asked",
			rows[i].name);
		dmarc_rig_close(&rig);
	}
}

Test(dmarc_report, steps_tell_the_way_to_the_record)
{
	struct dmarc_rig rig;
	struct dmarc_result result;
	static const char *const expected[] = {"x.b.example.com: no record",
		"b.example.com: several records", "example.com: record", "com: no record"};

	dmarc_rig_open(&rig,
		RECORD("b.example.com", "p=none") RECORD("b.example.com", "p=none")
			REJECT TXT("_dmarc.com", "other"),
		"x.b.example.com");
	check(&rig, "", &result);
	cr_assert_eq(result.nsteps, 4);
	for (size_t i = 0; i < 4; i++) {
		char got[100];
		(void)snprintf(got, sizeof got, "%.*s: %s", (int)result.steps[i].name.n,
			result.steps[i].name.p, result.steps[i].found);
		cr_expect_str_eq(got, expected[i], "%s", got);
	}
	cr_expect(slice_eq(result.org_domain, SLICE("example.com")));
	cr_expect(slice_eq(result.record_domain, SLICE("example.com")));
	cr_expect_eq(result.source, DMARC_FROM_ORG);
	dmarc_rig_close(&rig);
}

Test(dmarc_report, failed_steps)
{
	struct dmarc_rig rig;
	struct dmarc_result result;

	dmarc_rig_open(&rig, LAME("example.com") ";!BAD _dmarc.com. TXT\n", "a.example.com");
	check(&rig, "", &result);
	cr_assert_eq(result.nsteps, 3);
	cr_expect_str_eq(result.steps[1].found, "temperror");
	cr_expect_str_eq(result.steps[2].found, "bad answer");
	cr_expect_eq(result.org_domain.n, 0);
	dmarc_rig_close(&rig);
}

/*
 * RFC 9989 4.10.2: if an identifier that passed is the author domain itself, which has a record,
 * one query suffices.
 */
Test(dmarc_report, one_question_for_one_name)
{
	struct dmarc_rig rig;
	struct dmarc_result result;

	dmarc_rig_open(&rig, REJECT, "example.com");
	rig.options.no_ask = true;
	dmarc_rig_auth(
		&rig, "spf=pass:example.com dkim=pass:example.com dkim=pass:service.example");
	cr_assert_eq(dmarc_check(&rig.in, DMARC_RFC9989, &rig.spf, &rig.dkim, &result), ST_OK);
	cr_expect_eq(dns_asked(rig.dns), 1);
	cr_expect_eq(result.nsteps, 1);
	dmarc_rig_close(&rig);
}

/* Signatures with names that the message chose must not multiply queries. */
Test(dmarc_report, foreign_signatures_ask_nothing_more)
{
	struct dmarc_rig rig;
	struct dmarc_result result;

	dmarc_rig_open(&rig, REJECT, "example.com");
	check(&rig,
		"dkim=pass:a.b.c.d.e.f.com dkim=fail:g.h.i.j.k.l.com "
		"dkim=pass:m.n.o.p.q.example.net",
		&result);
	cr_expect_eq(result.code, AUTH_FAIL);
	cr_expect_eq(dns_asked(rig.dns), 2, "%zu questions", dns_asked(rig.dns));
	dmarc_rig_close(&rig);
}

Test(dmarc_report, each_signature_is_told)
{
	/* x's failed signature, below the author's domain, counts as aligned without a query */
	static const bool expected[] = {false, true, true, true, false, false};
	struct dmarc_rig rig;
	struct dmarc_result result;

	dmarc_rig_open(&rig, REJECT RECORD("x.example.com", "p=none; psd=n"), "example.com");
	check(&rig,
		"dkim=pass:other.test dkim=fail:example.com dkim=pass:mail.example.com "
		"dkim=fail:x.example.com dkim=pass:x.example.com dkim=permerror:",
		&result);
	for (size_t i = 0; i < 6; i++)
		cr_expect_eq(rig.dkim.sigs[i].aligned, expected[i], "signature %zu", i);
	dmarc_rig_close(&rig);
}

static const char *
sampled(unsigned pct, const char *policy, const char *body, struct domain_psl *psl,
	struct crypto *crypto)
{
	struct dmarc_rig rig;
	struct dmarc_result result;
	char zone[200], raw[200];

	(void)snprintf(zone, sizeof zone, "_dmarc.example.com. IN TXT \"v=DMARC1; p=%s; pct=%u\"\n",
		policy, pct);
	(void)snprintf(raw, sizeof raw, "From: a@example.com\n\n%s\n", body);
	dmarc_rig_open(&rig, zone, "example.com");
	message_parse(slice_str(raw), 1000, 65536, &rig.arena, &rig.message);
	rig.in.psl = psl;
	rig.in.crypto = crypto;
	rig.options.dmarc_mode = DMARC_RFC7489;
	check(&rig, "", &result);
	cr_expect_eq(result.code, AUTH_FAIL);
	cr_expect_eq(result.sampled_out, result.policy != result.published);
	dmarc_rig_close(&rig);
	return dmarc_policy_word(result.policy);
}

/*
 * RFC 7489 6.6.4: about the requested share of messages is rejected, always the same ones, and a
 * larger share includes a smaller one.
 */
Test(dmarc_report, sample)
{
	struct domain_psl *psl = domain_psl_open(NULL);
	struct crypto *crypto = crypto_new();
	unsigned rejected = 0;

	cr_assert(psl != NULL && crypto != NULL);
	for (unsigned i = 0; i < 1000; i++) {
		char body[32];
		(void)snprintf(body, sizeof body, "message %u", i);
		const char *at30 = sampled(30, "reject", body, psl, crypto);
		const char *at60 = sampled(60, "reject", body, psl, crypto);
		rejected += strcmp(at30, "reject") == 0;
		cr_expect(strcmp(at30, "reject") != 0 || strcmp(at60, "reject") == 0, "%s", body);
		cr_expect_str_eq(sampled(30, "reject", body, psl, crypto), at30, "%s", body);
	}
	cr_expect(rejected > 230 && rejected < 370, "%u of 1000", rejected);
	cr_expect_str_eq(sampled(0, "reject", "x", psl, crypto), "quarantine");
	cr_expect_str_eq(sampled(0, "quarantine", "x", psl, crypto), "none");
	cr_expect_str_eq(sampled(0, "none", "x", psl, crypto), "none");
	cr_expect_str_eq(sampled(100, "reject", "x", psl, crypto), "reject");
	crypto_free(crypto);
	domain_psl_free(psl);
}

Test(dmarc_report, rfc7489_needs_its_list)
{
	struct dmarc_rig rig;
	struct dmarc_result result;

	dmarc_rig_open(&rig, REJECT, "example.com");
	dmarc_rig_auth(&rig, "dkim=pass:example.com");
	cr_expect_eq(dmarc_check(&rig.in, DMARC_RFC7489, &rig.spf, &rig.dkim, &result), ST_TEMP);
	cr_expect_eq(result.code, AUTH_TEMPERROR);
	dmarc_rig_close(&rig);
}

/* A tree walk that the query limit ends is neither a pass nor a temporary error. */
Test(dmarc_report, the_limit_of_questions)
{
	for (size_t max = 0; max <= 2; max++) {
		struct dmarc_rig rig;
		struct dmarc_result result;

		dmarc_rig_open(&rig, REJECT, "example.com");
		rig.options.no_ask = true;
		dns_limit(rig.dns, max);
		dmarc_rig_auth(&rig, "dkim=pass:mail.example.com");
		cr_assert_eq(
			dmarc_check(&rig.in, DMARC_RFC9989, &rig.spf, &rig.dkim, &result), ST_OK);
		/* one query for the signature's domain; those for the author's do not count */
		cr_expect_eq(result.code, max < 1 ? AUTH_FAIL : AUTH_PASS, "%zu", max);
		cr_expect_eq(
			result.reason.id, max < 1 ? DMARC_R_QUESTIONS : DMARC_R_NONE, "%zu", max);
		cr_expect_eq(result.policy, DMARC_REJECT, "%zu", max);
		dmarc_rig_close(&rig);
	}
}

/*
 * Only the author's own walk is exempt from the limit: not the names between it and the author,
 * which a sender's signatures can name.
 */
Test(dmarc_report, names_between_count)
{
	struct dmarc_rig rig;
	struct dmarc_result result;
	struct slice author = SLICE("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.example.com");
	struct buf words;

	dmarc_rig_open(&rig, REJECT, author.p);
	buf_init(&words, &rig.arena, 4000);
	for (size_t at = 2; at < 28; at += 2)
		buf_addf(&words, " dkim=pass:%s", author.p + at);
	dmarc_rig_auth(&rig, arena_cstr(&rig.arena, buf_slice(&words)) + 1);
	dns_limit(rig.dns, 0);
	cr_assert_eq(dmarc_check(&rig.in, DMARC_RFC9989, &rig.spf, &rig.dkim, &result), ST_OK);
	cr_expect_eq(result.policy, DMARC_QUARANTINE); /* sp= */
	cr_expect_eq(result.code, AUTH_FAIL);
	cr_expect_leq(dns_asked(rig.dns), BUDGET_POLICY_QUESTIONS, "%zu", dns_asked(rig.dns));
	dmarc_rig_close(&rig);
}

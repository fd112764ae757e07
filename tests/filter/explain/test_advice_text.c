#include "filter/explain/advice_text.h"

#include <criterion/criterion.h>

#include "filter/result/diagnosis.h"
#include "tests/support/arena_suite.h"

ARENA_SUITE(advice_text);

static const struct advice_case {
	enum advice_id id;
	const char *values[5];
	const char *code, *text;
} cases[] = {
	{ADVICE_FROM, {NULL}, "from",
		"the mail must have one From field with one address in it: fix the program that "
		"writes it"},
	{ADVICE_SPF_DNS, {"a.example"}, "spf_dns",
		"the SPF record of a.example could not be fetched: check its name servers"},
	{ADVICE_SPF_FOREIGN, {"a.example", "b.example"}, "spf_foreign",
		"a.example in the envelope is not b.example, and its SPF does not pass: use "
		"b.example, or a domain below it, in MAIL FROM"},
	{ADVICE_SPF_MAIL_FROM_AT, {"amazonses.com", "b.example"}, "spf_mail_from_at",
		"SPF passed for amazonses.com, which is not b.example: ask the sending service for "
		"a custom MAIL FROM below b.example (in Amazon SES: a custom MAIL FROM domain), "
		"and "
		"publish the records that it names"},
	{ADVICE_SPF_JOIN, {"a.example", "3"}, "spf_join",
		"a.example has 3 SPF records, so that none is valid: merge them into one"},
	{ADVICE_SPF_BROKEN, {"a.example", "spf_many_lookups"}, "spf_broken",
		"the SPF record of a.example cannot be used (more than 10 DNS terms): run "
		"mailstamp "
		"inspect a.example for details"},
	{ADVICE_SPF_BROKEN, {"a.example", "permerror"}, "spf_broken",
		"the SPF record of a.example cannot be used (permerror): run mailstamp inspect "
		"a.example for details"},
	{ADVICE_SPF_BROKEN_TERM, {"a.example", "spf_syntax", "b:", "c.example"}, "spf_broken_term",
		"the SPF record of a.example cannot be used (the SPF record has a syntax error), "
		"because of b: in the "
		"record of c.example: run mailstamp inspect a.example for details"},
	{ADVICE_DKIM_FAILS, {"s._domainkey.a.example", "dkim_key_revoked"}, "dkim_fails",
		"the signature of s._domainkey.a.example does not count: the key is revoked (p= is "
		"empty): sign with the new selector, or publish the key again"},
	{ADVICE_DKIM_FAILS, {"s._domainkey.a.example", "dkim_bad_h"}, "dkim_fails",
		"the signature of s._domainkey.a.example does not count: h= is malformed"},
	{ADVICE_DKIM_FAILS, {"s._domainkey.a.example", "fails"}, "dkim_fails",
		"the signature of s._domainkey.a.example does not count: it fails"},
	{ADVICE_DKIM_DOMAIN_AT, {"sendgrid.net", "b.example"}, "dkim_domain_at",
		"the message is signed by sendgrid.net, not by b.example: ask the signer to sign "
		"with your own domain, d=b.example (in SendGrid: domain authentication), and "
		"publish the key, or the CNAME, that it names, under _domainkey.b.example"},
};

static const char *
value_of(const void *arg, const char *name)
{
	const struct finding *finding = arg;

	for (size_t i = 0; i < finding->nvalues; i++)
		if (strcmp(finding->values[i].name, name) == 0)
			return finding->values[i].text;
	return NULL;
}

/* The sentence rebuilt from code and values equals the one that was shown. */
Test(advice_text, there_and_back)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct findings findings;
		const struct finding *finding;
		const char *again;

		findings_init(&findings, &arena);
		finding = advice_say(&findings, FINDING_NOTE, cases[i].id, NULL, cases[i].values);
		cr_expect_str_eq(finding->code, cases[i].code);
		cr_expect_str_eq(finding->text, cases[i].text);
		again = advice_text(
			finding->code, &(struct advice_values){value_of, finding}, &arena);
		cr_assert_not_null(again, "%s", cases[i].code);
		cr_expect_str_eq(again, cases[i].text);
	}
}

Test(advice_text, not_known)
{
	const struct finding none = {.code = "x"};
	const struct finding other = {.code = "spf_broken",
		.values = (const struct finding_value[]){{"domain", "a.example"},
			{"reason", "spf_nobody_knows"}},
		.nvalues = 2};

	cr_expect_null(
		advice_text("nobody_knows", &(struct advice_values){value_of, &none}, &arena));
	cr_expect_null(advice_text("spf_dns", &(struct advice_values){value_of, &none}, &arena));
	cr_expect_null(
		advice_text("spf_broken", &(struct advice_values){value_of, &other}, &arena));
	cr_expect_null(advice_text("dkim_fails", &(struct advice_values){value_of, &none}, &arena));
}

/* Every id has its row, and no code occurs twice. */
Test(advice_text, rows)
{
	static const char *const values[] = {"a", "fails", "c", "d", "e", NULL};
	struct findings findings;

	findings_init(&findings, &arena);
	for (int i = 0; i < ADVICE_IDS; i++) {
		const struct finding *made =
			advice_say(&findings, FINDING_NOTE, (enum advice_id)i, NULL, values);

		for (const struct finding *f = findings.first; f != made; f = f->next)
			cr_expect_str_neq(f->code, made->code);
		cr_expect(made->about != NULL && made->id != NULL && made->sentence.format != NULL);
		for (const char *p = made->code; *p != '\0'; p++)
			cr_expect(*p == '_' || (*p >= 'a' && *p <= 'z'), "%s", made->code);
	}
}

/* What explain says about a signature that is broken: also that not all was tried. */
Test(advice_text, diagnosis)
{
	static const struct {
		struct diagnosis diagnosis;
		const char *text;
	} rows[] = {
		{{.half = DIAGNOSE_WHOLE}, "no known change explains it"},
		{{.half = DIAGNOSE_WHOLE, .stopped = true},
			"no known change explains it (the limits were reached before all was "
			"tried)"},
		{{.half = DIAGNOSE_HEADER, .stopped = true},
			"still verifies over the header: the body was changed, in a way that is "
			"not "
			"known (the limits were reached before all was tried)"},
		{{.found = true}, "passes again: changed after signing"},
		{{.found = true, .like_list = true},
			"passes again: changed after signing as mailing lists do"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_str_eq(diagnosis_text(&rows[i].diagnosis, &arena), rows[i].text);
}

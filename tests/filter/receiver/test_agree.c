#include "filter/receiver/agree.h"

#include <criterion/criterion.h>

#define WORD(c)                                                                                    \
	{                                                                                          \
		true, (c), true, SLICE_INIT("x")                                                   \
	}
#define OTHER(text)                                                                                \
	{                                                                                          \
		true, AUTH_NONE, false, SLICE_INIT(text)                                           \
	}

static const struct {
	const char *name;
	struct recorded_word spf, dkim, dmarc,
		arc; /* the receiver's results; the signature is of d.example */
	enum auth_code ours_spf, ours_dkim, ours_dmarc;
	bool signature, verified, unknown;
	size_t n;
	enum agree_about about;
	enum agree_why why; /* of the first difference */
} rows[] = {
	{"the same", WORD(AUTH_PASS), WORD(AUTH_PASS), WORD(AUTH_PASS), {false}, AUTH_PASS,
		AUTH_PASS, AUTH_PASS, true, true, false, 0, AGREE_SPF, AGREE_RECORDS},
	{"they did not say all", WORD(AUTH_PASS), {false}, {false}, {false}, AUTH_PASS, AUTH_FAIL,
		AUTH_FAIL, true, false, false, 0, AGREE_SPF, AGREE_RECORDS},
	{"the SPF record changed", WORD(AUTH_PASS), {false}, WORD(AUTH_PASS), {false}, AUTH_FAIL,
		AUTH_NONE, AUTH_FAIL, false, false, false, 2, AGREE_SPF, AGREE_RECORDS},
	{"no answer to us", WORD(AUTH_PASS), {false}, {false}, {false}, AUTH_TEMPERROR, AUTH_NONE,
		AUTH_NONE, false, false, false, 1, AGREE_SPF, AGREE_DNS_FAILED},
	{"no answer to them", WORD(AUTH_TEMPERROR), {false}, {false}, {false}, AUTH_PASS, AUTH_NONE,
		AUTH_NONE, false, false, false, 1, AGREE_SPF, AGREE_DNS_FAILED},
	{"the envelope is not shown", WORD(AUTH_PASS), {false}, {false}, {false}, AUTH_NONE,
		AUTH_NONE, AUTH_NONE, false, false, true, 1, AGREE_SPF, AGREE_NOT_SHOWN},
	{"changed since", {false}, WORD(AUTH_PASS), {false}, {false}, AUTH_NONE, AUTH_FAIL,
		AUTH_NONE, true, false, false, 1, AGREE_DKIM, AGREE_CHANGED},
	{"the key is gone", {false}, WORD(AUTH_PASS), {false}, {false}, AUTH_NONE, AUTH_PERMERROR,
		AUTH_NONE, true, false, false, 1, AGREE_DKIM, AGREE_KEY_GONE},
	{"our limits", {false}, WORD(AUTH_PASS), {false}, {false}, AUTH_NONE, AUTH_POLICY,
		AUTH_NONE, true, true, false, 1, AGREE_DKIM, AGREE_OUR_LIMITS},
	{"their limits", {false}, WORD(AUTH_FAIL), {false}, {false}, AUTH_NONE, AUTH_PASS,
		AUTH_NONE, true, true, false, 1, AGREE_DKIM, AGREE_THEIR_LIMITS},
	{"the signature was removed", {false}, WORD(AUTH_PASS), {false}, {false}, AUTH_NONE,
		AUTH_NONE, AUTH_NONE, false, false, false, 1, AGREE_DKIM, AGREE_CHANGED},
	{"their policy for SPF", WORD(AUTH_POLICY), {false}, {false}, {false}, AUTH_PASS, AUTH_NONE,
		AUTH_NONE, false, false, false, 1, AGREE_SPF, AGREE_LOCAL},
	{"ARC", {false}, {false}, WORD(AUTH_PASS), WORD(AUTH_PASS), AUTH_NONE, AUTH_NONE, AUTH_FAIL,
		false, false, false, 1, AGREE_DMARC, AGREE_ARC},
	{"Microsoft's guess", {false}, {false}, OTHER("bestguesspass"), {false}, AUTH_NONE,
		AUTH_NONE, AUTH_NONE, false, false, false, 1, AGREE_DMARC, AGREE_LOCAL},
	{"there was no DMARC record", {false}, {false}, WORD(AUTH_NONE), {false}, AUTH_NONE,
		AUTH_NONE, AUTH_FAIL, false, false, false, 1, AGREE_DMARC, AGREE_RECORDS},
	{"a rule of theirs", {false}, {false}, WORD(AUTH_PASS), {false}, AUTH_NONE, AUTH_NONE,
		AUTH_FAIL, false, false, false, 1, AGREE_DMARC, AGREE_LOCAL},
};

Test(agree, compare)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct recorded recorded = {.form = RECORDED_FIELD,
			.spf = rows[i].spf,
			.dkim = rows[i].dkim,
			.dmarc = rows[i].dmarc,
			.arc = rows[i].arc};
		struct dkim_sig_result sig = {.sig = {.d = SLICE_INIT("d.example")},
			.code = rows[i].ours_dkim,
			.verified = rows[i].verified};
		struct auth_results results = {
			.spf = {.code = rows[i].ours_spf}, .dmarc = {.code = rows[i].ours_dmarc}};
		struct agreement agreement;

		if (rows[i].signature)
			results.dkim = (struct dkim_result){.sigs = &sig, .n = 1};
		if (rows[i].dkim.there)
			recorded.signatures[recorded.nsignatures++] =
				(struct recorded_signature){SLICE("D.example"), rows[i].dkim};
		agree_compare(&recorded, &results, !rows[i].unknown, &agreement);
		cr_expect_eq(agreement.n, rows[i].n, "%s: %zu", rows[i].name, agreement.n);
		cr_expect_eq(agreement.agrees, rows[i].n == 0, "%s", rows[i].name);
		if (agreement.n == 0 || rows[i].n == 0)
			continue;
		cr_expect_eq(agreement.differences[0].about, rows[i].about, "%s", rows[i].name);
		cr_expect_eq(agreement.differences[0].why, rows[i].why, "%s: %s", rows[i].name,
			agree_why_word(agreement.differences[0].why));
	}
}

Test(agree, another_envelope)
{
	const struct recorded recorded = {.form = RECORDED_FIELD,
		.spf = WORD(AUTH_PASS),
		.spf_domain = SLICE_INIT("bounces.example")};
	struct auth_results results = {
		.spf = {.code = AUTH_FAIL, .domain = SLICE_INIT("example.com")}};
	struct agreement agreement;

	agree_compare(&recorded, &results, true, &agreement);
	cr_assert_eq(agreement.n, (size_t)1);
	cr_expect_eq(agreement.differences[0].why, AGREE_ENVELOPE);
}

Test(agree, nothing_recorded_is_no_agreement)
{
	const struct recorded recorded = {.form = RECORDED_NOTHING};
	const struct auth_results results = {.spf = {.code = AUTH_FAIL}};
	struct agreement agreement;

	agree_compare(&recorded, &results, true, &agreement);
	cr_expect_not(agreement.agrees);
	cr_expect_eq(agreement.n, (size_t)0);
}

/* A result for the HELO domain alone is compared only if our own result is for that domain too. */
Test(agree, helo)
{
	const struct recorded recorded = {.form = RECORDED_FIELD,
		.spf = WORD(AUTH_NONE),
		.spf_helo = SLICE_INIT("h.example")};
	struct auth_results results = {
		.spf = {.code = AUTH_PASS, .domain = SLICE_INIT("s.example")}};
	struct agreement agreement;

	agree_compare(&recorded, &results, true, &agreement);
	cr_expect(agreement.n == 0 && !agreement.recorded.spf.there);
	results.spf.domain = SLICE("H.example");
	agree_compare(&recorded, &results, true, &agreement);
	cr_expect(agreement.n == 1 && agreement.recorded.spf.there);
}

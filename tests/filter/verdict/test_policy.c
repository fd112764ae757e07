#include "filter/verdict/policy.h"

#include <criterion/criterion.h>

#include "filter/verdict/evaluate.h"

/*
 * Each row is one failing, passing or unfinished message with one set of switches (mailstamp(1),
 * Policy).
 */
struct row {
	const char *name;
	enum auth_code dmarc;
	enum dmarc_policy policy;
	enum reject_on reject_on;
	const char *header;
	bool broken_aligned; /* an aligned signature did not verify */
	enum disposition want;
	bool sign;
};

static struct verdict
decide_from(const struct envelope *envelope, struct options *options, struct auth_results *results,
	struct slice raw, enum from_reason ambiguous)
{
	struct identities ids = {.ambiguous = from_reason(ambiguous)};
	struct message message;
	struct auth_input in = {.message = &message, .envelope = envelope, .ids = &ids};
	struct verdict verdict;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	in.arena = &arena;
	message_parse(raw, 1000, 65536, &arena, &message);
	policy_decide(options, &in, results, &verdict);
	arena_clear(&arena);
	return verdict;
}

static struct verdict
decide(struct options *options, struct auth_results *results, struct slice raw,
	enum from_reason ambiguous)
{
	struct envelope envelope = {0};

	return decide_from(&envelope, options, results, raw, ambiguous);
}

static const struct row rows[] = {
	{"pass", AUTH_PASS, DMARC_REJECT, REJECT_ON_PUBLISHED, "", false, DISP_ACCEPT, false},
	{"no policy", AUTH_NONE, DMARC_ABSENT, REJECT_ON_DIRECT, "", false, DISP_ACCEPT, false},
	{"record of no use", AUTH_PERMERROR, DMARC_ABSENT, REJECT_ON_DIRECT, "", false, DISP_ACCEPT,
		false},
	{"fail, p=none", AUTH_FAIL, DMARC_P_NONE, REJECT_ON_PUBLISHED, "", false, DISP_ACCEPT,
		false},
	{"fail, p=quarantine", AUTH_FAIL, DMARC_QUARANTINE, REJECT_ON_PUBLISHED, "", false,
		DISP_QUARANTINE, false},
	{"fail, p=reject, published", AUTH_FAIL, DMARC_REJECT, REJECT_ON_PUBLISHED,
		"List-Id: <a>\n", true, DISP_REJECT, false},
	{"fail, p=reject, never", AUTH_FAIL, DMARC_REJECT, REJECT_ON_NEVER, "", false,
		DISP_QUARANTINE, false},
	{"direct, nothing speaks for it", AUTH_FAIL, DMARC_REJECT, REJECT_ON_DIRECT, "", false,
		DISP_REJECT, false},
	{"direct, ARC-Seal", AUTH_FAIL, DMARC_REJECT, REJECT_ON_DIRECT, "ARC-Seal: i=1\n", false,
		DISP_QUARANTINE, true},
	{"direct, List-Id", AUTH_FAIL, DMARC_REJECT, REJECT_ON_DIRECT, "list-id: <a>\n", false,
		DISP_QUARANTINE, true},
	{"direct, List-Post", AUTH_FAIL, DMARC_REJECT, REJECT_ON_DIRECT, "List-Post: NO\n", false,
		DISP_QUARANTINE, true},
	{"direct, Resent-From", AUTH_FAIL, DMARC_REJECT, REJECT_ON_DIRECT, "Resent-From: a@b.c\n",
		false, DISP_QUARANTINE, true},
	{"direct, aligned signature broken", AUTH_FAIL, DMARC_REJECT, REJECT_ON_DIRECT, "", true,
		DISP_QUARANTINE, true},
	{"direct, List-Unsubscribe is no sign", AUTH_FAIL, DMARC_REJECT, REJECT_ON_DIRECT,
		"List-Unsubscribe: <mailto:a@b.c>\n", false, DISP_REJECT, false},
};

Test(policy, results)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct options options = {.reject_on = row->reject_on};
		struct dkim_sig_result sig = {.mismatch = true, .aligned = row->broken_aligned};
		struct auth_results results = {
			.dkim = {.sigs = &sig, .n = 1},
			.dmarc = {.code = row->dmarc, .policy = row->policy},
		};
		struct verdict got =
			decide(&options, &results, slice_str(row->header), FROM_R_NONE);

		cr_expect_eq(got.disposition, row->want, "%s: %s", row->name,
			policy_word(got.disposition));
		cr_expect_eq(got.indicator != NULL, row->sign, "%s: indicator", row->name);
		cr_expect_not_null(reason_text(&got.reason), "%s: reason", row->name);
	}
}

/* Each indicator of an indirect path is named. */
Test(policy, signs)
{
	static const struct {
		const char *header;
		bool broken;
		const char *want;
	} table[] = {
		{"Resent-To: a@b.c\n", false, "a Resent field"},
		{"List-Id: <a>\nARC-Seal: i=1\n", false, "an ARC-Seal field and a List-Id field"},
		{"List-Id: <a>\nList-Id: <b>\nResent-To: a@b.c\nResent-From: a@b.c\n", true,
			"a List-Id field, a Resent field and an aligned signature that was broken "
			"after signing"},
		{"Resent-To: a@b.c\nList-Post: NO\nList-Id: <a>\nARC-Seal: x\n", true,
			"an ARC-Seal field, a List-Id field, a List-Post field, a Resent field and "
			"an aligned signature that was broken after signing"},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct options options = {.reject_on = REJECT_ON_DIRECT};
		struct dkim_sig_result sig = {.mismatch = true, .aligned = table[i].broken};
		struct auth_results results = {.dkim = {.sigs = &sig, .n = 1},
			.dmarc = {.code = AUTH_FAIL, .policy = DMARC_REJECT}};
		struct identities ids = {.from_fields = 1};
		struct message message;
		struct auth_input in = {.message = &message, .ids = &ids};
		struct verdict verdict;
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		in.arena = &arena;
		message_parse(slice_str(table[i].header), 1000, 65536, &arena, &message);
		policy_decide(&options, &in, &results, &verdict);
		cr_expect_eq(verdict.disposition, DISP_QUARANTINE);
		cr_expect_str_eq(verdict.indicator, table[i].want);
		arena_clear(&arena);
	}
}

/* A signature that verifies, and is refused only by our limits, counts as an indicator. */
Test(policy, refused_signature)
{
	static const struct {
		const char *name, *header;
		enum auth_code code;
		bool verified, aligned, testing;
		enum reject_on reject_on;
		enum disposition want;
		enum policy_reason reason;
	} table[] = {
		{"refused", "", AUTH_POLICY, true, true, false, REJECT_ON_DIRECT, DISP_QUARANTINE,
			POLICY_R_FAIL_REFUSED},
		{"published", "", AUTH_POLICY, true, true, false, REJECT_ON_PUBLISHED, DISP_REJECT,
			POLICY_R_FAIL_REJECT},
		{"of a list", "List-Id: <a>\n", AUTH_POLICY, true, true, false, REJECT_ON_DIRECT,
			DISP_QUARANTINE, POLICY_R_FAIL_INDIRECT},
		{"not aligned", "", AUTH_POLICY, true, false, false, REJECT_ON_DIRECT, DISP_REJECT,
			POLICY_R_FAIL_REJECT},
		{"not checked", "", AUTH_POLICY, false, true, false, REJECT_ON_DIRECT, DISP_REJECT,
			POLICY_R_FAIL_REJECT},
		{"testing key", "", AUTH_POLICY, true, true, true, REJECT_ON_DIRECT, DISP_REJECT,
			POLICY_R_FAIL_REJECT},
		{"malformed", "", AUTH_PERMERROR, false, true, false, REJECT_ON_DIRECT, DISP_REJECT,
			POLICY_R_FAIL_REJECT},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct options options = {.reject_on = table[i].reject_on};
		struct dkim_sig_result sig = {.code = table[i].code,
			.verified = table[i].verified,
			.aligned = table[i].aligned,
			.key_testing = table[i].testing};
		struct auth_results results = {.dkim = {.sigs = &sig, .n = 1},
			.dmarc = {.code = AUTH_FAIL, .policy = DMARC_REJECT}};
		struct verdict got =
			decide(&options, &results, slice_str(table[i].header), FROM_R_NONE);

		cr_expect_eq(got.disposition, table[i].want, "%s", table[i].name);
		cr_expect_eq(got.reason.id, table[i].reason, "%s", table[i].name);
		cr_expect_eq(got.only_refused, table[i].reason == POLICY_R_FAIL_REFUSED, "%s",
			table[i].name);
		cr_expect_eq(got.indicator != NULL, table[i].want == DISP_QUARANTINE, "%s",
			table[i].name);
	}
}

Test(policy, temperror)
{
	static const struct {
		const char *name;
		bool policy_known;
		enum dmarc_policy policy;
		bool given;
		enum disposition on_temperror;
		bool tempfail_on_dmarc;
		enum disposition want;
	} table[] = {
		{"policy not had", false, DMARC_ABSENT, false, DISP_ACCEPT, false, DISP_ACCEPT},
		{"policy not had, tempfail asked", false, DMARC_ABSENT, false, DISP_ACCEPT, true,
			DISP_TEMPFAIL},
		{"default under reject", true, DMARC_REJECT, false, DISP_ACCEPT, false,
			DISP_QUARANTINE},
		{"default under quarantine", true, DMARC_QUARANTINE, false, DISP_ACCEPT, false,
			DISP_QUARANTINE},
		{"default under none", true, DMARC_P_NONE, false, DISP_ACCEPT, false, DISP_ACCEPT},
		{"tempfail asked under none", true, DMARC_P_NONE, true, DISP_TEMPFAIL, false,
			DISP_TEMPFAIL},
		{"tempfail asked under none", true, DMARC_P_NONE, true, DISP_TEMPFAIL, false,
			DISP_TEMPFAIL},
		{"accept asked", true, DMARC_REJECT, true, DISP_ACCEPT, false, DISP_ACCEPT},
		{"tempfail asked", true, DMARC_REJECT, true, DISP_TEMPFAIL, false, DISP_TEMPFAIL},
		{"p=none quarantines nothing", true, DMARC_P_NONE, true, DISP_QUARANTINE, false,
			DISP_ACCEPT},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct options options = {
			.on_temperror_given = table[i].given,
			.on_temperror = table[i].on_temperror,
			.tempfail_on_dmarc = table[i].tempfail_on_dmarc,
		};
		struct auth_results results = {
			.dmarc = {.code = AUTH_TEMPERROR,
				.policy = table[i].policy,
				.only_message_names = table[i].policy_known},
		};
		struct verdict got = decide(&options, &results, SLICE(""), FROM_R_NONE);

		cr_expect_eq(got.disposition, table[i].want, "%s: %s", table[i].name,
			policy_word(got.disposition));
	}
}

Test(policy, ambiguous_local_and_oversize)
{
	struct auth_results pass = {.dmarc = {.code = AUTH_PERMERROR}}, local = {.local = true};
	struct options options = {.ambiguous = DISP_QUARANTINE};

	cr_expect_eq(decide(&options, &pass, SLICE(""), FROM_R_SEVERAL_FROM).disposition,
		DISP_QUARANTINE);
	options.ambiguous = DISP_REJECT;
	cr_expect_eq(
		decide(&options, &pass, SLICE(""), FROM_R_SEVERAL_FROM).disposition, DISP_REJECT);
	cr_expect_eq(decide(&options, &local, SLICE(""), FROM_R_SEVERAL_FROM).disposition,
		DISP_ACCEPT, "own clients have no policy");
	cr_expect_eq(decide(&options, NULL, SLICE(""), FROM_R_NONE).disposition, DISP_REJECT,
		"over the size limit is as --ambiguous says");
	cr_expect_eq(decide_from(&(struct envelope){.trusted_client = true}, &options, NULL,
			     SLICE(""), FROM_R_NONE)
			     .disposition,
		DISP_ACCEPT, "own clients have none for that either");
	cr_expect_eq(decide_from(&(struct envelope){.authenticated = SLICE_INIT("joe")}, &options,
			     NULL, SLICE(""), FROM_R_NONE)
			     .disposition,
		DISP_ACCEPT, "nor have users");
	options.oversize_tempfail = true;
	cr_expect_eq(decide(&options, NULL, SLICE(""), FROM_R_NONE).disposition, DISP_TEMPFAIL);
}

/*
 * What makes verdicts milder than by default is named, each alone and all together, if a file sets
 * it (mailstamp(1), explain): nobody must mistake it for the domain owner's policy.
 */
Test(policy, softened)
{
	const char *one[] = {"x"};
	const struct strings list = {one, 1};
	struct options options = options_default();
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	options.config = "/etc/mailstamp.conf";
	cr_expect_null(policy_softened(&options, &arena), "nothing is milder");
	options.reject_on = REJECT_ON_NEVER;
	cr_expect_str_eq(policy_softened(&options, &arena), "reject-on=never");
	options.on_temperror = DISP_ACCEPT;
	cr_expect_str_eq(policy_softened(&options, &arena), "reject-on=never", "a default");
	options.on_temperror_given = options.no_author_null_path = true;
	options.ambiguous = DISP_ACCEPT;
	options.trusted_sealers = options.trusted_forwarders = options.accept_from = list;
	cr_expect_str_eq(policy_softened(&options, &arena),
		"reject-on=never ambiguous=accept on-temperror=accept no-author=null-path "
		"trusted-sealer trusted-forwarder accept-from");
	options.config = NULL;
	cr_expect_null(policy_softened(&options, &arena), "the command line shows itself");
	arena_clear(&arena);
}

/* Without a record, a signature that passes is a result: only without any is it not judged. */
Test(policy, not_judged_without_a_record)
{
	struct dkim_sig_result sigs[] = {{.code = AUTH_FAIL}, {.code = AUTH_FAIL}};
	struct evaluation ev = {.evaluated = true,
		.in = {.envelope_hidden = true},
		.results = {.dmarc = {.code = AUTH_NONE}, .dkim = {.sigs = sigs, .n = 2}}};

	cr_expect(evaluate_not_judged(&ev), "no signature passes");
	sigs[1].code = AUTH_PASS;
	cr_expect_not(evaluate_not_judged(&ev), "one passes");
	sigs[1].code = AUTH_FAIL;
	ev.in.envelope_hidden = false;
	cr_expect_not(evaluate_not_judged(&ev), "the envelope is known");
}

/* Stored mail that does not show its envelope has not failed, whatever the policy. */
Test(policy, not_judged)
{
	struct options options = {.reject_on = REJECT_ON_PUBLISHED, .ambiguous = DISP_REJECT};
	struct auth_results results = {.dmarc = {.code = AUTH_PERMERROR,
					       .policy = DMARC_REJECT,
					       .reason = dmarc_reason(DMARC_R_NOT_JUDGED)}};
	struct verdict verdict = decide(&options, &results, SLICE("A: b\n\n"), FROM_R_NONE);

	cr_expect_eq(verdict.disposition, DISP_ACCEPT);
	cr_expect_eq(verdict.reason.id, POLICY_R_NOT_JUDGED);
}

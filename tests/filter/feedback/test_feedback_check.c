#include "filter/feedback/feedback_check.h"

#include <criterion/criterion.h>

#include "tests/support/arena_suite.h"

ARENA_SUITE(feedback_check);

enum { NONE = 0 };
#define BIT(mark) (1 << FEEDBACK_MARK_##mark)

/* contradictions in the reporter's data are marked, and nothing else */
static const struct {
	const char *name, *from, *dkim, *spf, *disposition, *dkim_domain, *spf_domain, *scope;
	const char *mode, *p, *reason, *discovery;
	int64_t marks;
} rows[] = {
	{"both pass", "example.com", "pass", "pass", "none", "example.com", "example.com", "", "r",
		"none", "", "", NONE},
	{"aligned DKIM told as a fail", "example.com", "fail", "fail", "none", "example.com", "",
		"", "r", "none", "", "", BIT(DKIM_FAIL)},
	{"the same below the policy domain", "a.example.com", "fail", "fail", "none",
		"b.example.com", "", "", "r", "none", "", "", BIT(DKIM_FAIL)},
	{"below it a psd=n may stand between", "a.example.com", "fail", "fail", "none",
		"b.example.com", "", "", "r", "none", "", "treewalk", NONE},
	{"strict: not aligned", "a.example.com", "fail", "fail", "none", "b.example.com", "", "",
		"s", "none", "", "", NONE},
	{"another domain passed", "example.com", "fail", "fail", "none", "list.example", "", "",
		"r", "none", "", "", NONE},
	{"DKIM told as a pass of another domain", "example.com", "pass", "fail", "none",
		"list.example", "", "", "r", "none", "", "", BIT(DKIM_PASS)},
	{"DKIM told as a pass without a signature", "example.com", "pass", "fail", "none", "", "",
		"", "r", "none", "", "", BIT(DKIM_PASS)},
	{"a sibling may be aligned", "a.example.com", "pass", "fail", "none", "b.example.com", "",
		"", "r", "none", "", "", NONE},
	{"SPF of another domain", "example.com", "fail", "pass", "none", "", "list.example",
		"mfrom", "r", "none", "", "", BIT(SPF_PASS)},
	{"aligned SPF told as a fail", "example.com", "fail", "fail", "none", "", "example.com",
		"mfrom", "r", "none", "", "", BIT(SPF_FAIL)},
	{"of a HELO name DMARC takes none", "example.com", "fail", "fail", "none", "",
		"example.com", "helo", "r", "none", "", "", NONE},
	{"a pass that is rejected", "example.com", "pass", "fail", "reject", "example.com", "", "",
		"r", "reject", "", "", BIT(DISPOSITION)},
	{"a pass that is rejected with a reason", "example.com", "pass", "fail", "reject",
		"example.com", "", "", "r", "reject", "local_policy", "", NONE},
	{"a failure with disposition pass", "example.com", "fail", "fail", "pass", "", "", "", "r",
		"reject", "", "", BIT(DISPOSITION)},
	{"stricter than the policy", "example.com", "fail", "fail", "reject", "", "", "", "r",
		"none", "", "", BIT(POLICY)},
	{"as strict as the policy", "example.com", "fail", "fail", "reject", "", "", "", "r",
		"reject", "", "", NONE},
	{"another author domain", "example.net", "fail", "fail", "none", "", "", "", "r", "none",
		"", "", BIT(FROM)},
	{"a name that only ends alike", "badexample.com", "fail", "fail", "none", "", "", "", "r",
		"none", "", "", BIT(FROM)},
};

Test(feedback_check, marks_what_cannot_be_true)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct feedback_report report = {
			.domain = SLICE("example.com"),
			.adkim = slice_str(rows[i].mode),
			.aspf = slice_str(rows[i].mode),
			.p = slice_str(rows[i].p),
			.discovery = slice_str(rows[i].discovery),
		};
		struct feedback_row row = {
			.messages = 1,
			.header_from = slice_str(rows[i].from),
			.dkim = slice_str(rows[i].dkim),
			.spf = slice_str(rows[i].spf),
			.disposition = slice_str(rows[i].disposition),
		};

		if (rows[i].dkim_domain[0] != '\0')
			row.results[row.nresults++] = (struct feedback_result){
				.domain = slice_str(rows[i].dkim_domain), .result = SLICE("pass")};
		if (rows[i].spf_domain[0] != '\0')
			row.results[row.nresults++] = (struct feedback_result){.spf = true,
				.domain = slice_str(rows[i].spf_domain),
				.scope = slice_str(rows[i].scope),
				.result = SLICE("pass")};
		if (rows[i].reason[0] != '\0')
			row.reasons[row.nreasons++].type = slice_str(rows[i].reason);
		cr_expect_eq(feedback_marks(&report, &row), rows[i].marks, "%s: %lld", rows[i].name,
			(long long)feedback_marks(&report, &row));
	}
}

Test(feedback_check, no_message_is_marked)
{
	const struct feedback_report report = {.domain = SLICE("example.com")};
	const struct feedback_row row = {.header_from = SLICE("example.com")};

	cr_expect_eq(feedback_marks(&report, &row), BIT(COUNT));
}

/* codes are in the store: each is unique, and none may change */
Test(feedback_check, codes)
{
	static const char *const codes[] = {"dkim_fail", "dkim_pass", "spf_fail", "spf_pass",
		"disposition", "policy", "count", "from", "span", "dkim_fail_dns", "dkim_pass_dns",
		"spf_fail_dns", "spf_pass_dns", "spf_record"};

	cr_assert_eq(FEEDBACK_MARKS_N, sizeof codes / sizeof *codes);
	for (size_t i = 0; i < FEEDBACK_MARKS_N; i++)
		cr_expect_str_eq(feedback_mark_code((enum feedback_mark)i), codes[i]);
}

#include "filter/result/failure.h"

#include <criterion/criterion.h>

/* RFC 9989 4.7, fo: results and alignment, and whether they request a report */
static const struct asked_row {
	const char *name, *fo;
	bool spf_pass, dkim_pass; /* and aligned */
	enum auth_code spf, signature;
	bool asked;
} asked_rows[] = {
	{"default, nothing passed", "", false, false, AUTH_FAIL, AUTH_FAIL, true},
	{"default, SPF passed", "", true, false, AUTH_PASS, AUTH_FAIL, false},
	{"0, DKIM passed", "0", false, true, AUTH_FAIL, AUTH_PASS, false},
	{"1, DKIM passed", "1", false, true, AUTH_FAIL, AUTH_PASS, true},
	{"1, both passed", "1", true, true, AUTH_PASS, AUTH_PASS, false},
	{"d, a signature failed, aligned or not", "d", true, true, AUTH_PASS, AUTH_FAIL, true},
	{"d, a key did not answer", "d", false, false, AUTH_FAIL, AUTH_TEMPERROR, false},
	{"s, SPF failed, aligned or not", "s", true, true, AUTH_FAIL, AUTH_PASS, true},
	{"s, softfail", "s", true, true, AUTH_SOFTFAIL, AUTH_PASS, true},
	{"s, neutral", "s", false, false, AUTH_NEUTRAL, AUTH_FAIL, false},
	{"d:s, SPF failed", "d:s", true, true, AUTH_FAIL, AUTH_PASS, true},
	{"1:d:s, nothing", "1:d:s", true, true, AUTH_PASS, AUTH_PASS, false},
	{"an unknown letter", "x", false, false, AUTH_FAIL, AUTH_FAIL, false},
	{"white space around", " d : s ", true, true, AUTH_FAIL, AUTH_PASS, true},
};

Test(failure, asked)
{
	for (size_t i = 0; i < sizeof asked_rows / sizeof *asked_rows; i++) {
		const struct asked_row *row = &asked_rows[i];
		struct dkim_sig_result signature = {.code = row->signature};
		struct auth_results results = {
			.spf.code = row->spf,
			.dkim = {.sigs = &signature, .n = 1},
			.dmarc = {.spf_pass = row->spf_pass, .dkim_pass = row->dkim_pass},
		};

		cr_expect_eq(
			failure_asked(&results, slice_str(row->fo)), row->asked, "%s", row->name);
	}
}

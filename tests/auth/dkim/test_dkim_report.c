#include <criterion/criterion.h>

#include "mime/buf.h"
#include "tests/support/dkim_rig.h"

static void
set_up(void)
{
	dkim_rig_open();
	dkim_rig_zone("");
}

TestSuite(dkim_report, .init = set_up, .fini = dkim_rig_close);

/* Returns each row of the report as a line: method=code (reason) name=value ... */
static const char *
rows_of(const struct dkim_result *result)
{
	struct report report;
	struct buf buf;

	report_init(&report, &rig.arena);
	dkim_report(result, &report);
	buf_init(&buf, &rig.arena, 1 << 16);
	for (size_t i = 0; i < report.n; i++) {
		const struct report_row *row = &report.rows[i];

		buf_addf(&buf, "%s=%s", row->method, auth_code_word(row->code));
		if (row->reason.id != DKIM_R_NONE)
			buf_addf(&buf, " (%s)", reason_text(&row->reason));
		for (size_t j = 0; j < row->nprops; j++) {
			buf_addf(&buf, " %s=", row->props[j].name);
			buf_add(&buf, row->props[j].value);
		}
		buf_adds(&buf, "\n");
	}
	return arena_cstr(&rig.arena, buf_slice(&buf));
}

Test(dkim_report, none)
{
	const struct dkim_result result = {0};

	cr_expect_str_eq(rows_of(&result), "dkim=none\n");
}

Test(dkim_report, malformed_ones_are_visible)
{
	static const struct {
		const char *name, *value, *want;
	} rows[] = {
		{"empty", "", "dkim=permerror (a required tag is missing)\n"},
		{"not a tag list", " hello", "dkim=permerror (the tag list is malformed)\n"},
		{"what can be read",
			" v=1; a=rsa-sha1; d=Example.COM; s=Sel; i=joe@a.example.com; h=from;\r\n"
			" b=QUJD REVG\r\n R0hJ; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
			"dkim=policy (algorithm rsa-sha1 is not accepted) header.d=example.com "
			"header.i=joe@a.example.com header.s=sel header.a=rsa-sha1 "
			"header.b=QUJDREVG\n"},
		{"a short b=", " d=example.com; b=QUJD",
			"dkim=permerror (a required tag is missing) header.d=example.com "
			"header.i=@example.com header.b=QUJD\n"},
		{"no bad domain is told", " v=1; d=a.b(.c; s=a b; a=(x); b=(; i=@example.com",
			"dkim=permerror (d= is not a domain name)\n"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf raw;

		buf_init(&raw, &rig.arena, 10000);
		buf_addf(&raw, "DKIM-Signature:%s\r\nFrom: joe@example.com\r\n\r\n", rows[i].value);
		(void)dkim_rig_check(buf_slice(&raw), NULL);
		cr_expect_str_eq(rows_of(&rig.result), rows[i].want, "%s: %s", rows[i].name,
			rows_of(&rig.result));
	}
}

Test(dkim_report, numbers)
{
	struct dkim_sig_result sig = {.code = AUTH_POLICY,
		.reason = dkim_reason(DKIM_R_LENGTH),
		.unsigned_bytes = 18446744073709551615U};
	struct dkim_result result = {.sigs = &sig, .n = 1};

	cr_expect_str_eq(rows_of(&result), "dkim=policy (l= leaves the end of the body unsigned) "
					   "policy.unsigned=18446744073709551615\n");
	result.over = 3;
	sig.reason = dkim_reason(DKIM_R_NONE);
	sig.code = AUTH_PASS;
	cr_expect_str_eq(rows_of(&result),
		"dkim=pass\ndkim=policy (more signatures than the limit) policy.unchecked=3\n");
	result.n = 0;
	cr_expect_str_eq(rows_of(&result),
		"dkim=policy (more signatures than the limit) policy.unchecked=3\n");
}

#include "filter/result/code.h"

#include <criterion/criterion.h>

static const struct code_case {
	const char *code, *text;
} cases[] = {
	{"from_missing", "no From field"},
	{"spf_syntax", "the SPF record has a syntax error"},
	{"dkim_missing_tag", "a required tag is missing"},
	{"policy_local", "from a trusted client or an authenticated user"},
	{"no_file", "no such file"},
};

Test(code, texts)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_str_eq(code_text(cases[i].code), cases[i].text, "%s", cases[i].code);
	cr_expect_null(code_text("nobody_knows"));
	cr_expect_null(code_text(NULL));
}

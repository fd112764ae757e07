#include "filter/runs/run_row.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* the shortest line of an evaluated message, with a place for further members */
#define JUDGED(more)                                                                               \
	"{\"index\":7,\"path\":\"a.eml\",\"message\":{},\"envelope\":{},\"disposition\":"          \
	"\"accept\"" more "}"
#define RESULTS(dkim, policy)                                                                      \
	JUDGED(",\"spf\":{\"result\":\"pass\",\"domain\":\"example.org\"},\"dkim\":[" dkim         \
	       "],\"arc\":{\"result\":\"none\"},\"dmarc\":{\"result\":\"fail\",\"policy\":" policy \
	       ",\"spf_aligned\":false,\"dkim_pass\":false}")

static const struct row_case {
	const char *name, *line;
	bool good;
} cases[] = {
	{"the shortest", JUDGED(""), true},
	{"octets that act", JUDGED(",\"new\":\"\xC2\x9B\""), false},
	{"a tab", JUDGED(",\t\"new\":1"), false},
	{"two line ends", JUDGED("") "\n\n", false},
	{"with a line end", JUDGED("") "\n", true},
	{"a file that could not be read", "{\"index\":0,\"path\":\"a\",\"error\":\"no such file\"}",
		true},
	{"members nobody knows", JUDGED(",\"new\":{\"deep\":[1,2,{}]}"), true},
	{"results", RESULTS("", "\"reject\""), true},
	{"a policy that is bad", RESULTS("", "\"invalid\""), true},
	{"no policy", RESULTS("", "null"), true},
	{"a policy nobody knows", RESULTS("", "\"maybe\""), false},
	{"a policy that is a number", RESULTS("", "1"), false},
	{"a signature",
		RESULTS("{\"result\":\"pass\",\"d\":\"a.b\",\"s\":\"s\",\"aligned\":true}", "null"),
		true},
	{"a signature without alignment",
		RESULTS("{\"result\":\"pass\",\"d\":\"a.b\",\"s\":\"s\"}", "null"), false},
	{"a signature that is a text", RESULTS("\"pass\"", "null"), false},
	{"a result nobody knows", RESULTS("{\"result\":\"good\",\"aligned\":true}", "null"), false},
	{"a domain that is a number",
		RESULTS("{\"result\":\"pass\",\"d\":1,\"aligned\":true}", "null"), false},
	{"what-ifs", JUDGED(",\"what_if\":[{\"dmarc\":\"fail\",\"disposition\":\"reject\"}]"),
		true},
	{"a what-if without a result", JUDGED(",\"what_if\":[{\"disposition\":\"reject\"}]"),
		false},
	{"nine what-ifs", JUDGED(",\"what_if\":[1,2,3,4,5,6,7,8,9]"), false},
	{"what-ifs that are no list", JUDGED(",\"what_if\":{}"), false},
	{"the other RFC",
		JUDGED(",\"other_outcome\":{\"dmarc\":\"pass\",\"disposition\":\"accept\"}"), true},
	{"a change",
		JUDGED(",\"diagnosis\":[{\"explained\":true,\"changes\":[{\"kind\":\"footer\"},{"
		       "\"kind\":\"footer\"}]}]"),
		true},
	{"a change nobody knows",
		JUDGED(",\"diagnosis\":[{\"explained\":true,\"changes\":[{\"kind\":\"magic\"}]}]"),
		false},
	{"advice of version 1", JUDGED(",\"advice\":[{\"id\":\"x\",\"text\":\"a b\"}]"), true},
	{"advice",
		JUDGED(",\"advice\":[{\"id\":\"x\",\"text\":\"a\",\"code\":\"indirect\",\"values\":"
		       "{}}]"),
		true},
	{"advice without its sentence", JUDGED(",\"advice\":[{\"id\":\"x\"}]"), false},
	{"advice whose code is a number",
		JUDGED(",\"advice\":[{\"id\":\"x\",\"text\":\"a\",\"code\":1}]"), false},
	{"version 1", JUDGED(",\"version\":1"), true},
	{"version 2", JUDGED(",\"version\":2"), true},
	{"a newer version", JUDGED(",\"version\":3"), false},
	{"a date",
		"{\"index\":1,\"path\":\"a\",\"message\":{\"date\":-1},\"envelope\":{},"
		"\"disposition\":\"reject\"}",
		true},
	{"a date that is a text",
		"{\"index\":1,\"path\":\"a\",\"message\":{\"date\":\"x\"},\"envelope\":{},"
		"\"disposition\":\"reject\"}",
		false},
	{"no message", "{\"index\":1,\"path\":\"a\",\"envelope\":{},\"disposition\":\"accept\"}",
		false},
	{"a disposition nobody knows",
		"{\"index\":1,\"path\":\"a\",\"message\":{},\"envelope\":{},\"disposition\":"
		"\"keep\"}",
		false},
	{"no index", "{\"path\":\"a\",\"error\":\"no such file\"}", false},
	{"no path", "{\"index\":1,\"error\":\"no such file\"}", false},
	{"an index below zero", "{\"index\":-1,\"path\":\"a\",\"error\":\"no such file\"}", false},
	{"neither disposition nor error", "{\"index\":1,\"path\":\"a\"}", false},
	{"a member twice", "{\"index\":1,\"index\":1,\"path\":\"a\",\"error\":\"x\"}", false},
	{"cut", "{\"index\":1,\"path\":\"a\",\"err", false},
	{"two objects", "{\"index\":1,\"path\":\"a\",\"error\":\"x\"}{}", false},
	{"a list", "[]", false},
	{"nothing", "", false},
	{"controls and NUL",
		"{\"index\":1,\"path\":\"a\\u0000\\u001b[31m\\n\\u202e\",\"error\":\"x\"}", true},
	{"a surrogate alone", "{\"index\":1,\"path\":\"\\ud800\",\"error\":\"x\"}", false},
};

Test(run_row, lines)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct row_case *one = &cases[i];
		struct error error = {.path = NULL};
		struct row row, *copy;
		struct arena arena;
		enum status st;

		arena_init(&arena, NULL, NULL);
		st = run_row_read(slice_str(one->line), &arena, &row, &error);
		cr_expect_eq(st, one->good ? ST_OK : ST_BAD, "%s: %s", one->name,
			reason_code(&error.reason));
		cr_expect_eq(error.reason.id == REASON_NONE, one->good, "%s: error", one->name);
		if (st == ST_OK) {
			copy = row_copy(&row);
			cr_assert_not_null(copy);
			cr_expect_str_eq(copy->path, row.path, "%s", one->name);
			cr_expect_str_eq(copy->error, row.error, "%s", one->name);
			cr_expect_str_eq(copy->policy, row.policy, "%s", one->name);
			for (size_t k = 0; k < row.nsignatures; k++)
				cr_expect_str_eq(copy->signatures[k].d, row.signatures[k].d, "%s",
					one->name);
			for (size_t k = 0; k < row.nadvice; k++)
				cr_expect_str_eq(
					copy->advice[k].text, row.advice[k].text, "%s", one->name);
			free(copy);
		}
		arena_clear(&arena);
	}
}

Test(run_row, depth_and_length)
{
	enum { DEEP = 100000 };
	char *deep = malloc(DEEP), *wide = malloc(RUN_LINE_MAX + 1);
	struct error error = {.path = NULL};
	struct arena arena;
	struct row row;

	cr_assert(deep != NULL && wide != NULL);
	arena_init(&arena, NULL, NULL);
	memset(deep, '[', DEEP);
	cr_expect_eq(run_row_read(slice_make(deep, DEEP), &arena, &row, &error), ST_BAD);
	memset(wide, ' ', RUN_LINE_MAX + 1);
	cr_expect_eq(
		run_row_read(slice_make(wide, RUN_LINE_MAX + 1), &arena, &row, &error), ST_BAD);
	cr_expect_eq(error.reason.id, RUN_E_LONG_ROW);
	arena_clear(&arena);
	free(deep);
	free(wide);
}

Test(run_row, what_is_in_it)
{
	static const char line[] =
		"{\"index\":41,\"path\":\"\\u65e5.eml\",\"message\":{\"author_domain\":\"example."
		"com\",\"date\":86400},\"envelope\":{\"client_ip\":\"192.0.2.1\",\"client_name\":"
		"\"mail.example\"},\"spf\":{\"result\":\"softfail\",\"domain\":\"example.org\"},"
		"\"dkim\":[{\"result\":\"fail\",\"d\":\"a.example\",\"s\":\"s\\u001b\",\"aligned\":"
		"false},{\"result\":\"pass\",\"d\":\"b.example\",\"s\":\"t\",\"aligned\":true}],"
		"\"arc\":{\"result\":\"pass\"},\"dmarc\":{\"result\":\"fail\",\"policy\":"
		"\"quarantine\",\"spf_aligned\":true,\"dkim_pass\":false},\"disposition\":"
		"\"quarantine\",\"reason\":\"why\",\"reason_code\":\"policy_local\",\"sign\":"
		"\"List-Id\",\"override\":{\"reason\":"
		"\"arc\"},\"what_if\":[{\"dmarc\":\"pass\",\"disposition\":\"accept\"}],\"other_"
		"outcome\":{\"dmarc\":\"none\",\"disposition\":\"accept\"},\"diagnosis\":[{"
		"\"explained\":false,\"changes\":[]},{\"explained\":true,\"changes\":[{\"kind\":"
		"\"footer\"}]}],\"advice\":[{\"id\":\"advice-x\",\"text\":\"as it was "
		"told\",\"code\":"
		"\"spf_dns\",\"values\":{\"domain\":\"a.example\"}},{\"id\":\"advice-y\",\"text\":"
		"\"as it was told\",\"code\":\"nobody_knows\",\"values\":{}},{\"id\":\"advice-z\","
		"\"text\":\"as it was told\",\"code\":\"spf_dns\",\"values\":{}}]}";
	struct error error = {.path = NULL};
	struct arena arena;
	struct row row;

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(run_row_read(SLICE(line), &arena, &row, &error), ST_OK, "%s",
		reason_code(&error.reason));
	cr_expect(row.index == 41 && !row.failed && row.evaluated && row.has_date &&
		  row.date == 86400);
	cr_expect_str_eq(row.path, "\xE6\x97\xA5.eml");
	cr_expect_str_eq(row.author_domain, "example.com");
	cr_expect_str_eq(row.client_ip, "192.0.2.1");
	cr_expect_str_eq(row.client_name, "mail.example");
	cr_expect(row.spf == AUTH_SOFTFAIL && row.spf_aligned);
	cr_expect_str_eq(row.spf_domain, "example.org");
	cr_expect_eq(row.dkim, AUTH_PASS, "one passed");
	cr_expect_eq(row.nsignatures, 2);
	cr_expect_str_eq(row.signatures[0].s, "s\\x1b");
	cr_expect(row.signatures[1].aligned && !row.dkim_aligned);
	cr_expect(row.arc == AUTH_PASS && row.dmarc == AUTH_FAIL);
	cr_expect_str_eq(row.policy, "quarantine");
	cr_expect_eq(row.disposition, DISP_QUARANTINE);
	cr_expect_str_eq(row.indicator, "List-Id");
	cr_expect_str_eq(row.override, "arc");
	cr_expect(row.nwhat_ifs == 1 && row.what_ifs[0].dmarc == AUTH_PASS);
	cr_expect(row.has_other && row.other.dmarc == AUTH_NONE);
	cr_expect(row.damage.signatures == 2 && row.damage.unexplained == 1 &&
		  row.damage.kinds[DIAGNOSE_FOOTER] == 1);
	cr_expect_str_eq(
		row.reason, "from a trusted client or an authenticated user", "by its code");
	cr_expect_eq(row.nadvice, 3);
	cr_expect_str_eq(row.advice[0].text,
		"the SPF record of a.example could not be fetched: check its name servers");
	cr_expect_str_eq(row.advice[1].text, "as it was told", "no such code");
	cr_expect_str_eq(row.advice[2].text, "as it was told", "a value is missing");
	arena_clear(&arena);
}

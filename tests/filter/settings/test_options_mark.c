#include "filter/settings/options_mark.h"

#include <criterion/criterion.h>

#include "filter/cli/options.h"

enum { ARGS = 8 };

/* Do these arguments mean the same run as `mailstamp batch --config /dev/null a`? */
static const struct mark_case {
	const char *name;
	const char *argv[ARGS];
	bool same;
} cases[] = {
	{"nothing more", {NULL}, true},
	{"how fast", {"--jobs", "7", "--unordered"}, true},
	{"which part", {"--shard", "2/3"}, true},
	{"how it is told", {"--output", "json", "--lang", "ja"}, true},
	{"what was done", {"--resume", "j", "--cache-size", "1M"}, true},
	{"another path", {"b"}, false},
	{"a what-if", {"--what-if", "p=reject"}, false},
	{"the other RFC, too", {"--dmarc-compare"}, false},
	{"what broke signatures", {"--diagnose"}, false},
	{"another RFC", {"--dmarc-mode", "rfc7489"}, false},
	{"another clock", {"--now", "1"}, false},
	{"a clock at 0", {"--now", "0"}, false},
	{"another zone", {"--zone", "z"}, false},
	{"a resolver", {"--resolver", "192.0.2.1"}, false},
	{"a trusted network", {"--trusted-client", "192.0.2.0/24"}, false},
	{"a trusted forwarder", {"--trusted-forwarder", "192.0.2.0/24"}, false},
	{"another limit", {"--max-fields", "999"}, false},
	{"another size", {"--max-size", "1M"}, false},
	{"another name", {"--authserv-id", "a.example"}, false},
	{"mboxo", {"--mbox", "mboxo"}, false},
};

static void
mark_of(const char *const *more, char mark[OPTIONS_MARK + 1])
{
	const char *argv[5 + ARGS + 1] = {"mailstamp", "batch", "--config", "/dev/null", "a"};
	int argc = 5;
	struct options options;
	struct error error;
	struct arena arena;
	bool in_file;

	for (size_t i = 0; i < ARGS && more[i] != NULL; i++)
		argv[argc++] = more[i];
	arena_init(&arena, NULL, NULL);
	cr_assert_eq(
		options_parse(argc, (char **)(uintptr_t)argv, &arena, &options, &error, &in_file),
		ST_OK, "%s", argc > 5 ? argv[5] : "");
	cr_assert_eq(options_mark(&options, &arena, mark), ST_OK);
	arena_clear(&arena);
}

Test(options_mark, cases)
{
	char plain[OPTIONS_MARK + 1], marks[sizeof cases / sizeof cases[0]][OPTIONS_MARK + 1];

	mark_of((const char *const[ARGS]){NULL}, plain);
	cr_assert_eq(strlen(plain), OPTIONS_MARK);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		mark_of(cases[i].argv, marks[i]);
		cr_expect_eq(strcmp(marks[i], plain) == 0, cases[i].same, "%s", cases[i].name);
		for (size_t k = 0; k < i && !cases[i].same; k++)
			cr_expect_str_neq(
				marks[i], marks[k], "%s and %s", cases[i].name, cases[k].name);
	}
}

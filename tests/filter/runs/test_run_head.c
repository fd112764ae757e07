#include "filter/runs/run_head.h"

#include <criterion/criterion.h>

#define RUN_BUT_ONE "123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define RUN "0" RUN_BUT_ONE
#define HEAD(version, shard, of, run, labels, more)                                                \
	"{\"mailstamp_run\":{\"version\":" version ",\"program\":\"mailstamp 0\",\"shard\":" shard \
	",\"of\":" of ",\"run\":" run ",\"what_if\":" labels ",\"compared\":false}" more "}"

static const struct head_case {
	const char *name, *line;
	enum status st;
} heads[] = {
	{"the first", HEAD("2", "1", "2", "\"" RUN "\"", "[]", ""), ST_OK},
	{"the last", HEAD("2", "100000", "100000", "\"" RUN "\"", "[\"a\"]", ""), ST_OK},
	{"beyond the last", HEAD("2", "3", "2", "\"" RUN "\"", "[]", ""), ST_BAD},
	{"number 0", HEAD("2", "0", "2", "\"" RUN "\"", "[]", ""), ST_BAD},
	{"of none", HEAD("2", "1", "0", "\"" RUN "\"", "[]", ""), ST_BAD},
	{"of too many", HEAD("2", "1", "100001", "\"" RUN "\"", "[]", ""), ST_BAD},
	{"another form", HEAD("3", "1", "2", "\"" RUN "\"", "[]", ""), ST_LIMIT},
	{"a short mark", HEAD("2", "1", "2", "\"0123\"", "[]", ""), ST_BAD},
	{"a mark that is too long", HEAD("2", "1", "2", "\"0" RUN "\"", "[]", ""), ST_BAD},
	{"a mark that is no hex", HEAD("2", "1", "2", "\"x" RUN_BUT_ONE "\"", "[]", ""), ST_BAD},
	{"no mark", HEAD("2", "1", "2", "null", "[]", ""), ST_BAD},
	{"a label that acts", HEAD("2", "1", "2", "\"" RUN "\"", "[\"\\u001b\"]", ""), ST_BAD},
	{"a label that is a list", HEAD("2", "1", "2", "\"" RUN "\"", "[[]]", ""), ST_BAD},
	{"nine labels",
		HEAD("2", "1", "2", "\"" RUN "\"", "[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]",
			""),
		ST_BAD},
	{"something beside it", HEAD("2", "1", "2", "\"" RUN "\"", "[]", ",\"more\":1"), ST_BAD},
	{"a message", "{\"version\":1,\"program\":\"mailstamp 0\"}", ST_BAD},
	{"version 1",
		"{\"mailstamp_shard\":{\"version\":1,\"program\":\"mailstamp 0\",\"shard\":1,"
		"\"of\":2,\"run\":\"" RUN "\",\"what_if\":[],\"compared\":true}}",
		ST_OK},
	{"version 2 under the name of version 1",
		"{\"mailstamp_shard\":{\"version\":2,\"program\":"
		"\"mailstamp 0\",\"shard\":1,\"of\":2,\"run\":\"" RUN
		"\",\"what_if\":[],\"compared\":true}}",
		ST_LIMIT},
	{"version 0", HEAD("0", "1", "2", "\"" RUN "\"", "[]", ""), ST_BAD},
	{"nothing", "", ST_BAD},
	{"no JSON", "From: a@example.com", ST_BAD},
};

Test(run_head, heads)
{
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		struct run_head head;
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		cr_expect_eq(run_head_parse(slice_str(heads[i].line), &arena, &head), heads[i].st,
			"%s", heads[i].name);
		arena_clear(&arena);
	}
}

Test(run_head, there_and_back)
{
	struct run_head head = {.at = 6,
		.of = 7,
		.mark = RUN,
		.nwhat_ifs = 1,
		.what_ifs = {"p=none"},
		.compared = true,
		.unordered = true,
		.output = "tsv"};
	struct run_end end = {.messages = 12, .failed = 3, .items = 104};
	struct arena arena;
	struct slice line;

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(run_head_write(&head, &arena, &line), ST_OK);
	head = (struct run_head){.at = 0};
	cr_assert_eq(run_head_parse(line, &arena, &head), ST_OK);
	cr_expect(head.at == 6 && head.of == 7 && head.compared && head.unordered &&
		  head.nwhat_ifs == 1);
	cr_expect_str_eq(head.mark, RUN);
	cr_expect_str_eq(head.what_ifs[0], "p=none");
	cr_expect_not(run_is_end(line));
	cr_assert_eq(run_end_write(&end, &arena, &line), ST_OK);
	cr_expect(run_is_end(line));
	end = (struct run_end){.messages = 0};
	cr_assert_eq(run_end_parse(line, &end), ST_OK);
	cr_expect(end.messages == 12 && end.failed == 3 && end.items == 104);
	cr_assert_eq(
		run_end_parse(SLICE("{\"mailstamp_run_end\":{\"messages\":1,\"failed\":0}}"), &end),
		ST_OK, "of a version that did not count them");
	cr_expect(end.messages == 1 && end.items == 0);
	cr_expect_eq(run_end_parse(
			     SLICE("{\"mailstamp_run_end\":{\"messages\":-1,\"failed\":0}}"), &end),
		ST_BAD);
	arena_clear(&arena);
}

#include "filter/runs/shard.h"

#include <criterion/criterion.h>

#define RUN_BUT_ONE "123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define RUN "0" RUN_BUT_ONE
#define HEAD(version, shard, of, run, labels, more)                                                \
	"{\"mailstamp_shard\":{\"version\":" version                                               \
	",\"program\":\"mailstamp 0\",\"shard\":" shard ",\"of\":" of ",\"run\":" run              \
	",\"what_if\":" labels ",\"compared\":false}" more "}"

static const struct head_case {
	const char *name, *line;
	bool good;
} heads[] = {
	{"the first", HEAD("1", "1", "2", "\"" RUN "\"", "[]", ""), true},
	{"the last", HEAD("1", "100000", "100000", "\"" RUN "\"", "[\"a\"]", ""), true},
	{"beyond the last", HEAD("1", "3", "2", "\"" RUN "\"", "[]", ""), false},
	{"number 0", HEAD("1", "0", "2", "\"" RUN "\"", "[]", ""), false},
	{"of none", HEAD("1", "1", "0", "\"" RUN "\"", "[]", ""), false},
	{"of too many", HEAD("1", "1", "100001", "\"" RUN "\"", "[]", ""), false},
	{"another form", HEAD("2", "1", "2", "\"" RUN "\"", "[]", ""), false},
	{"a short mark", HEAD("1", "1", "2", "\"0123\"", "[]", ""), false},
	{"a mark that is too long", HEAD("1", "1", "2", "\"0" RUN "\"", "[]", ""), false},
	{"a mark that is no hex", HEAD("1", "1", "2", "\"x" RUN_BUT_ONE "\"", "[]", ""), false},
	{"no mark", HEAD("1", "1", "2", "null", "[]", ""), false},
	{"a label that acts", HEAD("1", "1", "2", "\"" RUN "\"", "[\"\\u001b\"]", ""), false},
	{"a label that is a list", HEAD("1", "1", "2", "\"" RUN "\"", "[[]]", ""), false},
	{"nine labels",
		HEAD("1", "1", "2", "\"" RUN "\"", "[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]",
			""),
		false},
	{"something beside it", HEAD("1", "1", "2", "\"" RUN "\"", "[]", ",\"more\":1"), false},
	{"a message", "{\"version\":1,\"program\":\"mailstamp 0\"}", false},
	{"nothing", "", false},
	{"no JSON", "From: a@example.com", false},
};

Test(shard, heads)
{
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		struct shard_head head;
		struct arena arena;

		arena_init(&arena, NULL, NULL);
		cr_expect_eq(shard_head_parse(slice_str(heads[i].line), &arena, &head),
			heads[i].good ? ST_OK : ST_BAD, "%s", heads[i].name);
		arena_clear(&arena);
	}
}

Test(shard, there_and_back)
{
	struct shard_head head = {.at = 6,
		.of = 7,
		.run = RUN,
		.nwhat_ifs = 1,
		.what_ifs = {"p=none"},
		.compared = true};
	struct shard_end end = {.messages = 12, .failed = 3};
	struct arena arena;
	struct slice line;

	arena_init(&arena, NULL, NULL);
	cr_assert_eq(shard_head_write(&head, &arena, &line), ST_OK);
	head = (struct shard_head){.at = 0};
	cr_assert_eq(shard_head_parse(line, &arena, &head), ST_OK);
	cr_expect(head.at == 6 && head.of == 7 && head.compared && head.nwhat_ifs == 1);
	cr_expect_str_eq(head.run, RUN);
	cr_expect_str_eq(head.what_ifs[0], "p=none");
	cr_expect_not(shard_is_end(line));
	cr_assert_eq(shard_end_write(&end, &arena, &line), ST_OK);
	cr_expect(shard_is_end(line));
	end = (struct shard_end){.messages = 0};
	cr_assert_eq(shard_end_parse(line, &end), ST_OK);
	cr_expect(end.messages == 12 && end.failed == 3);
	cr_expect_eq(
		shard_end_parse(
			SLICE("{\"mailstamp_shard_end\":{\"messages\":-1,\"failed\":0}}"), &end),
		ST_BAD);
	arena_clear(&arena);
}

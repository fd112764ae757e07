#include "filter/stats/since.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/plain_row.h"

static void
no_memory(void *arg, enum arena_lack lack)
{
	(void)arg;
	(void)lack;
	cr_assert_fail("no memory");
}

/* Returns a message with that SPF domain, failing or aligned. */
static struct row
message(const char *domain, bool failing)
{
	struct row row = plain_row();

	row.spf = AUTH_PASS;
	row.spf_domain = domain;
	row.dmarc = failing ? AUTH_FAIL : AUTH_PASS;
	row.spf_aligned = !failing;
	row.client_ip = "192.0.2.1";
	row.sender.class = failing ? SENDER_DECIDE : SENDER_PASSES;
	row.sender.by = failing ? SENDER_BY_PASS : SENDER_BY_NOTHING;
	return row;
}

static const struct {
	const char *name;
	unsigned before, failed, now, fail; /* passing and failing: earlier, then in this run */
	enum since_change want;
	bool starts;
} rows[] = {
	{"as before", 3, 1, 3, 1, SINCE_SAME, false},
	{"as before, in proportion", 3, 1, 6, 2, SINCE_SAME, false},
	{"new, passes", 0, 0, 3, 0, SINCE_NEW, false},
	{"new, fails", 0, 0, 0, 1, SINCE_NEW, true},
	{"gone", 3, 0, 0, 0, SINCE_GONE, false},
	{"gone, failed", 0, 3, 0, 0, SINCE_GONE, false},
	{"a larger share", 9, 1, 8, 2, SINCE_WORSE, false},
	{"a smaller share of more", 9, 3, 90, 4, SINCE_SAME, false},
	{"the first failure", 9, 0, 9, 1, SINCE_WORSE, true},
	{"all were mended", 0, 9, 9, 0, SINCE_SAME, false},
};

Test(since, changes)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		struct since *since;
		struct row passes = message("s.example", false);
		struct row fails = message("s.example", true);

		arena_init(&arena, no_memory, NULL);
		since = since_new(&arena);
		for (unsigned k = 0; k < rows[i].before + rows[i].failed; k++)
			cr_assert_eq(
				since_before(since, k < rows[i].before ? &passes : &fails), ST_OK);
		for (unsigned k = 0; k < rows[i].now + rows[i].fail; k++)
			cr_assert_eq(since_now(since, k < rows[i].now ? &passes : &fails), ST_OK);
		cr_assert(since_sort(since));
		for (int change = 0; change <= SINCE_SAME; change++) {
			size_t n;

			(void)since_list(since, (enum since_change)change, &n);
			cr_expect_eq(n, (size_t)(change == (int)rows[i].want ? 1 : 0), "%s: %s",
				rows[i].name, since_change_word((enum since_change)change));
		}
		cr_expect_eq(since_failing(since), (uint64_t)(rows[i].starts ? 1 : 0), "%s",
			rows[i].name);
		since_free(since);
		arena_clear(&arena);
	}
}

Test(since, a_copy_that_came_aligned_is_a_forwarders)
{
	const struct since_source *const *list;
	struct row copy = message("list.example", true), original = message("example.com", false);
	struct arena arena;
	struct since *since;
	size_t n;

	arena_init(&arena, no_memory, NULL);
	since = since_new(&arena);
	copy.message_id = original.message_id = "<1@example.com>";
	original.client_ip = "192.0.2.7";
	cr_assert_eq(since_now(since, &copy), ST_OK);
	cr_assert_eq(since_now(since, &original), ST_OK);
	cr_assert(since_sort(since));
	list = since_list(since, SINCE_NEW, &n);
	cr_assert_eq(n, (size_t)2);
	cr_expect_str_eq(list[0]->name, "list.example");
	cr_expect_eq(since_class(list[0]), SENDER_FORWARDER);
	cr_expect_eq(since_class(list[1]), SENDER_PASSES);
	since_free(since);
	arena_clear(&arena);
}

/*
 * The number of sources is bounded: more of them are an error in the earlier run; in this run their
 * messages are only counted.
 */
Test(since, no_room)
{
	struct arena arena;
	struct since *since;
	char name[32];
	struct row row;

	arena_init(&arena, no_memory, NULL);
	since = since_new(&arena);
	for (size_t i = 0; i < SINCE_SOURCES; i++) {
		(void)snprintf(name, sizeof name, "s%zu.example", i);
		row = message(name, true);
		cr_assert_eq(since_before(since, &row), ST_OK);
	}
	row = message("one-more.example", true);
	cr_expect_eq(since_before(since, &row), ST_LIMIT);
	cr_expect_eq(since_now(since, &row), ST_LIMIT);
	row = message("one-more.example", false);
	cr_expect_eq(since_now(since, &row), ST_LIMIT);
	row = message("s0.example", true);
	cr_expect_eq(since_now(since, &row), ST_OK);
	cr_assert(since_sort(since));
	cr_expect_eq(since_beyond(since).messages, (uint64_t)2);
	cr_expect_eq(since_failing(since), (uint64_t)1);
	since_free(since);
	arena_clear(&arena);
}

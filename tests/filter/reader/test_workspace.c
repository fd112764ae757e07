#include "filter/reader/workspace.h"

#include <criterion/criterion.h>
#include <string.h>

Test(workspace, octets_of_any_order_of_sizes)
{
	static const size_t sizes[] = {1, 100, 64 * 1024, 64 * 1024 + 1, 7, 256 * 1024,
		50 * 1024 * 1024, 1, 3 * 1024 * 1024};
	struct workspaces *all = workspaces_new();

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct workspace *one = workspaces_take(all, sizes[i]);
		char *p = workspace_octets(one, sizes[i]);

		cr_assert_not_null(p, "%zu", sizes[i]);
		memset(p, (int)i, sizes[i]);
		memset(arena_alloc(&one->arena, sizes[i] / 2), (int)i, sizes[i] / 2);
		workspaces_give(all, one);
	}
	workspaces_free(all);
	workspaces_free(NULL);
}

Test(workspace, exceptional_octets_go_back)
{
	const size_t large = 8 * 1024 * 1024;
	struct workspaces *all = workspaces_new();
	struct workspace *one = workspaces_take(all, 0);
	char *p;

	if (ARENA_EXACT)
		cr_skip_test("nothing is kept under the sanitizer");
	p = workspace_octets(one, large);
	for (size_t i = 0; i < 10 * WORKSPACE_PATIENCE; i++)
		cr_assert_eq(workspace_octets(one, i % WORKSPACE_PATIENCE == 9 ? large : 1000), p);
	for (size_t i = 0; i < 2 * WORKSPACE_PATIENCE; i++)
		cr_assert_not_null(workspace_octets(one, 1000));
	cr_expect_lt(one->size, large / 4);
	workspaces_give(all, one);
	workspaces_free(all);
}

Test(workspace, bounded)
{
	enum { TAKEN = 4 * WORKSPACE_IDLE };
	const size_t each = 1024 * 1024;
	struct workspaces *all = workspaces_new();
	struct workspace *taken[TAKEN];
	size_t used = 0, kept = 0;

	for (size_t i = 0; i < TAKEN; i++) {
		taken[i] = workspaces_take(all, each);
		cr_assert_not_null(taken[i]);
		cr_assert_not_null(workspace_octets(taken[i], each));
	}
	for (size_t i = 0; i < TAKEN; i++)
		workspaces_give(all, taken[i]);
	for (size_t i = 0; i <= WORKSPACE_IDLE; i++) {
		taken[i] = workspaces_take(all, 1);
		used += taken[i]->used;
		kept += taken[i]->used > 0;
	}
	cr_expect(ARENA_EXACT || kept == WORKSPACE_HELD / each, "%zu", kept);
	cr_expect_leq(used, WORKSPACE_HELD);
	cr_expect_null(taken[WORKSPACE_IDLE]->octets, "a new one");
	for (size_t i = 0; i <= WORKSPACE_IDLE; i++)
		workspaces_give(all, taken[i]);
	workspaces_free(all);
}

Test(workspace, the_one_that_fits)
{
	static const size_t sizes[] = {3000, 500, 90000, 2000000};
	static const struct row {
		size_t n, used;
	} rows[] = {
		{1, 500},
		{500, 500},
		{501, 3000},
		{80000, 90000},
		{5000000, 2000000},
	};
	enum { N = sizeof sizes / sizeof *sizes };
	struct workspaces *all = workspaces_new();
	struct workspace *taken[N];

	for (size_t i = 0; i < N; i++) {
		taken[i] = workspaces_take(all, sizes[i]);
		(void)workspace_octets(taken[i], sizes[i]);
	}
	for (size_t i = 0; i < N; i++)
		workspaces_give(all, taken[i]);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct workspace *one = workspaces_take(all, rows[i].n);

		cr_expect_eq(one->used, rows[i].used, "%zu: %zu", rows[i].n, one->used);
		workspaces_give(all, one);
	}
	workspaces_free(all);
}

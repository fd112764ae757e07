#include "filter/reader/workspace.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

enum { MIB = 1024 * 1024 };

Test(workspace, octets_of_any_order_of_sizes)
{
	static const size_t sizes[] = {1, 100, WORKSPACE_SMALL, WORKSPACE_SMALL + 1, 7,
		WORKSPACE_LARGE, 50 * MIB, 1, 3 * MIB, 4 * MIB - 1, 200 * 1024};
	struct workspaces *all = workspaces_new(1);

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct workspace *one = workspaces_take(all, sizes[i], i % 2 == 0);

		cr_assert_not_null(one, "%zu", sizes[i]);
		memset(one->octets, (int)i, sizes[i]);
		memset(arena_alloc(&one->arena, sizes[i] / 2), (int)i, sizes[i] / 2);
		workspaces_give(all, one);
	}
	workspaces_free(all);
	workspaces_free(NULL);
}

Test(workspace, exceptional_octets_go_back)
{
	struct workspaces *all = workspaces_new(1);
	struct workspace *one = workspaces_take(all, 2 * WORKSPACE_LARGE, false);
	const char *p;

	cr_assert_not_null(one);
	cr_expect_geq(workspaces_large(all), 2 * WORKSPACE_LARGE);
	workspaces_give(all, one);
	cr_expect_eq(workspaces_large(all), 0);
	one = workspaces_take(all, 4 * MIB, false);
	p = one->octets;
	workspaces_give(all, one);
	if (ARENA_EXACT)
		cr_skip_test("nothing is kept under the sanitizer");
	cr_expect_eq(workspaces_large(all), 4 * MIB);
	one = workspaces_take(all, 3 * MIB, false);
	cr_expect_eq(one->octets, p, "the same again");
	workspaces_give(all, one);
	workspaces_free(all);
}

/* Takes all workspaces that can be had without waiting; returns their number. */
static size_t
take_all(struct workspaces *all, size_t each, struct workspace **taken, size_t most)
{
	size_t n = 0;

	while (n < most && (taken[n] = workspaces_take(all, each, false)) != NULL) {
		memset(taken[n]->octets, 'x', each);
		n++;
	}
	return n;
}

Test(workspace, large_messages_have_a_bound)
{
	static const struct row {
		size_t jobs, each, most;
	} rows[] = {
		{1, MIB, 6}, /* 5 MiB together, and the part that each message in progress adds */
		{2, MIB, 6},
		{6, MIB, 15},
		{1, 4 * MIB, 1},
		{1, 50 * MIB, 1},
		{1, WORKSPACE_SMALL, 64},
	};
	struct workspace *taken[64], *small;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct workspaces *all = workspaces_new(rows[i].jobs);
		const size_t n = take_all(all, rows[i].each, taken, 64);

		cr_expect(ARENA_EXACT ? n > 0 : n >= rows[i].most - 1 && n <= rows[i].most,
			"row %zu: %zu", i, n);
		small = workspaces_take(all, 1000, false);
		cr_assert_not_null(small, "a small one needs no room");
		workspaces_give(all, small);
		for (size_t k = 0; k < n; k++)
			workspaces_give(all, taken[k]);
		cr_expect_leq(workspaces_large(all),
			2 * WORKSPACE_LARGE + rows[i].jobs * WORKSPACE_PER_JOB);
		cr_expect_eq(take_all(all, rows[i].each, taken, 1), 1, "row %zu", i);
		workspaces_give(all, taken[0]);
		workspaces_free(all);
	}
}

static void *
take_one(void *all)
{
	return workspaces_take(all, 5 * MIB, true);
}

Test(workspace, who_waits_is_next)
{
	const struct timespec while_it_waits = {.tv_nsec = 50 * 1000000};
	struct workspaces *all = workspaces_new(1);
	struct workspace *first = workspaces_take(all, 5 * MIB, true);
	pthread_t thread;
	void *second;

	cr_assert_not_null(first);
	cr_assert_eq(pthread_create(&thread, NULL, take_one, all), 0);
	(void)nanosleep(&while_it_waits, NULL);
	cr_expect_null(workspaces_take(all, 5 * MIB, false));
	cr_expect_leq(workspaces_large(all), WORKSPACE_LARGE);
	workspaces_give(all, first);
	cr_assert_eq(pthread_join(thread, &second), 0);
	cr_assert_not_null(second);
	workspaces_give(all, second);
	workspaces_free(all);
}

Test(workspace, few_are_kept)
{
	enum { TAKEN = 4 * WORKSPACE_IDLE };
	struct workspaces *all = workspaces_new(1);
	struct workspace *taken[TAKEN];
	size_t kept = 0;

	for (size_t i = 0; i < TAKEN; i++) {
		taken[i] = workspaces_take(all, 1000, false);
		cr_assert_not_null(taken[i]);
	}
	for (size_t i = 0; i < TAKEN; i++)
		workspaces_give(all, taken[i]);
	for (size_t i = 0; i < TAKEN; i++) {
		taken[i] = workspaces_take(all, 0, false);
		kept += taken[i]->used > 0;
	}
	cr_expect_eq(kept, WORKSPACE_IDLE);
	for (size_t i = 0; i < TAKEN; i++)
		workspaces_give(all, taken[i]);
	workspaces_free(all);
}

Test(workspace, the_one_that_fits)
{
	static const size_t sizes[] = {3000, 500, 90000};
	static const struct row {
		size_t n, used;
	} rows[] = {
		{1, 500},
		{500, 500},
		{501, 3000},
		{80000, 90000},
		{100000, 100000},
	};
	enum { N = sizeof sizes / sizeof *sizes };
	struct workspaces *all = workspaces_new(1);
	struct workspace *taken[N];

	for (size_t i = 0; i < N; i++)
		taken[i] = workspaces_take(all, sizes[i], false);
	for (size_t i = 0; i < N; i++)
		workspaces_give(all, taken[i]);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct workspace *one = workspaces_take(all, rows[i].n, false);

		cr_expect_eq(one->used, rows[i].used, "%zu: %zu", rows[i].n, one->used);
		workspaces_give(all, one);
	}
	workspaces_free(all);
}

#include <criterion/criterion.h>

#include "auth/base/budget.h"
#include "auth/base/input.h"

Test(budget, take)
{
	static const struct {
		size_t share, cost;
		bool taken;
		size_t left;
	} rows[] = {
		{10, 9, true, 1},
		{10, 10, true, 0},
		{10, 11, false, 10},
		{0, 0, true, 0},
		{0, 1, false, 0},
		{10, SIZE_MAX, false, 10},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t share = rows[i].share;

		cr_expect_eq(budget_take(&share, rows[i].cost), rows[i].taken, "row %zu", i);
		cr_expect_eq(share, rows[i].left, "row %zu", i);
	}
}

Test(budget, make)
{
	const struct limits limits = {.verifications = 7, .header_octets = 8};
	struct arena arena;
	const struct budget *budget;

	arena_init(&arena, NULL, NULL);
	budget = budget_make(&limits, &arena);
	cr_expect_eq(budget->verifications, 7);
	cr_expect_eq(budget->header_octets, 8);
	cr_expect_eq(budget->key_octets, BUDGET_KEY_OCTETS);
	cr_expect_null(budget->keys);
	arena_clear(&arena);
}

#include "auth/base/budget.h"

#include "auth/base/input.h"

struct budget *
budget_make(const struct limits *limits, struct arena *arena)
{
	struct budget *budget = arena_alloc(arena, sizeof *budget);

	*budget = (struct budget){
		.verifications = limits->verifications,
		.header_octets = limits->header_octets,
		.key_octets = BUDGET_KEY_OCTETS,
		.arena = arena,
	};
	return budget;
}

bool
budget_take(size_t *share, size_t cost)
{
	if (cost > *share)
		return false;
	*share -= cost;
	return true;
}

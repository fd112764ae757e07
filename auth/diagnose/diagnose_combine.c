/* diagnose_combine.c: combines one option of each choice, in the order of the summed costs. */
#include "auth/diagnose/diagnose_search.h"

enum { LOOK_EVERY = 1024 * 1024, STEPS_A_TRY = 64 };

void
diagnose_choice_init(struct diagnose_choice *choice, struct arena *arena)
{
	*choice = (struct diagnose_choice){.n = 1, .cap = 8, .arena = arena};
	choice->options = arena_array(arena, choice->cap, sizeof *choice->options);
}

struct diagnose_option *
diagnose_choice_add(struct diagnose_choice *choice, unsigned cost)
{
	struct diagnose_option *option;

	if (choice->n == DIAGNOSE_OPTIONS_MAX)
		return NULL;
	if (choice->n == choice->cap) {
		struct diagnose_option *grown =
			arena_array(choice->arena, 2 * choice->cap, sizeof *grown);

		memcpy(grown, choice->options, choice->n * sizeof *grown);
		choice->options = grown;
		choice->cap *= 2;
	}
	option = &choice->options[choice->n++];
	*option = (struct diagnose_option){.cost = cost};
	return option;
}

void
diagnose_option_change(struct diagnose_option *option, enum diagnose_kind kind, struct slice field,
	struct slice text)
{
	const size_t max = sizeof option->changes / sizeof *option->changes;

	if (option->nchanges < max)
		option->changes[option->nchanges++] =
			(struct diagnose_change){.kind = kind, .field = field, .text = text};
}

void
diagnose_spend(struct diagnose_budget *budget, size_t octets)
{
	budget->work += octets;
}

bool
diagnose_may_try(struct diagnose_budget *budget)
{
	const struct diagnose_options *options = budget->options;

	budget->stopped |= budget->tries >= budget->tries_max || budget->work >= budget->work_max;
	if (budget->tries == 0 || budget->work - budget->looked >= LOOK_EVERY) {
		budget->looked = budget->work;
		budget->stopped |= options->now_ms(options->arg) >= budget->until_ms;
	}
	if (!budget->stopped)
		budget->tries++;
	return !budget->stopped;
}

struct walk {
	const struct diagnose_choice *choices;
	size_t n;
	unsigned rest[DIAGNOSE_CHOICES_MAX +
		      1]; /* the maximum cost of this choice and all later ones */
	size_t picks[DIAGNOSE_CHOICES_MAX];
	struct diagnose_budget *budget;
	size_t steps;
	diagnose_try *try;
	void *arg;
	bool found;
};

/*
 * Tries all picks for the choices from index at on whose costs add up to left; false: the search
 * has ended.
 */
static bool
visit(struct walk *walk, size_t at, unsigned left)
{
	const struct diagnose_choice *choice = &walk->choices[at];

	if (walk->steps++ > (size_t)STEPS_A_TRY * walk->budget->tries_max)
		walk->budget->stopped = true;
	if (walk->budget->stopped)
		return false;
	if (at == walk->n) {
		walk->found = walk->try(walk->arg, walk->picks);
		return !walk->found && !walk->budget->stopped;
	}
	for (size_t i = 0; i < choice->n; i++) {
		unsigned cost = choice->options[i].cost;

		if (cost > left || left - cost > walk->rest[at + 1])
			continue;
		walk->picks[at] = i;
		if (!visit(walk, at + 1, left - cost))
			return false;
	}
	return true;
}

bool
diagnose_combine(const struct diagnose_choice *choices, size_t n, struct diagnose_budget *budget,
	diagnose_try *try, void *arg)
{
	struct walk walk = {.choices = choices, .n = n, .budget = budget, .try = try, .arg = arg};

	for (size_t i = n; i > 0; i--) {
		unsigned most = 0;

		for (size_t k = 0; k < choices[i - 1].n; k++)
			if (choices[i - 1].options[k].cost > most)
				most = choices[i - 1].options[k].cost;
		walk.rest[i - 1] = walk.rest[i] + most;
	}
	for (unsigned cost = 0; cost <= DIAGNOSE_COST_MAX && cost <= walk.rest[0]; cost++)
		if (!visit(&walk, 0, cost))
			break;
	return walk.found;
}

/* plan_sources.c: lists the senders of mail that is not aligned, in saved mail and in reports. */
#include <stdlib.h>

#include "filter/plan/plan.h"

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static struct plan_fails
worse_fails(const struct plan_source *source)
{
	const struct plan_fails *a = &source->fails[PLAN_IN_MAIL],
				*b = &source->fails[PLAN_IN_REPORTS];

	return (struct plan_fails){larger(a->hurt, b->hurt), larger(a->decide, b->decide),
		larger(a->stopped, b->stopped)};
}

static int
compare_sources(const void *a, const void *b)
{
	const struct plan_source *x = a, *y = b;
	const struct plan_fails m = worse_fails(x), n = worse_fails(y);

	if (m.hurt != n.hurt)
		return m.hurt > n.hurt ? -1 : 1;
	if (m.decide != n.decide)
		return m.decide > n.decide ? -1 : 1;
	if (m.stopped != n.stopped)
		return m.stopped > n.stopped ? -1 : 1;
	for (int v = 0; v < PLAN_VIEWS; v++)
		if (x->number[v] != y->number[v])
			return x->number[v] < y->number[v] ? -1 : 1;
	return 0;
}

/* Adds the failing mail of each source in a view to its place in the common list. */
static void
add_fails(struct plan *plan, enum plan_view view, struct plan_source *list, const size_t *places)
{
	struct plan_seen *seen = &plan->seen[view];

	for (size_t i = 0; i < seen->mail.ngroups; i++) {
		const struct plan_group *group = seen->mail.groups[i];
		const enum plan_scope scope = seen->check.scopes[group->author];
		const uint64_t *n = group->classes;
		struct plan_source *source;
		struct plan_fails *fails;

		if (seen->check.passes[i] || scope > PLAN_BELOW)
			continue;
		if (group->source >= seen->mail.stats->nsources) {
			seen->rest += group->messages;
			continue;
		}
		source = &list[places[group->source]];
		source->below = scope == PLAN_BELOW;
		fails = &source->fails[view];
		fails->hurt +=
			n[SENDER_OWN] + n[SENDER_SERVICE] + n[SENDER_FORWARDER] + n[SENDER_PASSES];
		fails->decide += n[SENDER_DECIDE];
		fails->stopped += n[SENDER_FORGED];
	}
}

/*
 * Finds the place of each source of a view in the list: that of the same source in saved mail, or a
 * new one. Returns the new length of the list.
 */
static size_t
place_sources(const struct plan *plan, enum plan_view view, struct plan_source *list, size_t n,
	size_t *places)
{
	const struct stats *stats = plan->seen[view].mail.stats;
	const struct stats *first = plan->seen[PLAN_IN_MAIL].mail.stats;

	for (size_t i = 0; i < stats->nsources; i++) {
		const struct stats_source *one = &stats->sources[i];
		const struct stats_source *same =
			view != PLAN_IN_MAIL && plan->seen[PLAN_IN_MAIL].used
				? stats_source_of(first, one->by, one->name, one->author_domain)
				: NULL;

		places[i] = same != NULL ? (size_t)(same - first->sources) : n++;
		if (same == NULL)
			list[places[i]].number[PLAN_IN_MAIL] =
				list[places[i]].number[PLAN_IN_REPORTS] = STATS_SOURCES;
		list[places[i]].number[view] = i;
	}
	return n;
}

void
plan_list_sources(struct plan *plan)
{
	struct arena *arena = plan->ev->arena;
	struct plan_source *list = arena_array(arena, 2 * (size_t)STATS_SOURCES, sizeof *list);
	size_t *places = arena_array(arena, STATS_SOURCES, sizeof *places);
	size_t n = 0;

	for (int v = 0; v < PLAN_VIEWS; v++) {
		if (!plan->seen[v].used)
			continue;
		n = place_sources(plan, (enum plan_view)v, list, n, places);
		add_fails(plan, (enum plan_view)v, list, places);
	}
	for (size_t i = 0; i < n; i++) {
		const struct plan_fails worse = worse_fails(&list[i]);

		if (worse.hurt + worse.decide + worse.stopped > 0)
			list[plan->nsources++] = list[i];
	}
	plan->sources = list;
	if (plan->nsources > 0)
		qsort(list, plan->nsources, sizeof *list, compare_sources);
}

enum plan_view
plan_view_of(const struct plan_source *source)
{
	if (source->number[PLAN_IN_MAIL] == STATS_SOURCES ||
		(source->fails[PLAN_IN_MAIL].hurt == 0 && source->fails[PLAN_IN_REPORTS].hurt > 0))
		return PLAN_IN_REPORTS;
	return PLAN_IN_MAIL;
}

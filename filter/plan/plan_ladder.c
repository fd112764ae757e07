#include "filter/plan/plan_ladder.h"

#include "auth/base/domain.h"
#include "mime/buf.h"

enum {
	LEVEL = 100,
	RECORD_OCTETS = 8192,
	SHARE = 25 /* percent of failing mail on which the first step of a level acts */
};

static unsigned
level_of(enum dmarc_policy policy)
{
	return policy <= DMARC_P_NONE ? 0 : policy == DMARC_QUARANTINE ? 1 : 2;
}

static unsigned
force_of(enum dmarc_policy policy, const struct plan_record *record, enum dmarc_mode mode)
{
	const unsigned level = level_of(policy);

	if (level == 0)
		return 0;
	if (mode == DMARC_RFC7489)
		return (level - 1) * LEVEL + record->pct;
	return (record->testing ? level - 1 : level) * LEVEL;
}

static enum dmarc_policy
below_of(const struct plan_record *record)
{
	return record->sp == DMARC_ABSENT ? record->p : record->sp;
}

struct plan_force
plan_force_of(const struct plan_record *record)
{
	const enum dmarc_policy below = below_of(record);
	struct plan_force force;

	for (int mode = DMARC_RFC9989; mode <= DMARC_RFC7489; mode++) {
		force.domain[mode] = force_of(record->p, record, (enum dmarc_mode)mode);
		force.below[mode] = force_of(below, record, (enum dmarc_mode)mode);
	}
	force.nowhere =
		force_of(record->np == DMARC_ABSENT ? below : record->np, record, DMARC_RFC9989);
	return force;
}

bool
plan_is_stronger(const struct plan_force *a, const struct plan_force *b)
{
	bool stronger = a->nowhere > b->nowhere;

	for (int mode = DMARC_RFC9989; mode <= DMARC_RFC7489; mode++)
		stronger |= a->domain[mode] > b->domain[mode] || a->below[mode] > b->below[mode];
	return stronger;
}

bool
plan_is_weaker(const struct plan_force *a, const struct plan_force *b)
{
	return plan_is_stronger(b, a);
}

/* One step up, for one part of the mail or for all of it. */
static const struct rung {
	enum dmarc_policy policy;
	bool testing;
	unsigned pct;
} rungs[] = {
	{DMARC_QUARANTINE, true,
		0}, /* asks receivers for nothing, but lists rewrite From from here on */
	{DMARC_QUARANTINE, true, SHARE},
	{DMARC_QUARANTINE, false, 100},
	{DMARC_REJECT, true, SHARE},
	{DMARC_REJECT, false, 100},
};

struct ladder {
	struct plan_record *steps;
	size_t n;
	struct plan_record last; /* the record published by then */
};

/* Does the record name a stricter policy than the last one, even if receivers need not act? */
static bool
says_more(const struct plan_record *record, const struct plan_record *last)
{
	return level_of(record->p) > level_of(last->p) ||
	       level_of(below_of(record)) > level_of(below_of(last));
}

/* Adds the record as the next step, if it is a step up that weakens nothing. */
static void
climb(struct ladder *ladder, struct plan_record record)
{
	struct plan_force was, is;

	if (record.sp == record.p)
		record.sp = DMARC_ABSENT;
	/* np is kept as long as it is stricter than the policy for subdomains */
	if (level_of(record.np) <= level_of(below_of(&record)))
		record.np = DMARC_ABSENT;
	was = plan_force_of(&ladder->last);
	is = plan_force_of(&record);
	if (plan_is_weaker(&is, &was) || ladder->n == PLAN_STEPS ||
		(!plan_is_stronger(&is, &was) && !says_more(&record, &ladder->last)))
		return;
	ladder->steps[ladder->n++] = record;
	ladder->last = record;
}

static void
climb_all(struct ladder *ladder, bool domain, bool below)
{
	for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++) {
		struct plan_record record = ladder->last;

		record.sp = below_of(&ladder->last);
		if (below && level_of(rungs[i].policy) > level_of(record.sp))
			record.sp = rungs[i].policy;
		if (domain && level_of(rungs[i].policy) > level_of(record.p))
			record.p = rungs[i].policy;
		record.testing = rungs[i].testing;
		record.pct = rungs[i].pct;
		climb(ladder, record);
	}
}

size_t
plan_ladder(
	const struct plan_record *now, enum plan_order order, struct plan_record steps[PLAN_STEPS])
{
	struct ladder ladder = {.steps = steps, .last = {.p = DMARC_P_NONE, .pct = 100}};

	if (now != NULL)
		ladder.last = *now;
	else
		steps[ladder.n++] = ladder.last;
	if (order == PLAN_SUBDOMAINS_FIRST)
		climb_all(&ladder, false, true);
	if (order == PLAN_DOMAIN_FIRST)
		climb_all(&ladder, true, false);
	climb_all(&ladder, true, true);
	return ladder.n;
}

/* Is it a tag that the plan writes itself? */
static bool
is_own(struct slice name)
{
	static const char *const own[] = {"v", "p", "sp", "np", "t", "pct"};

	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (slice_ieq(name, slice_str(own[i])))
			return true;
	return false;
}

struct slice
plan_record_text(const struct plan_record *record, struct slice now, struct slice reports,
	struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, RECORD_OCTETS);
	buf_addf(&out, "v=DMARC1; p=%s", dmarc_policy_word(record->p));
	if (record->sp != DMARC_ABSENT)
		buf_addf(&out, "; sp=%s", dmarc_policy_word(record->sp));
	if (record->np != DMARC_ABSENT)
		buf_addf(&out, "; np=%s", dmarc_policy_word(record->np));
	if (record->testing)
		buf_adds(&out, "; t=y");
	if (record->pct < 100)
		buf_addf(&out, "; pct=%u", record->pct);
	if (now.n == 0 && reports.n > 0) {
		buf_adds(&out, "; rua=");
		buf_add(&out, reports);
	}
	while (now.n > 0) {
		const size_t end = slice_find(now, ';');
		const struct slice tag = slice_trim(slice_head(now, end));

		now = slice_from(now, end + 1);
		if (tag.n == 0 || is_own(slice_trim(slice_head(tag, slice_find(tag, '=')))))
			continue;
		buf_adds(&out, "; ");
		buf_add(&out, tag);
	}
	return out.over ? SLICE("") : buf_slice(&out);
}

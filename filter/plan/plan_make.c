/* plan_make.c: the steps, from the observed mail. */
#include <stdlib.h>

#include "filter/io/clock.h"
#include "filter/plan/bound.h"
#include "filter/plan/plan.h"

/*
 * Days to wait before the next step: until reports have arrived, and until all frequent senders
 * have sent mail.
 */
enum { WAIT_WATCHED = 30, WAIT_SILENT = 7, WAIT_ASKED = 14 };

static struct plan_record
record_of(const struct dmarc_result *now, unsigned pct)
{
	return (struct plan_record){.p = now->record.p,
		.sp = now->record.sp,
		.np = now->record.np,
		.testing = now->record.testing,
		.pct = pct};
}

/*
 * The domain's record, as a receiver finds it. From one above the domain its policy for this one.
 */
static bool
find_now(struct plan *plan, struct plan_record *current)
{
	struct dmarc_result old;

	if (!plan_check_now(plan->ev, plan->domain, DMARC_RFC9989, &plan->now) ||
		!plan_check_now(plan->ev, plan->domain, DMARC_RFC7489, &old))
		return false;
	plan->has_record = plan->now.has_record && !plan->now.unusable;
	plan->inherited = plan->has_record && !slice_eq(plan->now.record_domain, plan->domain);
	*current = (struct plan_record){.p = DMARC_P_NONE, .pct = 100};
	if (!plan->has_record)
		return true;
	*current = record_of(&plan->now, old.has_record ? old.record.pct : 100);
	if (plan->inherited) {
		current->p = plan->now.published;
		current->sp = current->np = DMARC_ABSENT;
	}
	return true;
}

/* Is a/n a larger share than b/m? */
static bool
is_larger(uint64_t a, uint64_t n, uint64_t b, uint64_t m)
{
	return a * m > b * n;
}

/*
 * Which part of the mail is raised first: the one of which a smaller share would be hurt or is
 * undecided.
 */
static enum plan_order
order_of(const struct plan *plan)
{
	const struct plan_counts *domain = &plan->counts[PLAN_DOMAIN];
	const struct plan_counts *below = &plan->counts[PLAN_BELOW];
	const uint64_t a = domain->hurt + domain->decide, b = below->hurt + below->decide;

	if (domain->judged == 0 || below->judged == 0)
		return PLAN_TOGETHER;
	if (is_larger(a, domain->judged, b, below->judged))
		return PLAN_SUBDOMAINS_FIRST;
	return is_larger(b, below->judged, a, domain->judged) ? PLAN_DOMAIN_FIRST : PLAN_TOGETHER;
}

static int
compare_sources(const void *a, const void *b)
{
	const struct plan_source *x = a, *y = b;

	if (x->hurt != y->hurt)
		return x->hurt > y->hurt ? -1 : 1;
	if (x->decide != y->decide)
		return x->decide > y->decide ? -1 : 1;
	if (x->stopped != y->stopped)
		return x->stopped > y->stopped ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Lists the senders of mail that is not aligned. */
static void
list_sources(struct plan *plan, const struct plan_check *check)
{
	const size_t all = plan->mail.stats->nsources;
	struct plan_source *by_number = arena_array(plan->ev->arena, all, sizeof *by_number);

	for (size_t i = 0; i < plan->mail.ngroups; i++) {
		const struct plan_group *group = plan->mail.groups[i];
		const enum plan_scope scope = check->scopes[group->author];
		const uint64_t *n = group->classes;
		struct plan_source *source;

		if (check->passes[i] || scope > PLAN_BELOW)
			continue;
		if (group->source >= all) {
			plan->rest += group->messages;
			continue;
		}
		source = &by_number[group->source];
		source->below = scope == PLAN_BELOW;
		source->hurt +=
			n[SENDER_OWN] + n[SENDER_SERVICE] + n[SENDER_FORWARDER] + n[SENDER_PASSES];
		source->decide += n[SENDER_DECIDE];
		source->stopped += n[SENDER_FORGED];
	}
	for (size_t i = 0; i < all; i++) {
		by_number[i].number = i;
		if (by_number[i].hurt + by_number[i].decide + by_number[i].stopped > 0)
			by_number[plan->nsources++] = by_number[i];
	}
	plan->sources = by_number;
	if (plan->nsources > 0)
		qsort(plan->sources, plan->nsources, sizeof *plan->sources, compare_sources);
}

/* Does the source send for the owner, as far as is known? */
static bool
is_known(const struct stats_source *source)
{
	const uint64_t *n = source->counts.classes;

	return n[SENDER_PASSES] + n[SENDER_OWN] + n[SENDER_SERVICE] + n[SENDER_FORWARDER] > 0;
}

/* At least the longest time between two days on which a known sender sent mail. */
static void
set_wait(const struct plan *plan, struct plan_step *step, unsigned least)
{
	const struct stats *stats = plan->mail.stats;

	step->wait = least;
	step->slowest = STATS_SOURCES;
	for (size_t i = 0; i < stats->nsources; i++) {
		unsigned gap;

		if (!is_known(&stats->sources[i]))
			continue;
		(void)plan_mail_days(&plan->mail, i, &gap);
		if (gap < step->wait || gap >= PLAN_WAIT_MAX)
			continue;
		step->wait = gap + 1;
		step->slowest = i;
	}
}

/* The mail of known senders whose policy the step raises. */
static void
set_bound(struct plan_step *step, const struct plan_force *before)
{
	step->domain = step->below = false;
	for (int mode = DMARC_RFC9989; mode <= DMARC_RFC7489; mode++) {
		step->domain |= step->force.domain[mode] > before->domain[mode];
		step->below |= step->force.below[mode] > before->below[mode];
	}
	step->asks = step->domain || step->below || step->force.nowhere > before->nowhere;
	if (!step->asks) /* it prepares for the steps after it: all mail matters */
		step->domain = step->below = true;
	for (int scope = PLAN_DOMAIN; scope <= PLAN_BELOW; scope++) {
		const struct plan_counts *counts = &step->result.counts[scope];

		if (scope == PLAN_DOMAIN ? !step->domain : !step->below)
			continue;
		step->k += counts->hurt;
		step->n += counts->hurt + counts->passes;
	}
	step->bound = bound_upper(step->k, step->n);
}

static void
set_window(struct plan *plan)
{
	const struct plan_mail *mail = &plan->mail;

	if (mail->has_dates)
		plan->window = (unsigned)(mail->last / DAY_SECONDS - mail->first / DAY_SECONDS) + 1;
	for (size_t i = 0; i < mail->stats->nsources; i++) {
		unsigned gap;

		plan->seen_once +=
			is_known(&mail->stats->sources[i]) && plan_mail_days(mail, i, &gap) == 1
				? 1
				: 0;
	}
}

/* Each record over the mail, in turn. */
static bool
judge_steps(struct plan *plan, struct plan_check *check, const struct plan_record *records,
	size_t n, struct plan_force before)
{
	for (size_t i = 0; i < n; i++) {
		struct plan_step *step = &plan->steps[i];
		const struct plan_record *record = &records[i];

		step->record = *record;
		step->force = plan_force_of(record);
		step->text = plan_record_text(record,
			plan->now.has_record ? plan->now.record.text : SLICE(""), plan->domain,
			plan->ev->arena);
		if (!plan_check_record(check, record, step->text, &step->result))
			return false;
		if (!step->result.promised || step->result.lost > 0) {
			plan->failed_proof = true;
			return true;
		}
		set_bound(step, &before);
		set_wait(plan, step,
			record->p == DMARC_P_NONE && record->sp <= DMARC_P_NONE ? WAIT_WATCHED
			: step->asks                                            ? WAIT_ASKED
										: WAIT_SILENT);
		before = step->force;
		plan->n++;
	}
	if (plan->n > 0)
		plan->steps[plan->n - 1].wait = 0;
	return true;
}

static bool
make_steps(struct plan *plan, struct plan_check *check, const struct plan_record *base,
	struct slice text)
{
	struct plan_record records[PLAN_STEPS];
	struct plan_result result;
	uint64_t judged;
	size_t n;

	if (!plan_check_record(check, base, text, &result))
		return false;
	memcpy(plan->counts, result.counts, sizeof plan->counts);
	list_sources(plan, check);
	plan->order = order_of(plan);
	n = plan_ladder(plan->has_record ? base : NULL, plan->order, records);
	judged = plan->counts[PLAN_DOMAIN].judged + plan->counts[PLAN_BELOW].judged;
	plan->end = n == 0 ? PLAN_THERE : judged == 0 ? PLAN_UNSEEN : PLAN_WAY;
	/* without mail only a record that asks for reports can be justified */
	if (plan->end == PLAN_UNSEEN)
		n = plan->has_record ? 0 : 1;
	/* what passes now is compared with the first step */
	return plan_check_restart(check) &&
	       judge_steps(plan, check, records, n, plan_force_of(base));
}

bool
plan_make(struct plan *plan)
{
	struct plan_record base; /* the current record, or that of a first step */
	struct plan_check check;
	struct slice text;
	bool done;

	if (!find_now(plan, &base))
		return false;
	if (plan->now.code == AUTH_TEMPERROR)
		return true;
	text = plan_record_text(&base, plan->now.has_record ? plan->now.record.text : SLICE(""),
		plan->domain, plan->ev->arena);
	done = plan_check_init(&check, plan->ev, &plan->mail, plan->domain, text) &&
	       make_steps(plan, &check, &base, text);
	set_window(plan);
	plan_check_clear(&check);
	return done;
}

bool
plan_waits(const struct plan *plan)
{
	if (plan->end == PLAN_UNSEEN || plan->failed_proof)
		return true;
	if (plan->end == PLAN_THERE)
		return plan->counts[PLAN_DOMAIN].hurt + plan->counts[PLAN_BELOW].hurt > 0;
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_step *step = &plan->steps[i];
		uint64_t open = 0;

		if (!step->asks)
			continue;
		if (step->domain)
			open += step->result.counts[PLAN_DOMAIN].hurt +
				step->result.counts[PLAN_DOMAIN].decide;
		if (step->below)
			open += step->result.counts[PLAN_BELOW].hurt +
				step->result.counts[PLAN_BELOW].decide;
		return open > 0; /* of the next step that asks receivers to act */
	}
	return false;
}

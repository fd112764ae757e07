/* plan_make.c: makes the steps, from the observed mail. */
#include "filter/io/clock.h"
#include "filter/plan/bound.h"
#include "filter/plan/plan.h"
#include "filter/verdict/first_record.h"

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
 * Finds the domain's record, as a receiver does. Of a parent's record, only the policy for the
 * domain is taken.
 */
static bool
find_now(struct plan *plan, struct plan_record *current)
{
	struct dmarc_result found[2];
	const struct dmarc_result *old = &found[DMARC_RFC7489];

	if (!plan_check_now(plan->ev, plan->domain, found))
		return false;
	plan->now = found[DMARC_RFC9989];
	plan->has_record = plan->now.has_record && !plan->now.unusable;
	plan->inherited = plan->has_record && !slice_eq(plan->now.record_domain, plan->domain);
	*current = (struct plan_record){.p = DMARC_P_NONE, .pct = 100};
	if (!plan->has_record)
		return true;
	*current = record_of(&plan->now, old->has_record ? old->record.pct : 100);
	if (plan->inherited) {
		current->p = plan->now.published;
		current->sp = current->np = DMARC_ABSENT;
	}
	return true;
}

/* Is a/n a larger share than b/m? Uses double, because products of reported counts may overflow. */
static bool
is_larger(uint64_t a, uint64_t n, uint64_t b, uint64_t m)
{
	return (double)a / (double)n > (double)b / (double)m;
}

/* The share of the mail that would be hurt or is undecided; of is 0 if there is no mail. */
struct share {
	uint64_t n, of;
};

/* The largest share among the views. */
static struct share
worse_share(const struct plan *plan, enum plan_scope scope)
{
	struct share worse = {0, 0};

	for (int v = 0; v < PLAN_VIEWS; v++) {
		const struct plan_counts *counts = &plan->seen[v].counts[scope];
		const struct share share = {counts->hurt + counts->decide, counts->judged};

		if (share.of > 0 &&
			(worse.of == 0 || is_larger(share.n, share.of, worse.n, worse.of)))
			worse = share;
	}
	return worse;
}

/*
 * Decides for which part of the mail the policy is raised first: the part of which a smaller share
 * would be hurt or is undecided.
 */
static enum plan_order
order_of(const struct plan *plan)
{
	const struct share domain = worse_share(plan, PLAN_DOMAIN),
			   below = worse_share(plan, PLAN_BELOW);

	if (domain.of == 0 || below.of == 0)
		return PLAN_TOGETHER;
	if (is_larger(domain.n, domain.of, below.n, below.of))
		return PLAN_SUBDOMAINS_FIRST;
	return is_larger(below.n, below.of, domain.n, domain.of) ? PLAN_DOMAIN_FIRST
								 : PLAN_TOGETHER;
}

/* Does the source send for the owner, as far as is known? */
static bool
is_known(const struct stats_source *source)
{
	const uint64_t *n = source->counts.classes;

	return n[SENDER_PASSES] + n[SENDER_OWN] + n[SENDER_SERVICE] + n[SENDER_FORWARDER] > 0;
}

/*
 * Sets the days to wait: at least `least`, and longer than the longest time between two days on
 * which a known sender sent mail, in any view.
 */
static void
set_wait(const struct plan *plan, struct plan_step *step, unsigned least)
{
	step->wait = least;
	step->slowest = STATS_SOURCES;
	for (int v = 0; v < PLAN_VIEWS; v++) {
		const struct plan_mail *mail = &plan->seen[v].mail;

		for (size_t i = 0; plan->seen[v].used && i < mail->stats->nsources; i++) {
			unsigned gap;

			if (!is_known(&mail->stats->sources[i]))
				continue;
			(void)plan_mail_days(mail, i, &gap);
			if (gap < step->wait || gap >= PLAN_WAIT_MAX)
				continue;
			step->wait = gap + 1;
			step->slowest = i;
			step->slowest_in = (enum plan_view)v;
		}
	}
}

/* Sets the parts whose policy the step raises, and the bound for their mail of known senders. */
static void
set_bound(struct plan_step *step, const struct plan_force *before)
{
	step->domain = step->below = false;
	for (int mode = DMARC_RFC9989; mode <= DMARC_RFC7489; mode++) {
		step->domain |= step->force.domain[mode] > before->domain[mode];
		step->below |= step->force.below[mode] > before->below[mode];
	}
	step->asks = step->domain || step->below || step->force.nowhere > before->nowhere;
	if (!step->asks) /* the step prepares for later ones: all mail matters */
		step->domain = step->below = true;
	for (int v = 0; v < PLAN_VIEWS; v++) {
		struct plan_effect *effect = &step->effects[v];

		for (int scope = PLAN_DOMAIN; scope <= PLAN_BELOW; scope++) {
			const struct plan_counts *counts = &effect->result.counts[scope];

			if (scope == PLAN_DOMAIN ? !step->domain : !step->below)
				continue;
			effect->k += counts->hurt;
			effect->n += counts->hurt + counts->passes;
		}
		effect->bound = bound_upper(effect->k, effect->n);
	}
}

static void
set_window(struct plan_seen *seen)
{
	const struct plan_mail *mail = &seen->mail;

	if (mail->has_dates)
		seen->window = (unsigned)(mail->last / DAY_SECONDS - mail->first / DAY_SECONDS) + 1;
	for (size_t i = 0; i < mail->stats->nsources; i++) {
		unsigned gap;

		seen->seen_once +=
			is_known(&mail->stats->sources[i]) && plan_mail_days(mail, i, &gap) == 1
				? 1
				: 0;
	}
}

/*
 * Evaluates the mail of all views with the step's record. *ok: the record does what it promises,
 * and no message that passed before fails.
 */
static bool
judge_step(struct plan *plan, struct plan_step *step, bool *ok)
{
	*ok = true;
	for (int v = 0; v < PLAN_VIEWS; v++) {
		struct plan_result *result = &step->effects[v].result;

		if (!plan->seen[v].used)
			continue;
		if (!plan_check_record(&plan->seen[v].check, &step->record, step->text, result))
			return false;
		*ok = *ok && result->promised && result->lost == 0;
		if (step->elsewhere.n == 0)
			step->elsewhere = result->elsewhere;
	}
	return true;
}

/*
 * Evaluates the mail under each record in turn, and makes the steps; ends at a record that fails.
 */
static bool
judge_steps(
	struct plan *plan, const struct plan_record *records, size_t n, struct plan_force before)
{
	for (size_t i = 0; i < n; i++) {
		struct plan_step *step = &plan->steps[i];
		const struct plan_record *record = &records[i];
		bool ok;

		step->record = *record;
		step->force = plan_force_of(record);
		step->text = plan_record_text(record,
			plan->now.has_record ? plan->now.record.text : SLICE(""), plan->reports,
			plan->ev->arena);
		if (!judge_step(plan, step, &ok))
			return false;
		if (!ok) {
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

/* Evaluates the mail of a view under the published record. */
static bool
look(struct plan *plan, struct plan_seen *seen, const struct plan_record *base, struct slice text)
{
	struct plan_result result;

	if (!seen->used)
		return true;
	if (!plan_check_init(
		    &seen->check, plan->ev, &seen->mail, plan->domain, text, &plan->time) ||
		!plan_check_record(&seen->check, base, text, &result))
		return false;
	memcpy(seen->counts, result.counts, sizeof seen->counts);
	set_window(seen);
	return true;
}

static uint64_t
judged(const struct plan *plan)
{
	uint64_t n = 0;

	for (int v = 0; v < PLAN_VIEWS; v++)
		n += plan->seen[v].counts[PLAN_DOMAIN].judged +
		     plan->seen[v].counts[PLAN_BELOW].judged;
	return n;
}

static bool
make_steps(struct plan *plan, const struct plan_record *base, struct slice text)
{
	struct plan_record records[PLAN_STEPS];
	size_t n;

	for (int v = 0; v < PLAN_VIEWS; v++)
		if (!look(plan, &plan->seen[v], base, text))
			return false;
	plan_list_sources(plan);
	plan->order = order_of(plan);
	n = plan_ladder(plan->has_record ? base : NULL, plan->order, records);
	plan->end = n == 0 ? PLAN_THERE : judged(plan) == 0 ? PLAN_UNSEEN : PLAN_WAY;
	/* without mail only a record that asks for reports can be justified */
	if (plan->end == PLAN_UNSEEN)
		n = plan->has_record ? 0 : 1;
	/* the first step is compared with what passes now */
	for (int v = 0; v < PLAN_VIEWS; v++)
		if (plan->seen[v].used && !plan_check_restart(&plan->seen[v].check))
			return false;
	return judge_steps(plan, records, n, plan_force_of(base));
}

bool
plan_make(struct plan *plan)
{
	struct plan_record base; /* the current record, or that of a first step */
	struct slice text;
	size_t authors = 0;
	bool done;

	for (int v = 0; v < PLAN_VIEWS; v++)
		authors += plan->seen[v].used ? plan->seen[v].mail.nauthors : 0;
	if (!find_now(plan, &base))
		return false;
	if (plan->now.code == AUTH_TEMPERROR)
		return true;
	plan->time = plan_time_begin(plan->ev, authors);
	plan->reports = first_record_reports(plan->ev->in.dns, plan->domain, plan->ev->arena);
	text = plan_record_text(&base, plan->now.has_record ? plan->now.record.text : SLICE(""),
		plan->reports, plan->ev->arena);
	done = make_steps(plan, &base, text);
	for (int v = 0; v < PLAN_VIEWS; v++)
		plan_check_clear(&plan->seen[v].check);
	return done;
}

static bool
is_listed(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

const char *const *
plan_cut(const struct plan *plan, size_t *n)
{
	const char **list =
		arena_array(plan->ev->arena, (size_t)PLAN_VIEWS * PLAN_AUTHORS, sizeof *list);

	*n = 0;
	for (int v = 0; v < PLAN_VIEWS; v++) {
		const struct plan_seen *seen = &plan->seen[v];

		for (size_t i = 0; seen->used && i < seen->mail.nauthors; i++)
			if (seen->check.cut[i] && !is_listed(list, *n, seen->mail.authors[i]))
				list[(*n)++] = seen->mail.authors[i];
	}
	return list;
}

struct plan_fails
plan_concerned(const struct plan_step *step, enum plan_view view)
{
	struct plan_fails all = {.hurt = 0};

	for (int scope = PLAN_DOMAIN; scope <= PLAN_BELOW; scope++) {
		const struct plan_counts *counts = &step->effects[view].result.counts[scope];

		if (scope == PLAN_DOMAIN ? !step->domain : !step->below)
			continue;
		all.hurt += counts->hurt;
		all.decide += counts->decide;
		all.stopped += counts->stopped;
	}
	return all;
}

bool
plan_waits(const struct plan *plan)
{
	uint64_t open = 0;

	if (plan->end == PLAN_UNSEEN || plan->failed_proof)
		return true;
	for (int v = 0; v < PLAN_VIEWS; v++) {
		const struct plan_counts *counts = plan->seen[v].counts;
		const struct plan_counts *unknown = &counts[PLAN_UNKNOWN];

		/* anybody can send forged mail of a name that does not answer */
		open += plan->seen[v].mail.open + unknown->judged - unknown->stopped;
		if (plan->end == PLAN_THERE)
			open += counts[PLAN_DOMAIN].hurt + counts[PLAN_BELOW].hurt;
	}
	for (size_t i = 0; i < plan->n; i++) {
		if (!plan->steps[i].asks)
			continue;
		for (int v = 0; v < PLAN_VIEWS; v++) {
			const struct plan_fails fails =
				plan_concerned(&plan->steps[i], (enum plan_view)v);

			open += fails.hurt + fails.decide;
		}
		break; /* only the next step that asks receivers to act */
	}
	return open > 0;
}

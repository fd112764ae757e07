/* plan_text_step.c: prints a step as text; if both views are used, a line for each. */
#include "filter/plan/bound.h"
#include "filter/plan/plan_text.h"
#include "filter/text/i18n.h"

enum { NAMES = 3, COLUMN = 12 };

static unsigned long long
printf_count(uint64_t n)
{
	return (unsigned long long)n;
}

/* Begins a line of a step: prints its word in a column, after which the text follows. */
static void
begin_line(const char *word, FILE *out)
{
	fputs("  ", out);
	text_pad(word, COLUMN, out);
}

/*
 * Begins a line about one view. Only the line of the first view that is used has the word. If the
 * reports are used, the line also names its view.
 */
static void
begin_view(const struct plan *plan, enum plan_view view, const char *word, FILE *out)
{
	const bool first = view == PLAN_IN_MAIL || !plan->seen[PLAN_IN_MAIL].used;

	begin_line(first ? word : "", out);
	if (plan->seen[PLAN_IN_REPORTS].used)
		fprintf(out, "%s: ", plan_view_text(view));
}

static const char *
force_text(unsigned force)
{
	return force == 0 ? "none" : force == 100 ? "quarantine" : "reject";
}

/* Prints what receivers are asked to do with failing mail of one part, by RFC. */
static void
print_force(const char *name, const unsigned force[2], FILE *out)
{
	const unsigned old = force[DMARC_RFC7489], share = old % 100;

	fprintf(out, _("%s: RFC 9989 %s, "), name, force_text(force[DMARC_RFC9989]));
	if (share == 0)
		fprintf(out, _("RFC 7489 %s"), force_text(old));
	else
		fprintf(out, _("RFC 7489 %s for %u%% of it and %s for the rest"),
			force_text(old - share + 100), share, force_text(old - share));
}

static void
print_asked(const struct plan *plan, const struct plan_step *step, FILE *out)
{
	begin_line(_("asks"), out);
	print_force(_("of failing mail of the domain"), step->force.domain, out);
	fputs("; ", out);
	print_force(_("of its subdomains"), step->force.below, out);
	if (step->elsewhere.n > 0)
		fprintf(out, _(", but by RFC 7489 it is %s that is looked at for subdomains"),
			plan_shown(plan, step->elsewhere));
	fputs("\n", out);
}

/* Prints the first senders of a list that the step concerns. */
static void
print_names(const struct plan *plan, const struct plan_step *step, enum plan_view view,
	enum plan_list list, FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nsources; i++) {
		const struct plan_source *source = &plan->sources[i];

		if (plan_of_list(source, view, list) == 0 ||
			!(source->below ? step->below : step->domain))
			continue;
		if (n < NAMES) {
			fputs(n == 0 ? " (" : ", ", out);
			plan_print_name(plan, view, source->number[view], out);
		}
		n++;
	}
	if (n > NAMES)
		fprintf(out, _(" and %zu more"), n - NAMES);
	fputs(n > 0 ? ")" : "", out);
}

static void
print_view_hurt(const struct plan *plan, const struct plan_step *step, enum plan_view view,
	const struct plan_fails *fails, FILE *out)
{
	begin_view(plan, view, _("hurts now"), out);
	fprintf(out, _("%llu messages of known senders"), printf_count(fails->hurt));
	print_names(plan, step, view, PLAN_HURT, out);
	fprintf(out, _("; %llu to decide"), printf_count(fails->decide));
	print_names(plan, step, view, PLAN_DECIDE, out);
	fprintf(out, _("; it stops %llu\n"), printf_count(fails->stopped));
}

static void
print_hurt(const struct plan *plan, const struct plan_step *step, FILE *out)
{
	uint64_t hurt = 0, decide = 0;

	if (!step->asks) {
		begin_line(_("hurts now"), out);
		fputs(_("nobody: no receiver is asked for more than before\n"), out);
		return;
	}
	for (int v = 0; v < PLAN_VIEWS; v++) {
		const struct plan_fails fails = plan_concerned(step, (enum plan_view)v);

		if (!plan->seen[v].used)
			continue;
		print_view_hurt(plan, step, (enum plan_view)v, &fails, out);
		hurt += fails.hurt;
		decide += fails.decide;
	}
	begin_line(_("before"), out);
	if (hurt > 0)
		fputs(_("fix the known senders, see above; decide about the others\n"), out);
	else if (decide > 0)
		fputs(_("decide about the senders above\n"), out);
	else
		fputs(_("nothing needs to be fixed\n"), out);
}

static void
print_proof(const struct plan *plan, const struct plan_step *step, FILE *out)
{
	for (int v = 0; v < PLAN_VIEWS; v++) {
		const struct plan_result *result = &step->effects[v].result;

		if (!plan->seen[v].used)
			continue;
		begin_view(plan, (enum plan_view)v, _("proved"), out);
		fprintf(out,
			_("overlaid on DNS, it asks for just this by both RFCs; %llu of %llu "
			  "messages that passed before still pass\n"),
			printf_count(result->kept), printf_count(result->kept + result->lost));
	}
}

static void
print_view_bound(
	const struct plan *plan, const struct plan_step *step, enum plan_view view, FILE *out)
{
	const struct plan_effect *effect = &step->effects[view];
	char percent[BOUND_OCTETS];

	begin_view(plan, view, _("not seen"), out);
	if (effect->n == 0) {
		fputs(_("no mail of known senders was seen that this is about: nothing is known "
			"of it\n"),
			out);
		return;
	}
	bound_percent(effect->bound, percent);
	fprintf(out,
		_("%llu of %llu failing in %u days: at most %s %% of mail of the kind seen in this "
		  "window, with %d %% confidence; who sends once a year is not in it\n"),
		printf_count(effect->k), printf_count(effect->n), plan->seen[view].window, percent,
		BOUND_CONFIDENCE);
}

static void
print_bound(const struct plan *plan, const struct plan_step *step, FILE *out)
{
	for (int v = 0; v < PLAN_VIEWS; v++)
		if (plan->seen[v].used)
			print_view_bound(plan, step, (enum plan_view)v, out);
}

static void
print_wait(const struct plan *plan, const struct plan_step *step, FILE *out)
{
	if (step->wait == 0)
		return;
	begin_line(_("wait"), out);
	fprintf(out, _("%u days"), step->wait);
	if (step->slowest < STATS_SOURCES) {
		fputs(_("; the longest silence is that of "), out);
		plan_print_name(plan, step->slowest_in, step->slowest, out);
	}
	fputs("\n", out);
}

static void
print_view_stop(
	const struct plan *plan, const struct plan_step *step, enum plan_view view, FILE *out)
{
	const struct plan_effect *effect = &step->effects[view];
	char percent[BOUND_OCTETS];

	begin_view(plan, view, _("stop"), out);
	bound_percent(effect->bound, percent);
	if (view == PLAN_IN_REPORTS && effect->k > 0)
		fputs(_("publish the record before it again if a sender that was fixed still "
			"fails in the reports of later days\n"),
			out);
	else if (view == PLAN_IN_REPORTS)
		fprintf(out,
			_("publish the record before it again if over %s %% of the known senders' "
			  "mail in the reports of later days is not aligned\n"),
			percent);
	else if (effect->k > 0)
		fputs(_("publish the record before it again if a sender that was fixed still "
			"fails, or batch --baseline finds one that starts to fail\n"),
			out);
	else
		fprintf(out,
			_("publish the record before it again if over %s %% of the known senders' "
			  "mail since then is not aligned, or batch --baseline finds a sender that "
			  "starts to fail\n"),
			percent);
}

static void
print_stop(const struct plan *plan, const struct plan_step *step, FILE *out)
{
	for (int v = 0; v < PLAN_VIEWS; v++)
		if (step->asks && plan->seen[v].used)
			print_view_stop(plan, step, (enum plan_view)v, out);
}

void
plan_print_step(const struct plan *plan, size_t i, FILE *out)
{
	const struct plan_step *step = &plan->steps[i];

	fprintf(out, _("\nStep %zu: publish at _dmarc.%s\n"), i + 1,
		plan_shown(plan, plan->domain));
	fprintf(out, "  %s\n", plan_shown(plan, step->text));
	print_asked(plan, step, out);
	if (!plan->now.has_record && plan->reports.n == 0 && i == 0) {
		begin_line(_("reports"), out);
		fputs(_("none: no mail to the domain can be delivered; add a rua with an address "
			"of "
			"yours elsewhere\n"),
			out);
	}
	print_hurt(plan, step, out);
	print_proof(plan, step, out);
	print_bound(plan, step, out);
	print_wait(plan, step, out);
	print_stop(plan, step, out);
}

/* plan_text.c: a plan for a person. */
#include <inttypes.h>

#include "filter/plan/bound.h"
#include "filter/plan/plan.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"

enum { SOURCES = 20, STOPPED = 5, NAMES = 3, SHOWN = 1024, COLUMN = 12 };

static const char *
shown(const struct plan *plan, struct slice text)
{
	return printable(text, SHOWN, plan->ev->arena);
}

static unsigned long long
number(uint64_t n)
{
	return (unsigned long long)n;
}

/* A line of a step: its word in a column, and the text after it. */
static void
begin_line(const char *word, FILE *out)
{
	fputs("  ", out);
	text_pad(word, COLUMN, out);
}

static void
print_now(const struct plan *plan, FILE *out)
{
	const struct dmarc_result *now = &plan->now;

	fprintf(out, _("Plan for %s\n"), shown(plan, plan->domain));
	if (!now->has_record) {
		fprintf(out, "  %s\n",
			now->reason.id != DMARC_R_NONE ? translated(reason_text(&now->reason))
						       : _("no record"));
		return;
	}
	fprintf(out, "  _dmarc.%s: %s\n", shown(plan, now->record_domain),
		shown(plan, now->record.text));
	if (!plan->has_record)
		fputs(_("  it has no valid p=, sp= or np=, so that it does nothing but ask for "
			"reports\n"),
			out);
	else if (plan->inherited)
		fputs(_("  this is the record of a domain above; the plan publishes one of its "
			"own\n"),
			out);
}

static void
print_counts(const char *name, const struct plan_counts *counts, FILE *out)
{
	fprintf(out, "%10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "  %s\n",
		counts->judged, counts->passes, counts->hurt, counts->decide, counts->stopped,
		name);
}

static void
print_seen(const struct plan *plan, FILE *out)
{
	const struct plan_mail *mail = &plan->mail;
	char first[STATS_DAY_OCTETS] = "-", last[STATS_DAY_OCTETS] = "-";

	if (mail->has_dates) {
		stats_day_text(mail->first, first);
		stats_day_text(mail->last, last);
	}
	fprintf(out, _("\nMail in its name: %llu messages, %s to %s\n"), number(mail->messages),
		first, last);
	if (mail->not_judged > 0)
		fprintf(out, _("  %llu of them could not be judged, and are not counted below\n"),
			number(mail->not_judged));
	if (mail->beyond > 0)
		fprintf(out, _("  %llu of them are left out, because there are too many kinds\n"),
			number(mail->beyond));
	if (mail->messages == 0)
		return;
	text_pad(_("Messages"), -10, out);
	text_pad(_("Pass"), -11, out);
	text_pad(_("Hurt"), -11, out);
	text_pad(_("Decide"), -11, out);
	text_pad(_("Stopped"), -11, out);
	fputs("\n", out);
	print_counts(shown(plan, plan->domain), &plan->counts[PLAN_DOMAIN], out);
	print_counts(_("subdomains to which its record applies"), &plan->counts[PLAN_BELOW], out);
	if (plan->counts[PLAN_APART].judged > 0)
		print_counts(
			_("subdomains to which another record applies: the plan is not for them"),
			&plan->counts[PLAN_APART], out);
	if (plan->counts[PLAN_UNKNOWN].judged > 0)
		print_counts(_("subdomains of which DNS did not answer"),
			&plan->counts[PLAN_UNKNOWN], out);
	fputs(_("Hurt: not aligned, but yours, of a known service that you use, or of a forwarder "
		"or list. Decide: something speaks for it (SPF or DKIM of another domain passed, "
		"fields of a list), but a forger can have that, too. Stopped: nothing speaks for "
		"it.\n"),
		out);
}

static void
print_name(const struct plan *plan, size_t source, FILE *out)
{
	const struct stats_source *one = &plan->mail.stats->sources[source];

	fprintf(out, "%s %s%s%s%s", stats_by_text(one->by), one->name,
		one->provider != NULL ? " (" : "", one->provider != NULL ? one->provider : "",
		one->provider != NULL ? ")" : "");
}

/* Its messages, and what they need: advice given for single ones, with its proof. */
static void
print_source(const struct plan *plan, const struct plan_source *source, uint64_t n, FILE *out)
{
	const struct stats_source *one = &plan->mail.stats->sources[source->number];
	const enum sender_class class = stats_source_sender(one).class;

	fprintf(out, "%10" PRIu64 "  ", n);
	print_name(plan, source->number, out);
	fprintf(out, _(", in the name of %s: %s\n"), stats_author_text(one->author_domain),
		class == SENDER_PASSES ? _("passed when it was judged") : sender_class_text(class));
	for (size_t i = 0; i < one->nneeds && source->hurt + source->decide > 0; i++) {
		const struct stats_need *need = &one->needs[i];

		fprintf(out, "%10s  %s\n", "", need->text);
		if (need->passes == 0)
			continue;
		fprintf(out, "%10s  %s\n%10s  ", "", need->record, "");
		fprintf(out, _("with this record %llu of %llu messages of this source pass\n"),
			number(need->passes), number(stats_unaligned(one)));
	}
}

enum list { LIST_HURT, LIST_DECIDE, LIST_STOPPED };

static uint64_t
of_list(const struct plan_source *source, enum list list)
{
	return list == LIST_HURT     ? source->hurt
	       : list == LIST_DECIDE ? source->decide
				     : source->stopped;
}

static void
print_list(const struct plan *plan, enum list list, const char *title, size_t most, FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nsources; i++) {
		const uint64_t messages = of_list(&plan->sources[i], list);

		if (messages == 0)
			continue;
		if (n == 0)
			fprintf(out, "\n%s\n", title);
		if (n++ < most)
			print_source(plan, &plan->sources[i], messages, out);
	}
	if (n > most)
		fprintf(out, _("%10zu  more lines are not shown\n"), n - most);
}

static void
print_sources(const struct plan *plan, FILE *out)
{
	print_list(plan, LIST_HURT, _("To mend before receivers are asked to act:"), SOURCES, out);
	print_list(plan, LIST_DECIDE,
		_("To decide: if it is yours, name it with --own-senders and mend it; if not, this "
		  "is what the policy is for:"),
		SOURCES, out);
	print_list(plan, LIST_STOPPED,
		_("What would be stopped; if one of these is yours, name it with --own-senders:"),
		STOPPED, out);
	if (plan->rest > 0)
		fprintf(out, _("%10llu  messages of other senders, not listed separately\n"),
			number(plan->rest));
}

static const char *
force_text(unsigned force)
{
	return force == 0 ? "none" : force == 100 ? "quarantine" : "reject";
}

/* What receivers do with failing mail of one part, by RFC. */
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
	if (step->result.elsewhere.n > 0)
		fprintf(out, _(", but by RFC 7489 it is %s that is looked at for subdomains"),
			shown(plan, step->result.elsewhere));
	fputs("\n", out);
}

/* The first senders of a list that the step concerns. */
static void
print_names(const struct plan *plan, const struct plan_step *step, enum list list, FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nsources; i++) {
		const struct plan_source *source = &plan->sources[i];

		if (of_list(source, list) == 0 || !(source->below ? step->below : step->domain))
			continue;
		if (n < NAMES) {
			fputs(n == 0 ? " (" : ", ", out);
			print_name(plan, source->number, out);
		}
		n++;
	}
	if (n > NAMES)
		fprintf(out, _(" and %zu more"), n - NAMES);
	fputs(n > 0 ? ")" : "", out);
}

static void
print_hurt(const struct plan *plan, const struct plan_step *step, FILE *out)
{
	struct plan_counts all = {.judged = 0};

	begin_line(_("hurts now"), out);
	if (!step->asks) {
		fputs(_("nobody: no receiver is asked for more than before\n"), out);
		return;
	}
	for (int scope = PLAN_DOMAIN; scope <= PLAN_BELOW; scope++) {
		const struct plan_counts *counts = &step->result.counts[scope];

		if (scope == PLAN_DOMAIN ? !step->domain : !step->below)
			continue;
		all.hurt += counts->hurt;
		all.decide += counts->decide;
		all.stopped += counts->stopped;
	}
	fprintf(out, _("%llu messages of known senders"), number(all.hurt));
	print_names(plan, step, LIST_HURT, out);
	fprintf(out, _("; %llu to decide"), number(all.decide));
	print_names(plan, step, LIST_DECIDE, out);
	fprintf(out, _("; it stops %llu\n"), number(all.stopped));
	begin_line(_("before"), out);
	if (all.hurt > 0)
		fputs(_("mend the known senders, see above; decide about the others\n"), out);
	else if (all.decide > 0)
		fputs(_("decide about the senders above\n"), out);
	else
		fputs(_("nothing is to be mended\n"), out);
}

static void
print_proof(const struct plan_step *step, FILE *out)
{
	begin_line(_("proved"), out);
	fprintf(out,
		_("laid over DNS, it asks for just this by both RFCs; %llu of %llu messages that "
		  "passed before still pass\n"),
		number(step->result.kept), number(step->result.kept + step->result.lost));
}

static void
print_bound(const struct plan *plan, const struct plan_step *step, FILE *out)
{
	char percent[BOUND_OCTETS];

	begin_line(_("not seen"), out);
	if (step->n == 0) {
		fputs(_("no mail of known senders was seen that this is about: nothing is known "
			"of it\n"),
			out);
		return;
	}
	bound_percent(step->bound, percent);
	fprintf(out,
		_("%llu of %llu failing in %u days: at most %s %% of mail of the kind seen in this "
		  "window, with %d %% confidence; who sends once a year is not in it\n"),
		number(step->k), number(step->n), plan->window, percent, BOUND_CONFIDENCE);
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
		print_name(plan, step->slowest, out);
	}
	fputs("\n", out);
}

static void
print_stop(const struct plan_step *step, FILE *out)
{
	char percent[BOUND_OCTETS];

	if (!step->asks)
		return;
	begin_line(_("stop"), out);
	bound_percent(step->bound, percent);
	if (step->k > 0)
		fputs(_("publish the record before it again if a sender that was mended still "
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
print_step(const struct plan *plan, size_t i, FILE *out)
{
	const struct plan_step *step = &plan->steps[i];

	fprintf(out, _("\nStep %zu: publish at _dmarc.%s\n"), i + 1, shown(plan, plan->domain));
	fprintf(out, "  %s\n", shown(plan, step->text));
	print_asked(plan, step, out);
	print_hurt(plan, step, out);
	print_proof(step, out);
	print_bound(plan, step, out);
	print_wait(plan, step, out);
	print_stop(step, out);
}

static void
print_end(const struct plan *plan, FILE *out)
{
	if (plan->failed_proof)
		fputs(_("\nThe next record, laid over DNS, does not do what it says, or mail that "
			"passes would no longer pass, perhaps because DNS did not answer: it is "
			"not "
			"proposed, and no step after it.\n"),
			out);
	else if (plan->end == PLAN_THERE)
		fputs(_("\nNothing is left to publish: p=reject is in force for the domain and its "
			"subdomains.\n"),
			out);
	else if (plan->end == PLAN_UNSEEN && plan->mail.messages > 0)
		fputs(_("\nNone of the mail in its name could be judged: it shows nothing about "
			"p=reject. Name your relays with --trusted-relay.\n"),
			out);
	else if (plan->end == PLAN_UNSEEN && plan->mail.others > 0)
		fprintf(out,
			_("\nNone of %llu messages is in its name: they show nothing about "
			  "p=reject. Collect mail in its name for 30 days, the mail that it sends "
			  "among it.\n"),
			number(plan->mail.others));
	else if (plan->end == PLAN_UNSEEN)
		fputs(_("\nThere is no mail to judge: collect mail in its name for 30 days, the "
			"mail "
			"that it sends among it.\n"),
			out);
	if (plan->seen_once > 0 && plan->end == PLAN_WAY)
		fprintf(out,
			_("\n%zu known senders sent on one day only: how often they send is not "
			  "known.\n"),
			plan->seen_once);
}

static void
print_order(const struct plan *plan, FILE *out)
{
	if (plan->order == PLAN_SUBDOMAINS_FIRST)
		fputs(_("\nThe subdomains come first: a smaller share of their mail is not "
			"aligned.\n"),
			out);
	else if (plan->order == PLAN_DOMAIN_FIRST)
		fputs(_("\nThe domain comes first: a smaller share of its mail is not aligned than "
			"of that of its subdomains.\n"),
			out);
}

void
plan_print(const struct plan *plan, FILE *out)
{
	print_now(plan, out);
	print_seen(plan, out);
	print_sources(plan, out);
	if (plan->n > 0 && plan->end == PLAN_WAY)
		print_order(plan, out);
	for (size_t i = 0; i < plan->n; i++)
		print_step(plan, i, out);
	print_end(plan, out);
	if (plan->n > 0 && plan->mail.messages > 0)
		fputs(_("\nProved with SPF and DKIM as they were found for each message, and DMARC "
			"judged again with each record laid over DNS.\n"),
			out);
}

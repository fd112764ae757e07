/* plan_text.c: prints a plan as text, for people. */
#include <inttypes.h>

#include "filter/plan/plan_text.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"

enum { SOURCES = 20, STOPPED = 5, CUT = 5, SHOWN = 1024, COLUMN = 10, WIDE = 13 };

const char *
plan_shown(const struct plan *plan, struct slice text)
{
	return printable(text, SHOWN, plan->ev->arena);
}

static unsigned long long
printf_count(uint64_t n)
{
	return (unsigned long long)n;
}

const char *
plan_view_text(enum plan_view view)
{
	return view == PLAN_IN_MAIL ? _("saved mail") : _("reports");
}

bool
plan_has_both(const struct plan *plan)
{
	return plan->seen[PLAN_IN_MAIL].used && plan->seen[PLAN_IN_REPORTS].used;
}

uint64_t
plan_of_list(const struct plan_source *source, enum plan_view view, enum plan_list list)
{
	const struct plan_fails *fails = &source->fails[view];

	return list == PLAN_HURT     ? fails->hurt
	       : list == PLAN_DECIDE ? fails->decide
				     : fails->stopped;
}

static void
print_now(const struct plan *plan, FILE *out)
{
	const struct dmarc_result *now = &plan->now;

	fprintf(out, _("Plan for %s\n"), plan_shown(plan, plan->domain));
	if (!now->has_record) {
		fprintf(out, "  %s\n", translated(reason_text(&now->reason)));
		return;
	}
	fprintf(out, "  _dmarc.%s: %s\n", plan_shown(plan, now->record_domain),
		plan_shown(plan, now->record.text));
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

/* Prints how much mail a view has, and from when to when. */
static void
print_window(const struct plan_mail *mail, FILE *out)
{
	char first[STATS_DAY_OCTETS] = "-", last[STATS_DAY_OCTETS] = "-";

	if (mail->has_dates) {
		stats_day_text(mail->first, first);
		stats_day_text(mail->last, last);
	}
	fprintf(out,
		mail->reported
			? _("\nIn reports of known receivers: %llu messages in its name, %s to "
			    "%s\n")
			: _("\nMail in its name: %llu messages, %s to %s\n"),
		printf_count(mail->messages), first, last);
	if (mail->not_judged > 0)
		fprintf(out, _("  %llu of them could not be judged, and are not counted below\n"),
			printf_count(mail->not_judged));
	if (mail->beyond > 0)
		fprintf(out, _("  %llu of them are left out, because there are too many kinds\n"),
			printf_count(mail->beyond));
}

static void
print_view(const struct plan *plan, const struct plan_seen *seen, FILE *out)
{
	print_window(&seen->mail, out);
	if (seen->mail.messages == 0)
		return;
	text_pad(_("Messages"), -10, out);
	text_pad(_("Pass"), -11, out);
	text_pad(_("Hurt"), -11, out);
	text_pad(_("Decide"), -11, out);
	text_pad(_("Stopped"), -11, out);
	fputs("\n", out);
	print_counts(plan_shown(plan, plan->domain), &seen->counts[PLAN_DOMAIN], out);
	print_counts(_("subdomains to which its record applies"), &seen->counts[PLAN_BELOW], out);
	if (seen->counts[PLAN_APART].judged > 0)
		print_counts(
			_("subdomains to which another record applies: the plan is not for them"),
			&seen->counts[PLAN_APART], out);
	if (seen->counts[PLAN_UNKNOWN].judged > 0)
		print_counts(_("subdomains of which DNS did not answer"),
			&seen->counts[PLAN_UNKNOWN], out);
}

/* Prints the author domains for which the time was too short. */
static void
print_cut(const struct plan *plan, FILE *out)
{
	size_t n;
	const char *const *names = plan_cut(plan, &n);

	if (n == 0)
		return;
	fprintf(out, _("\nThe time for all DNS queries was too short for %zu author domains:"), n);
	for (size_t i = 0; i < n && i < CUT; i++)
		fprintf(out, "%s %s", i > 0 ? "," : "", plan_shown(plan, slice_str(names[i])));
	if (n > CUT)
		fprintf(out, _(" and %zu more"), n - CUT);
	fputs(_("\nThe plan is incomplete for their mail. Run it again, or with a longer "
		"--deadline.\n"),
		out);
}

static bool
has_mail(const struct plan *plan)
{
	return plan->seen[PLAN_IN_MAIL].mail.messages + plan->seen[PLAN_IN_REPORTS].mail.messages >
	       0;
}

static void
print_seen(const struct plan *plan, FILE *out)
{
	for (int v = 0; v < PLAN_VIEWS; v++)
		if (plan->seen[v].used)
			print_view(plan, &plan->seen[v], out);
	if (has_mail(plan))
		fputs(_("Hurt: not aligned, but yours, of a known service that you use, or of a "
			"forwarder or list. Decide: there is some evidence for it (SPF or DKIM of "
			"another domain passed, fields of a list), but a forger can also have "
			"that. Stopped: no evidence for it.\n"),
			out);
	if (plan_has_both(plan))
		fputs(_("Both may show the same messages: they are not added up, and a step waits "
			"for the worse of the two.\n"),
			out);
}

void
plan_print_name(const struct plan *plan, enum plan_view view, size_t source, FILE *out)
{
	const struct stats_source *one = &plan->seen[view].mail.stats->sources[source];

	fprintf(out, "%s %s%s%s%s", stats_by_text(one->by), one->name,
		one->provider != NULL ? " (" : "", one->provider != NULL ? one->provider : "",
		one->provider != NULL ? ")" : "");
}

/* Prints what a source needs: advice for single messages of the saved mail, with its proof. */
static void
print_needs(const struct plan *plan, const struct plan_source *source, FILE *out)
{
	const struct stats_source *one;
	const struct plan_fails *fails = &source->fails[PLAN_IN_MAIL];

	if (source->number[PLAN_IN_MAIL] == STATS_SOURCES || fails->hurt + fails->decide == 0)
		return;
	one = &plan->seen[PLAN_IN_MAIL].mail.stats->sources[source->number[PLAN_IN_MAIL]];
	for (size_t i = 0; i < one->nneeds; i++) {
		const struct stats_need *need = &one->needs[i];

		fprintf(out, "%10s  %s\n", "", need->text);
		if (need->passes == 0)
			continue;
		fprintf(out, "%10s  %s\n%10s  ", "", need->record, "");
		fprintf(out, _("with this record %llu of %llu messages of this source pass\n"),
			printf_count(need->passes), printf_count(stats_unaligned(one)));
	}
}

/* The class of a source's messages in that list; it may have messages of other classes as well. */
static enum sender_class
class_in(const struct stats_source *source, enum plan_list list)
{
	const uint64_t *n = source->counts.classes;
	enum sender_class most = SENDER_PASSES;
	uint64_t messages = 0;

	if (list != PLAN_HURT)
		return list == PLAN_DECIDE ? SENDER_DECIDE : SENDER_FORGED;
	for (int class = SENDER_OWN; class <= SENDER_FORWARDER; class ++)
		if (n[class] > messages) {
			most = (enum sender_class) class;
			messages = n[class];
		}
	return most;
}

/* Prints a source: the number of its messages in each view, and their class. */
static void
print_source(
	const struct plan *plan, const struct plan_source *source, enum plan_list list, FILE *out)
{
	const enum plan_view view = plan_view_of(source);
	const struct stats_source *one =
		&plan->seen[view].mail.stats->sources[source->number[view]];
	const enum sender_class class = class_in(one, list);
	const int width = plan_has_both(plan) ? WIDE : COLUMN;

	for (int v = 0; v < PLAN_VIEWS; v++) {
		if (plan->seen[v].used && source->number[v] == STATS_SOURCES)
			fprintf(out, "%*s", width, "-");
		else if (plan->seen[v].used)
			fprintf(out, "%*" PRIu64, width,
				plan_of_list(source, (enum plan_view)v, list));
	}
	fputs("  ", out);
	plan_print_name(plan, view, source->number[view], out);
	fprintf(out, _(", in the name of %s: %s\n"), stats_author_text(one->author_domain),
		class == SENDER_PASSES ? _("passed when it was evaluated")
				       : sender_class_text(class));
	if (list != PLAN_STOPPED)
		print_needs(plan, source, out);
}

static void
print_title(const struct plan *plan, const char *title, FILE *out)
{
	fprintf(out, "\n%s\n", title);
	if (!plan_has_both(plan))
		return;
	for (int v = 0; v < PLAN_VIEWS; v++)
		text_pad(plan_view_text((enum plan_view)v), -WIDE, out);
	fputs("\n", out);
}

static void
print_list(const struct plan *plan, enum plan_list list, const char *title, size_t most, FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nsources; i++) {
		const struct plan_source *source = &plan->sources[i];

		if (plan_of_list(source, PLAN_IN_MAIL, list) == 0 &&
			plan_of_list(source, PLAN_IN_REPORTS, list) == 0)
			continue;
		if (n == 0)
			print_title(plan, title, out);
		if (n++ < most)
			print_source(plan, source, list, out);
	}
	if (n > most)
		fprintf(out, _("%10zu  more lines are not shown\n"), n - most);
}

static void
print_sources(const struct plan *plan, FILE *out)
{
	print_list(plan, PLAN_HURT, _("To fix before receivers are asked to act:"), SOURCES, out);
	print_list(plan, PLAN_DECIDE,
		_("To decide: if it is yours, name it with --own-senders and fix it; if not, this "
		  "is what the policy is for:"),
		SOURCES, out);
	print_list(plan, PLAN_STOPPED,
		_("What would be stopped; if one of these is yours, name it with --own-senders:"),
		STOPPED, out);
	for (int v = 0; v < PLAN_VIEWS; v++)
		if (plan->seen[v].rest > 0)
			fprintf(out,
				_("%10llu  messages of other senders, not listed separately\n"),
				printf_count(plan->seen[v].rest));
}

static void
print_seen_once(const struct plan_seen *seen, FILE *out)
{
	if (seen->seen_once > 0)
		fprintf(out,
			seen->mail.reported
				? _("\n%zu known senders are in the reports of one day "
				    "only: how often they send is not known.\n")
				: _("\n%zu known senders sent on one day only: how often "
				    "they send is not known.\n"),
			seen->seen_once);
}

static void
print_end(const struct plan *plan, FILE *out)
{
	if (plan->failed_proof)
		fputs(_("\nThe next record, overlaid on DNS, does not do what it says, or mail "
			"that "
			"passes would no longer pass, perhaps because DNS did not answer: it is "
			"not "
			"proposed, and no step after it.\n"),
			out);
	else if (plan->end == PLAN_THERE)
		fputs(_("\nNothing is left to publish: p=reject is in force for the domain and its "
			"subdomains.\n"),
			out);
	else if (plan->end == PLAN_UNSEEN && plan->seen[PLAN_IN_MAIL].mail.messages == 0 &&
		 has_mail(plan))
		fputs(_("\nDNS did not answer for the mail in reports: it shows nothing about "
			"p=reject.\n"),
			out);
	else if (plan->end == PLAN_UNSEEN && has_mail(plan))
		fputs(_("\nNone of the mail in its name could be judged: it shows nothing about "
			"p=reject. Name your relays with --trusted-relay.\n"),
			out);
	else if (plan->end == PLAN_UNSEEN && plan->seen[PLAN_IN_MAIL].mail.others > 0)
		fprintf(out,
			_("\nNone of %llu messages is in its name: they show nothing about "
			  "p=reject. Collect mail in its name for 30 days, the mail that it sends "
			  "among it.\n"),
			printf_count(plan->seen[PLAN_IN_MAIL].mail.others));
	else if (plan->end == PLAN_UNSEEN)
		fputs(_("\nThere is no mail to judge: collect mail in its name for 30 days, the "
			"mail "
			"that it sends among it.\n"),
			out);
	for (int v = 0; v < PLAN_VIEWS; v++)
		if (plan->end == PLAN_WAY)
			print_seen_once(&plan->seen[v], out);
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
	print_cut(plan, out);
	print_sources(plan, out);
	if (plan->n > 0 && plan->end == PLAN_WAY)
		print_order(plan, out);
	for (size_t i = 0; i < plan->n; i++)
		plan_print_step(plan, i, out);
	print_end(plan, out);
	if (plan->n > 0 && plan->seen[PLAN_IN_MAIL].mail.messages > 0)
		fputs(_("\nProved with SPF and DKIM as they were found for each message, and DMARC "
			"evaluated again with each record overlaid on DNS.\n"),
			out);
	if (plan->n > 0 && plan->seen[PLAN_IN_REPORTS].mail.messages > 0)
		fputs(_("\nMail in reports: with SPF and DKIM as the receivers found them. Only "
			"known "
			"receivers count.\n"),
			out);
}

#include "filter/stats/view_print.h"

#include <inttypes.h>
#include <stdlib.h>

#include "filter/stats/view_list.h"
#include "filter/text/words.h"

enum { LINES = 20, EXAMPLES = 10, NAME_COLUMNS = 32 };

static void
print_rest(size_t n, uint64_t beyond, FILE *out)
{
	if (n > LINES)
		fprintf(out, _("%10zu  more lines are not shown\n"), n - LINES);
	if (beyond > 0)
		fprintf(out, _("%10llu  messages of other senders, not listed separately\n"),
			(unsigned long long)beyond);
}

static void
print_domain(const struct view_domain *domain, FILE *out)
{
	const struct view_counts *counts = &domain->counts;

	fprintf(out, "%10" PRIu64 " %6.1f%% %11" PRIu64 " %11" PRIu64 "  %s\n", counts->messages,
		view_percent(counts->aligned, counts->messages), counts->honest_fails,
		counts->bare_fails, domain->name[0] != '\0' ? domain->name : "-");
}

static bool
print_domains(const struct view *view, FILE *out)
{
	size_t *places = view_order_domains(view);

	if (places == NULL)
		return false;
	fputs(_("\nAuthor domains: is p=reject safe?\n"), out);
	words_pad(_("Messages"), -10, out);
	words_pad(_("Align."), -8, out);
	words_pad(_("Hurt"), -12, out);
	words_pad(_("Stopped"), -12, out);
	fprintf(out, "  %s\n", _("Author domain"));
	for (size_t i = 0; i < view->ndomains && i < LINES; i++)
		print_domain(&view->domains[places[i]], out);
	print_rest(view->ndomains, view->other_domain.counts.messages, out);
	fputs(_("Hurt: not aligned, but it looks like legitimate mail (SPF or DKIM passed for some "
		"domain, or it was forwarded). Stopped: nothing suggests that it is legitimate.\n"),
		out);
	fputs(_("p=quarantine would send the same mail to the junk folder instead.\n"), out);
	free(places);
	return true;
}

static void
print_source(const struct view_source *source, FILE *out)
{
	const struct view_counts *counts = &source->counts;
	char first[VIEW_DAY_OCTETS] = "-", last[VIEW_DAY_OCTETS] = "-";

	if (source->has_dates) {
		view_day_text(source->first, first);
		view_day_text(source->last, last);
	}
	fprintf(out,
		"%10" PRIu64 " %6.1f%% %6.1f%% %6.1f%% %8" PRIu64 " %8" PRIu64 "  %-10s %-10s  ",
		counts->messages, view_percent(counts->spf_aligned, counts->messages),
		view_percent(counts->dkim_aligned, counts->messages),
		view_percent(counts->aligned, counts->messages),
		counts->dispositions[DISP_QUARANTINE], counts->dispositions[DISP_REJECT], first,
		last);
	words_pad(
		source->author_domain[0] != '\0' ? source->author_domain : "-", NAME_COLUMNS, out);
	fprintf(out, " %s %s%s%s%s\n", view_by_text(source->by), source->name,
		source->provider != NULL ? " (" : "",
		source->provider != NULL ? source->provider : "",
		source->provider != NULL ? ")" : "");
	for (size_t i = 0; i < source->nneeds; i++)
		fprintf(out, "%10s  %8" PRIu64 "  %s\n", "", source->needs[i].n,
			source->needs[i].text);
}

static bool
print_sources(const struct view *view, FILE *out)
{
	size_t *places = view_order_sources(view);

	if (places == NULL)
		return false;
	fputs(_("\nSources: who sends, and what their unaligned mail needs\n"), out);
	words_pad(_("Messages"), -10, out);
	words_pad("SPF", -8, out);
	words_pad("DKIM", -8, out);
	words_pad(_("Align."), -8, out);
	words_pad(_("Quarant."), -9, out);
	words_pad(_("Rejected"), -9, out);
	fputs("  ", out);
	words_pad(_("First"), 11, out);
	words_pad(_("Last"), 12, out);
	words_pad(_("Author domain"), NAME_COLUMNS + 1, out);
	fprintf(out, "%s\n", _("Sender"));
	for (size_t i = 0; i < view->nsources && i < LINES; i++)
		print_source(&view->sources[places[i]], out);
	print_rest(view->nsources, view->other_source.counts.messages, out);
	free(places);
	return true;
}

static void
print_matrix(const struct view_matrix *matrix, FILE *out)
{
	for (int before = DISP_ACCEPT; before <= DISP_TEMPFAIL; before++)
		for (int after = DISP_ACCEPT; after <= DISP_TEMPFAIL; after++) {
			if (matrix->n[before][after] == 0)
				continue;
			fprintf(out, "%10" PRIu64 "  %-10s -> %s\n", matrix->n[before][after],
				policy_word((enum disposition)before),
				policy_word((enum disposition)after));
		}
}

static void
print_changed_sources(const struct view *view, size_t scenario, FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < view->nsources && n <= LINES; i++) {
		const struct view_source *source = &view->sources[i];
		uint64_t changed = view_changed(&source->changes[scenario]);

		if (changed == 0 || n++ == LINES)
			continue;
		fprintf(out, _("%10llu  of %llu change: %s, %s %s\n"), (unsigned long long)changed,
			(unsigned long long)source->counts.messages,
			source->author_domain[0] != '\0' ? source->author_domain : "-",
			view_by_text(source->by), source->name);
	}
	if (n > LINES)
		fputs(_("            (further sources are not shown)\n"), out);
}

static void
print_scenario(const struct view *view, size_t scenario, FILE *out)
{
	size_t n = 0;

	if (view_is_other(view, scenario))
		fputs(_("\nThe other RFC: disposition now -> by the other one\n"), out);
	else
		fprintf(out, _("\nWhat if: %s\n"), view->scenarios[scenario]);
	print_matrix(&view->changes[scenario], out);
	if (view_changed(&view->changes[scenario]) == 0) {
		fputs(_("            nothing would change\n"), out);
		return;
	}
	print_changed_sources(view, scenario, out);
	for (size_t i = 0; i < view->nmessages && n <= EXAMPLES; i++) {
		const struct row *row = view->messages[i].row;
		enum disposition after = view_after(view, scenario, row);

		if (after == row->disposition || n++ == EXAMPLES)
			continue;
		fprintf(out, "            %-10s -> %-10s %s\n", policy_word(row->disposition),
			policy_word(after), row->path);
	}
	if (n > EXAMPLES)
		fputs(_("            (the first messages; --output json has them all)\n"), out);
}

bool
view_print(const struct view *view, FILE *out)
{
	if (view->ndomains == 0)
		return true;
	if (!print_domains(view, out) || !print_sources(view, out))
		return false;
	for (size_t i = 0; i < view->nscenarios; i++)
		print_scenario(view, i, out);
	return true;
}

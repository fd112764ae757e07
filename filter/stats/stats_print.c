#include "filter/stats/stats_print.h"

#include <inttypes.h>
#include <stdlib.h>

#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"

enum { LINES = 20, EXAMPLES = 10, NAME_COLUMNS = 32, CLASS_COLUMNS = 29 };

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
print_domain(const struct stats_domain *domain, FILE *out)
{
	const struct stats_counts *counts = &domain->counts;

	fprintf(out, "%10" PRIu64 " %6.1f%% %11" PRIu64 " %11" PRIu64 " %11" PRIu64 "  %s\n",
		counts->messages, stats_percent(counts->aligned, counts->messages),
		counts->known_fails, counts->open_fails, counts->unauthenticated_fails,
		stats_author_text(domain->name));
}

static bool
print_domains(const struct stats *stats, FILE *out)
{
	size_t *places = stats_order_domains(stats);

	if (places == NULL)
		return false;
	fputs(_("\nAuthor domains: is p=reject safe?\n"), out);
	text_pad(_("Messages"), -10, out);
	text_pad(_("Align."), -8, out);
	text_pad(_("Hurt"), -12, out);
	text_pad(_("Decide"), -12, out);
	text_pad(_("Stopped"), -12, out);
	fprintf(out, "  %s\n", _("Author domain"));
	for (size_t i = 0; i < stats->ndomains && i < LINES; i++)
		print_domain(&stats->domains[places[i]], out);
	print_rest(stats->ndomains, stats->other_domain.counts.messages, out);
	fputs(_("Hurt: not aligned, but yours, of a known service that you use, or of a forwarder "
		"or list. Decide: there is some evidence for it (SPF or DKIM of another domain "
		"passed, fields of a list), but a forger can also have that. Stopped: no evidence "
		"for it.\n"),
		out);
	fputs(_("p=quarantine would send the same mail to the junk folder instead.\n"), out);
	free(places);
	return true;
}

static void
print_need(const struct stats_source *source, const struct stats_need *need, FILE *out)
{
	fprintf(out, "%10s  %8" PRIu64 "  %s\n", "", need->n, need->text);
	if (need->passes == 0)
		return;
	fprintf(out, "%10s  %8s  %s\n", "", "", need->record);
	fprintf(out, "%10s  %8s  ", "", "");
	fprintf(out, _("with this record %llu of %llu messages of this source pass\n"),
		(unsigned long long)need->passes, (unsigned long long)stats_unaligned(source));
}

static void
print_source(const struct stats_source *source, FILE *out)
{
	const struct stats_counts *counts = &source->counts;
	const struct sender sender = stats_source_sender(source);
	char first[STATS_DAY_OCTETS] = "-", last[STATS_DAY_OCTETS] = "-";

	if (source->has_dates) {
		stats_day_text(source->first, first);
		stats_day_text(source->last, last);
	}
	fprintf(out,
		"%10" PRIu64 " %6.1f%% %6.1f%% %6.1f%% %8" PRIu64 " %8" PRIu64 "  %-10s %-10s  ",
		counts->messages, stats_percent(counts->spf_aligned, counts->messages),
		stats_percent(counts->dkim_aligned, counts->messages),
		stats_percent(counts->aligned, counts->messages),
		counts->dispositions[DISP_QUARANTINE], counts->dispositions[DISP_REJECT], first,
		last);
	text_pad(sender_class_text(sender.class), CLASS_COLUMNS, out);
	fputs(" ", out);
	text_pad(stats_author_text(source->author_domain), NAME_COLUMNS, out);
	fprintf(out, " %s %s%s%s%s\n", stats_by_text(source->by), source->name,
		source->provider != NULL ? " (" : "",
		source->provider != NULL ? source->provider : "",
		source->provider != NULL ? ")" : "");
	if (sender.by != SENDER_BY_NOTHING)
		fprintf(out, "%10s  %8s  %s: %s\n", "", "", sender_class_text(sender.class),
			sender_evidence_text(sender.by));
	for (size_t i = 0; i < source->nneeds; i++)
		print_need(source, &source->needs[i], out);
}

static bool
print_sources(const struct stats *stats, FILE *out)
{
	size_t *places = stats_order_sources(stats);

	if (places == NULL)
		return false;
	fputs(_("\nSources: who sends, and what their unaligned mail needs\n"), out);
	text_pad(_("Messages"), -10, out);
	text_pad("SPF", -8, out);
	text_pad("DKIM", -8, out);
	text_pad(_("Align."), -8, out);
	text_pad(_("Quarant."), -9, out);
	text_pad(_("Rejected"), -9, out);
	fputs("  ", out);
	text_pad(_("First"), 11, out);
	text_pad(_("Last"), 12, out);
	text_pad(_("Class"), CLASS_COLUMNS + 1, out);
	text_pad(_("Author domain"), NAME_COLUMNS + 1, out);
	fprintf(out, "%s\n", _("Sender"));
	for (size_t i = 0; i < stats->nsources && i < LINES; i++)
		print_source(&stats->sources[places[i]], out);
	print_rest(stats->nsources, stats->other_source.counts.messages, out);
	free(places);
	return true;
}

static void
print_matrix(const struct stats_matrix *matrix, FILE *out)
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
print_changed_sources(const struct stats *stats, size_t scenario, FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < stats->nsources && n <= LINES; i++) {
		const struct stats_source *source = &stats->sources[i];
		uint64_t changed = stats_changed(&source->changes[scenario]);

		if (changed == 0 || n++ == LINES)
			continue;
		fprintf(out, _("%10llu  of %llu change: %s, %s %s\n"), (unsigned long long)changed,
			(unsigned long long)source->counts.messages,
			stats_author_text(source->author_domain), stats_by_text(source->by),
			source->name);
	}
	if (n > LINES)
		fputs(_("            (further sources are not shown)\n"), out);
}

static void
print_scenario(const struct stats *stats, size_t scenario, FILE *out)
{
	size_t n = 0;

	if (stats_is_other(stats, scenario))
		fputs(_("\nThe other RFC: disposition now -> by the other one\n"), out);
	else
		fprintf(out, _("\nWhat if: %s\n"), stats->scenarios[scenario]);
	print_matrix(&stats->changes[scenario], out);
	if (stats_changed(&stats->changes[scenario]) == 0) {
		fputs(_("            nothing would change\n"), out);
		return;
	}
	print_changed_sources(stats, scenario, out);
	for (size_t i = 0; i < stats->nmessages && n <= EXAMPLES; i++) {
		const struct row *row = stats->messages[i].row;
		enum disposition after = stats_after(stats, scenario, row);

		if (after == row->disposition || n++ == EXAMPLES)
			continue;
		fprintf(out, "            %-10s -> %-10s %s\n", policy_word(row->disposition),
			policy_word(after), row->path);
	}
	if (n > EXAMPLES)
		fputs(_("            (the first messages; --output json has them all)\n"), out);
}

bool
stats_print(const struct stats *stats, FILE *out)
{
	if (stats->ndomains == 0)
		return true;
	if (!print_domains(stats, out) || !print_sources(stats, out))
		return false;
	for (size_t i = 0; i < stats->nscenarios; i++)
		print_scenario(stats, i, out);
	return true;
}

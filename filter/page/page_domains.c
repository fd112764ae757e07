/* page_domains.c: author domains, and whether p=reject is safe for them. */
#include <stdlib.h>

#include "filter/page/page_parts.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"

static void
author_head(struct html *html, const char *text)
{
	html_markup(html, "<th scope=\"row\"><bdi>");
	html_text(html, stats_author_text(text));
	html_markup(html, "</bdi></th>");
}

static void
domain_row(struct html *html, const struct stats *stats, const struct stats_domain *domain)
{
	const struct stats_counts *counts = &domain->counts;

	html_markup(html, "<tr>");
	author_head(html, domain->name);
	page_cell_number(html, counts->messages);
	page_cell_percent(html, counts->aligned, counts->messages);
	page_cell_number(html, counts->known_fails);
	page_cell_number(html, counts->open_fails);
	page_cell_number(html, counts->unauthenticated_fails);
	page_cell_number(html, counts->spf_pass);
	page_cell_number(html, counts->spf_aligned);
	page_cell_number(html, counts->dkim_pass);
	page_cell_number(html, counts->dkim_aligned);
	page_cell_number(html, counts->dispositions[DISP_QUARANTINE]);
	page_cell_number(html, counts->dispositions[DISP_REJECT]);
	for (size_t i = 0; i < stats->nscenarios; i++)
		page_cell_number(html, stats_changed(&domain->changes[i]));
	html_markup(html, "</tr>\n");
}

bool
page_domains(struct html *html, const struct stats *stats)
{
	static const struct page_column columns[] = {
		{N_("Author domain"), false},
		{N_("Messages"), true},
		{N_("Passed DMARC"), true},
		{N_("Hurt"), true},
		{N_("Decide"), true},
		{N_("Stopped"), true},
		{N_("SPF passed"), true},
		{N_("SPF aligned"), true},
		{N_("DKIM passed"), true},
		{N_("DKIM aligned"), true},
		{N_("Quarantined"), true},
		{N_("Rejected"), true},
	};
	const size_t n = page_rows(stats->ndomains);
	size_t *order = stats_order_domains(stats);

	if (order == NULL)
		return false;
	page_table_begin(html, "domains", _("Author domains"),
		_("Is p=reject safe? Hurt: not aligned, but yours, of a known service that you "
		  "use, or of a forwarder or list. Decide: there is some evidence for it (SPF or "
		  "DKIM of another domain passed, fields of a list), but a forger can also have "
		  "that. Stopped: no evidence for it. p=quarantine would send the same mail to the "
		  "junk folder instead. Under a what-if: how many messages would get another "
		  "disposition."));
	page_table_heads(html, columns, sizeof columns / sizeof columns[0]);
	for (size_t i = 0; i < stats->nscenarios; i++)
		page_table_scenario(html, stats, i, true);
	page_table_body(html);
	for (size_t i = 0; i < n; i++)
		domain_row(html, stats, &stats->domains[order[i]]);
	free(order);
	html_markup(html, "</tbody></table></div>\n");
	page_left_out(html, stats->ndomains, n, stats->other_domain.counts.messages);
	html_markup(html, "</section>\n");
	return true;
}

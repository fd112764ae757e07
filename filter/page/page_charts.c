#include "filter/page/page_parts.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"

uint64_t
page_kind_count(const struct stats_counts *counts, enum page_kind kind)
{
	switch (kind) {
	case PAGE_PASSED:
		return counts->aligned;
	case PAGE_LEGITIMATE:
		return counts->known_fails + counts->open_fails - counts->legitimate_others;
	case PAGE_UNAUTHENTICATED:
		return counts->unauthenticated_fails - counts->unauthenticated_others;
	case PAGE_NOT_JUDGED:
		return counts->not_judged;
	case PAGE_OTHER:
	case PAGE_KINDS:
	default:
		return counts->messages - counts->aligned - counts->not_judged -
		       (counts->known_fails + counts->open_fails - counts->legitimate_others) -
		       (counts->unauthenticated_fails - counts->unauthenticated_others);
	}
}

const char *
page_kind_text(enum page_kind kind)
{
	static const char *const kinds[] = {
		[PAGE_PASSED] = N_("Passed DMARC"),
		[PAGE_LEGITIMATE] = N_("Not aligned, some evidence for it"),
		[PAGE_UNAUTHENTICATED] = N_("Not aligned, no evidence for it"),
		[PAGE_OTHER] = N_("No DMARC record, or an error"),
		[PAGE_NOT_JUDGED] = N_("Not evaluated: envelope unknown"),
	};
	return _(kinds[kind]);
}

const char *
page_disposition_text(enum disposition disposition)
{
	static const char *const names[] = {
		[DISP_ACCEPT] = N_("Accepted"),
		[DISP_QUARANTINE] = N_("Quarantined"),
		[DISP_REJECT] = N_("Rejected"),
		[DISP_TEMPFAIL] = N_("Deferred"),
	};
	return _(names[disposition]);
}

void
page_scenario_name(struct html *html, const struct stats *stats, size_t scenario)
{
	if (stats_is_other(stats, scenario))
		html_text(html, _("The other RFC"));
	else
		html_say(html, _("What-if %zu"), scenario + 1);
}

void
page_section_begin(struct html *html, const char *id, const char *title, const char *note)
{
	html_markup(
		html, "<section id=\"%s\" aria-labelledby=\"%s-h\">\n<h2 id=\"%s-h\">", id, id, id);
	html_text(html, title);
	html_markup(html, "</h2>\n<p class=\"note\">");
	html_text(html, note);
	html_markup(html, "</p>\n");
}

void
page_chart_patterns(struct html *html)
{
	static const char *const marks[] = {
		"",
		"<path d=\"M-2 2 2-2M0 8 8 0M6 10 10 6\"/>",
		"<path d=\"M0 0 8 8M8 0 0 8\"/>",
		"<circle cx=\"2\" cy=\"2\" r=\"1\"/><circle cx=\"6\" cy=\"6\" r=\"1\"/>",
		"<path d=\"M0 2H8M0 6H8\"/>",
	};

	html_markup(html, "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\">");
	for (int i = 0; i < PAGE_KINDS; i++)
		html_markup(html,
			"<pattern id=\"k%d\" class=\"k%d\" width=\"8\" height=\"8\" "
			"patternUnits=\"userSpaceOnUse\"><rect width=\"8\" height=\"8\"/>%s"
			"</pattern>",
			i, i, marks[i]);
	html_markup(html, "</svg>\n");
}

void
page_legend_item(struct html *html, int shade, const char *text)
{
	html_markup(html,
		"<li><svg width=\"16\" height=\"16\" aria-hidden=\"true\"><rect width=\"16\" "
		"height=\"16\" fill=\"url(#k%d)\"/></svg> ",
		shade);
	html_text(html, text);
	html_markup(html, "</li>");
}

void
page_legend_kinds(struct html *html)
{
	html_markup(html, "<ul class=\"legend\">");
	for (int kind = 0; kind < PAGE_KINDS; kind++)
		page_legend_item(html, kind, page_kind_text((enum page_kind)kind));
	html_markup(html, "</ul>\n");
}

struct page_shares
page_shares_of(const struct stats_counts *counts)
{
	struct page_shares shares;

	for (int kind = 0; kind < PAGE_KINDS; kind++)
		shares.n[kind] = page_kind_count(counts, (enum page_kind)kind);
	return shares;
}

/* Draws a bar from the left edge, with a width in proportion to all messages. */
void
page_bar_across(struct html *html, const struct page_shares *shares, uint64_t all, int y)
{
	double x = 0;

	for (int i = 0; i < PAGE_KINDS; i++) {
		double width = stats_percent(shares->n[i], all);

		if (shares->n[i] > 0)
			html_markup(html,
				"<rect x=\"%.3f%%\" y=\"%d\" width=\"%.3f%%\" height=\"14\" "
				"fill=\"url(#k%d)\"/>",
				x, y, width, i);
		x += width;
	}
}

void
page_numbers_begin(struct html *html, const char *caption, const char *first)
{
	html_markup(html, "<details><summary>");
	html_text(html, _("The numbers of this chart"));
	html_markup(html, "</summary>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
			  "aria-label=\"");
	html_text(html, caption);
	html_markup(html, "\">\n<table><caption>");
	html_text(html, caption);
	html_markup(html, "</caption>\n<thead><tr><th scope=\"col\">");
	html_text(html, first);
	html_markup(html, "</th>");
}

void
page_numbers_head(struct html *html, const char *title)
{
	html_markup(html, "<th scope=\"col\" class=\"n\">");
	html_text(html, title);
	html_markup(html, "</th>");
}

void
page_numbers_end(struct html *html)
{
	html_markup(html, "</tbody></table></div></details>\n</section>\n");
}

void
page_numbers_kinds(struct html *html, const char *caption, const char *first)
{
	page_numbers_begin(html, caption, first);
	page_numbers_head(html, _("Messages"));
	for (int kind = 0; kind < PAGE_KINDS; kind++)
		page_numbers_head(html, page_kind_text((enum page_kind)kind));
	html_markup(html, "</tr></thead>\n<tbody>\n");
}

void
page_kind_cells(struct html *html, const struct stats_counts *counts)
{
	page_cell_number(html, counts->messages);
	for (int kind = 0; kind < PAGE_KINDS; kind++)
		page_cell_number(html, page_kind_count(counts, (enum page_kind)kind));
	html_markup(html, "</tr>\n");
}

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/page/page_parts.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"

enum { BARS_MOST = 10, BAR_STEP = 66, NAME_MOST = 30, AUTHOR_MOST = 38 };

/* the largest senders */

/* Writes at most NAME_MOST characters of UTF-8. */
static void
short_name(struct html *html, const char *name)
{
	struct slice text = slice_str(name);
	size_t n = 0, characters = 0;

	for (; n < text.n; n++)
		if (((unsigned char)text.p[n] & 0xc0) != 0x80 && characters++ == NAME_MOST)
			break;
	html_slice(html, slice_head(text, n));
	if (n < text.n)
		html_markup(html, "…");
}

/* Writes the author domain for a line of its own, short enough for a phone. */
static void
sender_author(struct html *html, const char *domain)
{
	char shown[AUTHOR_MOST + sizeof "…"];
	size_t n = strlen(domain);

	if (domain[0] == '\0') {
		html_text(html, stats_author_text(domain));
		return;
	}
	/* domains are ASCII; the end is kept because it identifies the owner */
	(void)snprintf(shown, sizeof shown, "%s%s", n > AUTHOR_MOST ? "…" : "",
		n > AUTHOR_MOST ? domain + n - AUTHOR_MOST : domain);
	html_say(html, _("for %s"), shown);
}

static void
sender_bar(struct html *html, const struct stats_source *source, size_t i, uint64_t most)
{
	const struct page_shares shares = page_shares_of(&source->counts);
	const int y = (int)i * BAR_STEP;
	char n[HTML_NUMBER_OCTETS];

	html_markup(html, "<text y=\"%d\"><tspan class=\"strong\">", y + 16);
	short_name(html, source->name[0] != '\0' ? source->name : stats_by_text(source->by));
	html_markup(html,
		"</tspan></text><text x=\"100%%\" y=\"%d\" text-anchor=\"end\">%s</text>\n"
		"<text class=\"for\" y=\"%d\">",
		y + 16, html_number(source->counts.messages, n), y + 34);
	sender_author(html, source->author_domain);
	html_markup(html, "</text>\n");
	page_bar_across(html, &shares, most, y + 41);
}

static void
senders_table(struct html *html, const struct stats *stats, const size_t *order, size_t n)
{
	page_numbers_kinds(html, _("Largest senders"), _("Sender"));
	for (size_t i = 0; i < n; i++) {
		const struct stats_source *source = &stats->sources[order[i]];

		html_markup(html, "<tr><th scope=\"row\"><a href=\"#s-%zu\">", order[i]);
		html_say(html, "%s %s", stats_by_text(source->by), source->name);
		html_markup(html, "</a></th>");
		page_kind_cells(html, &source->counts);
	}
	page_numbers_end(html);
}

bool
page_chart_sources(struct html *html, const struct stats *stats)
{
	const size_t n = stats->nsources < BARS_MOST ? stats->nsources : BARS_MOST;
	size_t *order = stats_order_sources(stats);

	if (order == NULL)
		return false;
	page_section_begin(html, "senders", _("Largest senders"),
		_("Who sends, and how much of it is aligned with the author domain."));
	page_legend_kinds(html);
	html_markup(html,
		"<svg class=\"bars\" height=\"%zu\" role=\"img\" aria-labelledby=\"senders-t "
		"senders-d\">\n<title id=\"senders-t\">",
		n * BAR_STEP);
	html_text(html, _("Largest senders"));
	html_markup(html, "</title>\n<desc id=\"senders-d\">");
	html_text(html, _("A stacked bar for each sender. The table below has the numbers."));
	html_markup(html, "</desc>\n");
	for (size_t i = 0; i < n; i++)
		sender_bar(html, &stats->sources[order[i]], i,
			stats->sources[order[0]].counts.messages);
	html_markup(html, "</svg>\n");
	senders_table(html, stats, order, n);
	free(order);
	return true;
}

/* what if */

static struct page_shares
before_of(const struct stats_matrix *matrix)
{
	struct page_shares shares = {.n = {0}};

	for (int before = 0; before < PAGE_DISPOSITIONS; before++)
		for (int after = 0; after < PAGE_DISPOSITIONS; after++)
			shares.n[before] += matrix->n[before][after];
	return shares;
}

static struct page_shares
after_of(const struct stats_matrix *matrix)
{
	struct page_shares shares = {.n = {0}};

	for (int before = 0; before < PAGE_DISPOSITIONS; before++)
		for (int after = 0; after < PAGE_DISPOSITIONS; after++)
			shares.n[after] += matrix->n[before][after];
	return shares;
}

static uint64_t
sum(const struct page_shares *shares)
{
	return shares->n[0] + shares->n[1] + shares->n[2] + shares->n[3];
}

static void
scenario_chart(struct html *html, const struct stats *stats, size_t scenario)
{
	const struct stats_matrix *matrix = &stats->changes[scenario];
	const struct page_shares before = before_of(matrix), after = after_of(matrix);
	const uint64_t all = sum(&before);
	char n[HTML_NUMBER_OCTETS], m[HTML_NUMBER_OCTETS];

	html_markup(html, "<h3>");
	page_scenario_name(html, stats, scenario);
	if (!stats_is_other(stats, scenario)) {
		html_markup(html, ": <code>");
		html_text(html, stats->scenarios[scenario]);
		html_markup(html, "</code>");
	}
	html_markup(html,
		"</h3>\n<svg class=\"bars\" height=\"94\" role=\"img\" aria-labelledby=\"w%zu-t "
		"w%zu-d\">\n<title id=\"w%zu-t\">",
		scenario, scenario, scenario);
	html_text(html, _("Dispositions before and after"));
	html_markup(html, "</title>\n<desc id=\"w%zu-d\">", scenario);
	html_say(html,
		_("%s of %s messages get another disposition. The table below has the numbers."),
		html_number(stats_changed(matrix), n), html_number(all, m));
	html_markup(html, "</desc>\n<text y=\"16\">");
	html_text(html, _("Now"));
	html_markup(html, "</text>");
	page_bar_across(html, &before, all, 23);
	html_markup(html, "\n<text y=\"62\">");
	html_text(html, _("Then"));
	html_markup(html, "</text><text x=\"100%%\" y=\"62\" text-anchor=\"end\">");
	html_say(html, _("%s messages change"), html_number(stats_changed(matrix), n));
	html_markup(html, "</text>");
	page_bar_across(html, &after, all, 69);
	html_markup(html, "</svg>\n");
}

static void
scenario_row(struct html *html, const struct stats *stats, size_t scenario, const char *when,
	const struct page_shares *shares)
{
	html_markup(html, "<tr><th scope=\"row\">");
	page_scenario_name(html, stats, scenario);
	html_markup(html, " · ");
	html_text(html, when);
	html_markup(html, "</th>");
	for (int d = 0; d < PAGE_DISPOSITIONS; d++)
		page_cell_number(html, shares->n[d]);
	html_markup(html, "</tr>\n");
}

void
page_chart_scenarios(struct html *html, const struct stats *stats)
{
	if (stats->nscenarios == 0)
		return;
	page_section_begin(html, "whatif", _("What if"),
		_("What would become of the same messages under another DMARC record, or by the "
		  "other DMARC RFC."));
	html_markup(html, "<ul class=\"legend\">");
	for (int d = 0; d < PAGE_DISPOSITIONS; d++)
		page_legend_item(html, d, page_disposition_text((enum disposition)d));
	html_markup(html, "</ul>\n");
	for (size_t i = 0; i < stats->nscenarios; i++)
		scenario_chart(html, stats, i);
	page_numbers_begin(html, _("Dispositions before and after"), _("Scenario"));
	for (int d = 0; d < PAGE_DISPOSITIONS; d++)
		page_numbers_head(html, page_disposition_text((enum disposition)d));
	html_markup(html, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < stats->nscenarios; i++) {
		struct page_shares before = before_of(&stats->changes[i]),
				   after = after_of(&stats->changes[i]);

		scenario_row(html, stats, i, _("Now"), &before);
		scenario_row(html, stats, i, _("Then"), &after);
	}
	page_numbers_end(html);
}

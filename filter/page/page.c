#include "filter/page/page.h"

#include "filter/page/page_parts.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"

static void
header(struct html *html, const struct page *page, const struct stats_counts *counts)
{
	char first[STATS_DAY_OCTETS], last[STATS_DAY_OCTETS], n[HTML_NUMBER_OCTETS];

	html_markup(html, "<header>\n<h1>");
	html_text(html, _("Mail authentication report"));
	html_markup(html, "</h1>\n<p class=\"sub\">");
	html_say(html, _("%s messages"), html_number(counts->messages, n));
	if (page_dates(page->stats, first, last)) {
		html_markup(html, " · ");
		html_say(html, _("%s to %s"), first, last);
	}
	if (page->shard != NULL) {
		html_markup(html, " · ");
		html_say(html, _("part %s of the archive"), page->shard);
	}
	html_markup(html, "</p>\n</header>\n");
}

static void
warnings(struct html *html, const struct page *page)
{
	char n[HTML_NUMBER_OCTETS];

	if (page->interrupted) {
		html_markup(html, "<p class=\"warn\">");
		html_text(html, _("The run was stopped before its end: this is what was done."));
		html_markup(html, "</p>\n");
	}
	if (page->failed > 0) {
		html_markup(html, "<p class=\"warn\">");
		html_say(html, _("%s files could not be read and are not counted."),
			html_number(page->failed, n));
		html_markup(html, "</p>\n");
	}
	if (page->not_mail > 0) {
		html_markup(html, "<p class=\"warn\">");
		html_say(html, _("%s files are not messages and are not counted."),
			html_number(page->not_mail, n));
		html_markup(html, "</p>\n");
	}
}

static void
navigation(struct html *html, const struct page *page)
{
	const struct stats *stats = page->stats;
	const struct page_link links[] = {
		{"time", N_("Over time"), stats->nperiods > 0},
		{"senders", N_("Largest senders"), true},
		{"whatif", N_("What if"), stats->nscenarios > 0},
		{"domains", N_("Author domains"), true},
		{"sources", N_("Senders"), true},
		{"since", N_("Since the earlier run"), page->since != NULL},
		{"handlers", N_("Broken signatures"), page->handlers->n > 0},
		{"changes", N_("Changes"), stats->nscenarios > 0},
		{"messages", N_("Single messages"), stats->nmessages > 0},
	};

	page_links(html, links, sizeof links / sizeof links[0]);
}

static void
body(struct html *html, void *arg)
{
	const struct page *page = arg;
	const struct stats *stats = page->stats;
	struct stats_counts counts;

	page_total(stats, &counts);
	header(html, page, &counts);
	if (counts.messages > 0)
		navigation(html, page);
	html_markup(html, "<main id=\"main\">\n");
	warnings(html, page);
	page_headline(html, &counts);
	if (counts.messages == 0)
		return;
	page_tiles(html, &counts);
	page_chart_patterns(html);
	html->failed = !page_chart_time(html, stats) || html->failed;
	html->failed = !page_chart_sources(html, stats) || html->failed;
	page_chart_scenarios(html, stats);
	html->failed = !page_domains(html, stats) || html->failed;
	html->failed = !page_sources(html, stats, NULL) || html->failed;
	page_since(html, page->since);
	page_handlers(html, page->handlers);
	page_changes(html, stats);
	page_messages(html, stats);
}

enum status
page_write(const struct page *page, const char *path, struct arena *arena, enum fault *why)
{
	struct page shown = *page;
	const struct page_frame frame = {_("Mail authentication report"), page->made, body, &shown};

	return page_frame_write(&frame, path, arena, why);
}

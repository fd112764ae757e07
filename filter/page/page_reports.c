#include "filter/page/page_reports.h"

#include "filter/page/page_parts.h"
#include "filter/text/i18n.h"

enum { LINKS = 32, ID_OCTETS = 64 };

static void
header(struct html *html, const struct page_reports *page, const struct stats_counts *counts)
{
	char first[STATS_DAY_OCTETS], last[STATS_DAY_OCTETS], n[HTML_NUMBER_OCTETS];

	html_markup(html, "<header>\n<h1>");
	html_text(html, _("What others report"));
	html_markup(html, "</h1>\n<p class=\"sub\">");
	if (page->domain[0] != '\0') {
		html_markup(html, "<bdi>");
		html_text(html, page->domain);
		html_markup(html, "</bdi> · ");
	}
	html_say(html, _("%s messages"), html_number(counts->messages, n));
	if (page_dates(page->reports, first, last)) {
		html_markup(html, " · ");
		html_say(html, _("%s to %s"), first, last);
	}
	html_markup(html, "</p>\n</header>\n");
}

static void
navigation(struct html *html, const struct page_reports *page, bool any)
{
	char ids[LINKS][ID_OCTETS];
	struct page_link links[LINKS] = {
		{"time", N_("Over time"), any && page->reports->nperiods > 0},
		{"senders", N_("Largest senders"), any},
		{"sources", N_("Senders"), any},
	};
	size_t n = 3;

	for (size_t i = 0; i < page->ntables && n < LINKS; i++, n++) {
		(void)snprintf(ids[n], sizeof ids[n], "t-%s", page->tables[i]->key);
		links[n] =
			(struct page_link){ids[n], page->tables[i]->head, page->tables[i]->n > 0};
	}
	page_links(html, links, n);
}

/* Describes the archive in one sentence. */
static void
beside(struct html *html, const struct stats *archive)
{
	char n[HTML_NUMBER_OCTETS], all[HTML_NUMBER_OCTETS];
	struct stats_counts counts;

	if (archive == NULL)
		return;
	page_total(archive, &counts);
	html_markup(html, "<p class=\"note\">");
	html_say(html, _("In the archive: %.1f%% passed DMARC, %s of %s."),
		stats_percent(counts.aligned, counts.messages), html_number(counts.aligned, n),
		html_number(counts.messages, all));
	html_markup(html, "</p>\n");
}

static void
body(struct html *html, void *arg)
{
	const struct page_reports *page = arg;
	struct stats_counts counts;

	page_total(page->reports, &counts);
	header(html, page, &counts);
	navigation(html, page, counts.messages > 0);
	html_markup(html, "<main id=\"main\">\n");
	page_headline(html, &counts);
	beside(html, page->archive);
	if (counts.messages > 0) {
		page_tiles(html, &counts);
		page_chart_patterns(html);
		html->failed = !page_chart_time(html, page->reports) || html->failed;
		html->failed = !page_chart_sources(html, page->reports) || html->failed;
		html->failed = !page_sources(html, page->reports, page->archive) || html->failed;
	}
	for (size_t i = 0; i < page->ntables; i++)
		page_cells(html, page->tables[i]);
}

enum status
page_reports_write(
	const struct page_reports *page, const char *path, struct arena *arena, enum fault *why)
{
	struct page_reports shown = *page;
	const struct page_frame frame = {_("What others report"), page->made, body, &shown};

	return page_frame_write(&frame, path, arena, why);
}

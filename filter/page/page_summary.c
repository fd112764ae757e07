/* page_summary.c: the numbers at the top of a page. */
#include "filter/page/page_parts.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"
#include "filter/verdict/policy.h"

void
page_total(const struct stats *stats, struct stats_counts *counts)
{
	*counts = stats->other_domain.counts;
	for (size_t i = 0; i < stats->ndomains; i++)
		counts_join(counts, &stats->domains[i].counts);
}

bool
page_dates(const struct stats *stats, char first[STATS_DAY_OCTETS], char last[STATS_DAY_OCTETS])
{
	int64_t from = INT64_MAX, to = INT64_MIN;

	for (size_t i = 0; i <= stats->nsources; i++) {
		const struct stats_source *source =
			i < stats->nsources ? &stats->sources[i] : &stats->other_source;

		if (!source->has_dates)
			continue;
		from = source->first < from ? source->first : from;
		to = source->last > to ? source->last : to;
	}
	stats_day_text(from, first);
	stats_day_text(to, last);
	return from <= to;
}

void
page_headline(struct html *html, const struct stats_counts *counts)
{
	char n[HTML_NUMBER_OCTETS], all[HTML_NUMBER_OCTETS], hurt[HTML_NUMBER_OCTETS],
		bare[HTML_NUMBER_OCTETS], open[HTML_NUMBER_OCTETS];

	html_markup(html, "<p class=\"lead\">");
	if (counts->messages == 0) {
		html_text(html, _("No message was evaluated."));
	} else {
		html_say(html, _("%.1f%% of all messages passed DMARC: %s of %s."),
			stats_percent(counts->aligned, counts->messages),
			html_number(counts->aligned, n), html_number(counts->messages, all));
		html_markup(html, "<br>\n");
		html_say(html,
			_("With p=reject everywhere, %s messages of known senders would be hurt, "
			  "and %s without any evidence would be stopped. On %s you have to decide: "
			  "there is evidence for them that a forger can also have."),
			html_number(counts->known_fails, hurt),
			html_number(counts->unauthenticated_fails, bare),
			html_number(counts->open_fails, open));
	}
	html_markup(html, "</p>\n");
}

static void
tile(struct html *html, const char *key, const char *name, uint64_t n, uint64_t all)
{
	char text[HTML_NUMBER_OCTETS];

	html_markup(html, "<div class=\"%s\"><dt>", key);
	html_text(html, name);
	html_markup(html, "</dt><dd><b>%s</b> <small>%.1f%%</small></dd></div>\n",
		html_number(n, text), stats_percent(n, all));
}

void
page_tiles(struct html *html, const struct stats_counts *counts)
{
	const uint64_t all = counts->messages;

	html_markup(html, "<section aria-labelledby=\"summary-h\">\n<h2 id=\"summary-h\">");
	html_text(html, _("Summary"));
	html_markup(html, "</h2>\n<h3>");
	html_text(html, _("What became of the messages"));
	html_markup(html, "</h3>\n<dl class=\"tiles\">\n");
	for (int d = DISP_ACCEPT; d <= DISP_TEMPFAIL; d++)
		if (d != DISP_TEMPFAIL || counts->dispositions[d] > 0)
			tile(html, policy_word((enum disposition)d),
				page_disposition_text((enum disposition)d), counts->dispositions[d],
				all);
	html_markup(html, "</dl>\n<h3>");
	html_text(html, _("What DMARC says"));
	html_markup(html, "</h3>\n<dl class=\"tiles\">\n");
	for (int kind = 0; kind < PAGE_KINDS; kind++)
		tile(html, "kind", page_kind_text((enum page_kind)kind),
			page_kind_count(counts, (enum page_kind)kind), all);
	html_markup(html, "</dl>\n</section>\n");
}

#include "filter/page/page_parts.h"
#include "filter/page/page_time.h"
#include "filter/text/i18n.h"

enum { TIME_TOP = 12, TIME_HEIGHT = 200 };

static void
time_bar(struct html *html, const struct page_time *time, size_t i, uint64_t top)
{
	const struct page_shares shares = page_shares_of(&time->at[i].counts);
	const double step = 100.0 / (double)time->n, gap = step * 0.12;
	double y = TIME_TOP + TIME_HEIGHT;

	for (int k = 0; k < PAGE_KINDS; k++) {
		double height = (double)(shares.n[k] * TIME_HEIGHT) / (double)top;

		if (shares.n[k] == 0)
			continue;
		y -= height;
		html_markup(html,
			"<rect x=\"%.3f%%\" y=\"%.2f\" width=\"%.3f%%\" height=\"%.2f\" "
			"fill=\"url(#k%d)\"/>",
			(double)i * step + gap, y, step - 2 * gap, height, k);
	}
}

/* Writes at most three labels, so that they do not overlap on a phone. */
static void
time_labels(struct html *html, const struct page_time *time)
{
	const size_t shown = time->n < 3 ? time->n : 3;
	char text[PAGE_LABEL_OCTETS];

	for (size_t i = 0; i < shown; i++) {
		size_t at = shown == 1 ? 0 : i * (time->n - 1) / (shown - 1);
		const char *anchor = "middle";
		double x = 100.0 * ((double)at + 0.5) / (double)time->n;

		if (time->n > 2 && (i == 0 || i + 1 == shown)) {
			anchor = i == 0 ? "start" : "end";
			x = i == 0 ? 0 : 100;
		}
		page_time_label(&time->at[at], text);
		html_markup(html,
			"<text class=\"%s\" x=\"%.3f%%\" y=\"%d\" text-anchor=\"%s\">%s</text>",
			shown == 3 && i == 1 ? "mid" : "end", x, TIME_TOP + TIME_HEIGHT + 20,
			anchor, text);
	}
}

static uint64_t
most_of(const struct page_time *time)
{
	uint64_t most = 0;

	for (size_t i = 0; i < time->n; i++)
		if (time->at[i].counts.messages > most)
			most = time->at[i].counts.messages;
	return most;
}

static void
time_svg(struct html *html, const struct page_time *time)
{
	const uint64_t most = most_of(time), top = page_scale_top(most);
	char first[PAGE_LABEL_OCTETS], last[PAGE_LABEL_OCTETS], n[HTML_NUMBER_OCTETS];

	html_markup(html,
		"<div class=\"chart\">\n<svg class=\"axis\" height=\"%d\" "
		"aria-hidden=\"true\">",
		TIME_TOP + TIME_HEIGHT + 28);
	for (uint64_t i = 0; i <= 2; i++)
		if (top * i % 2 == 0)
			html_markup(html,
				"<text x=\"100%%\" y=\"%d\" text-anchor=\"end\">%s</text>",
				TIME_TOP + 4 + TIME_HEIGHT - (int)i * TIME_HEIGHT / 2,
				html_number(top * i / 2, n));
	html_markup(html,
		"</svg>\n<svg class=\"plot\" height=\"%d\" role=\"img\" "
		"aria-labelledby=\"time-t time-d\">\n<title id=\"time-t\">",
		TIME_TOP + TIME_HEIGHT + 28);
	html_text(html, _("Results over time"));
	html_markup(html, "</title>\n<desc id=\"time-d\">");
	page_time_label(&time->at[0], first);
	page_time_label(&time->at[time->n - 1], last);
	html_say(html,
		_("Stacked bars from %s to %s; the highest stands for %s messages. The table below "
		  "has the numbers."),
		first, last, html_number(most, n));
	html_markup(html, "</desc>\n");
	for (int i = 0; i <= 2; i++)
		html_markup(html, "<line x1=\"0\" x2=\"100%%\" y1=\"%d.5\" y2=\"%d.5\"/>",
			TIME_TOP + TIME_HEIGHT - i * TIME_HEIGHT / 2,
			TIME_TOP + TIME_HEIGHT - i * TIME_HEIGHT / 2);
	html_markup(html, "\n");
	for (size_t i = 0; i < time->n; i++)
		time_bar(html, time, i, top);
	time_labels(html, time);
	html_markup(html, "</svg>\n</div>\n");
}

static void
rest_row(struct html *html, const char *name, const struct stats_counts *counts)
{
	if (counts->messages == 0)
		return;
	html_markup(html, "<tr><th scope=\"row\">");
	html_text(html, name);
	html_markup(html, "</th>");
	page_kind_cells(html, counts);
}

/* Says how many messages are not in the chart. */
static void
time_beside(struct html *html, const struct page_time *time, const struct stats_period *rest)
{
	char n[HTML_NUMBER_OCTETS];

	if (time->outside.messages + rest->counts.messages == 0)
		return;
	html_markup(html, "<p class=\"note\">");
	if (time->outside.messages > 0)
		html_say(html, _("%s messages have dates far from all others; no bar shows them. "),
			html_number(time->outside.messages, n));
	if (rest->counts.messages > 0)
		html_say(html, _("%s messages have no date."),
			html_number(rest->counts.messages, n));
	html_markup(html, "</p>\n");
}

static void
time_table(struct html *html, const struct page_time *time, const struct stats_period *rest)
{
	char label[PAGE_LABEL_OCTETS];

	page_numbers_kinds(html, _("Results over time"), _("Period"));
	for (size_t i = 0; i < time->n; i++) {
		if (time->at[i].counts.messages == 0)
			continue;
		page_time_label(&time->at[i], label);
		html_markup(html, "<tr><th scope=\"row\">%s</th>", label);
		page_kind_cells(html, &time->at[i].counts);
	}
	rest_row(html, _("Other dates"), &time->outside);
	rest_row(html, _("Without a date"), &rest->counts);
	page_numbers_end(html);
}

bool
page_chart_time(struct html *html, const struct stats *stats)
{
	static const char *const notes[] = {
		[PAGE_DAYS] = N_("Messages per day, by DMARC result; UTC."),
		[PAGE_MONTHS] = N_("Messages per month, by DMARC result; UTC."),
		[PAGE_YEARS] = N_("Messages per year, by DMARC result; UTC."),
	};
	struct page_time time;

	if (!page_time_make(stats, &time))
		return false;
	if (time.n > 0) {
		page_section_begin(html, "time", _("Results over time"), _(notes[time.unit]));
		page_legend_kinds(html);
		time_svg(html, &time);
		time_beside(html, &time, &stats->other_period);
		time_table(html, &time, &stats->other_period);
	}
	page_time_free(&time);
	return true;
}

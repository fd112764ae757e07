#include "filter/page/page_parts.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"

/* More rows than anyone reads, but few enough for a phone. */
enum { ROWS_MOST = 1000 };

void
page_table_begin(struct html *html, const char *id, const char *title, const char *note)
{
	page_section_begin(html, id, title, note);
	/* hidden until the script shows it, because it needs the script */
	html_markup(html, "<div class=\"tools\" hidden><label for=\"%s-q\">", id);
	html_text(html, _("Show rows with"));
	html_markup(html,
		"</label> <input id=\"%s-q\" type=\"search\" autocomplete=\"off\" "
		"spellcheck=\"false\"> <output for=\"%s-q\" aria-live=\"polite\" data-count=\"",
		id, id);
	html_text(html, _("{shown} of {all} rows"));
	html_markup(html,
		"\"></output></div>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
		"aria-labelledby=\"%s-c\">\n<table class=\"sorted\"><caption id=\"%s-c\">",
		id, id);
	html_text(html, title);
	html_markup(html, "</caption>\n<thead><tr>");
}

static void
head_begin(struct html *html, bool number)
{
	html_markup(html, "<th scope=\"col\"%s>", number ? " class=\"n\"" : "");
}

void
page_table_heads(struct html *html, const struct page_column *columns, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		head_begin(html, columns[i].number);
		html_text(html, _(columns[i].title));
		html_markup(html, "</th>");
	}
}

void
page_table_scenario(struct html *html, const struct stats *stats, size_t scenario, bool number)
{
	head_begin(html, number);
	page_scenario_name(html, stats, scenario);
	html_markup(html, "</th>");
}

void
page_table_body(struct html *html)
{
	html_markup(html, "</tr></thead>\n<tbody>\n");
}

void
page_cell_number(struct html *html, uint64_t n)
{
	char text[HTML_NUMBER_OCTETS];

	html_markup(html, "<td class=\"n\">%s</td>", html_number(n, text));
}

void
page_cell_percent(struct html *html, uint64_t n, uint64_t all)
{
	html_markup(html, "<td class=\"n\">%.1f%%</td>", stats_percent(n, all));
}

void
page_cell_text(struct html *html, const char *text)
{
	html_markup(html, "<td class=\"t\"><bdi>");
	html_text(html, text[0] != '\0' ? text : "-");
	html_markup(html, "</bdi></td>");
}

void
page_left_out(struct html *html, size_t n, size_t shown, uint64_t beyond)
{
	char a[HTML_NUMBER_OCTETS], b[HTML_NUMBER_OCTETS];

	if (n <= shown && beyond == 0)
		return;
	html_markup(html, "<p class=\"note\">");
	if (n > shown)
		html_say(html, _("The first %s of %s rows, the largest, are shown."),
			html_number(shown, a), html_number(n, b));
	if (beyond > 0) {
		html_markup(html, " ");
		html_say(html, _("%s further messages are not listed separately."),
			html_number(beyond, a));
	}
	html_markup(html, "</p>\n");
}

size_t
page_rows(size_t n)
{
	return n < ROWS_MOST ? n : ROWS_MOST;
}

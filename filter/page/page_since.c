/* page_since.c: senders that are new, worse or gone since an earlier run (--baseline). */
#include "filter/page/page_parts.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"

enum { ROWS_MOST = 300 }; /* for each change */

static void
row(struct html *html, enum since_change change, const struct since_source *source)
{
	static const char *const words[] = {
		[SINCE_NEW] = N_("New"),
		[SINCE_WORSE] = N_("Worse"),
		[SINCE_GONE] = N_("Gone"),
	};

	html_markup(html, "<tr><th scope=\"row\" data-change=\"%s\">", since_change_word(change));
	html_text(html, _(words[change]));
	html_markup(html, "</th><td class=\"t\">");
	html_text(html, stats_by_text(source->by));
	html_markup(html, " <bdi>");
	html_text(html, source->name);
	html_markup(html, "</bdi>");
	if (source->provider != NULL) {
		html_markup(html, " <small>");
		html_text(html, source->provider);
		html_markup(html, "</small>");
	}
	html_markup(html, "</td>");
	page_cell_text(
		html, source->now.messages > 0 ? sender_class_text(since_class(source)) : "");
	page_cell_text(html, stats_author_text(source->author));
	page_cell_number(html, source->before.messages);
	page_cell_number(html, source->before.failing);
	page_cell_number(html, source->now.messages);
	page_cell_number(html, source->now.failing);
	html_markup(html, "</tr>\n");
}

static void
rest(struct html *html, const struct since *since, size_t more)
{
	const struct since_counts beyond = since_beyond(since);
	char n[HTML_NUMBER_OCTETS];

	if (more == 0 && beyond.messages == 0)
		return;
	html_markup(html, "<p class=\"note\">");
	if (more > 0)
		html_say(html, _("%s further rows are not shown."), html_number(more, n));
	if (beyond.messages > 0) {
		html_markup(html, " ");
		html_say(html, _("%s messages of further senders are not compared."),
			html_number(beyond.messages, n));
	}
	html_markup(html, "</p>\n");
}

void
page_since(struct html *html, const struct since *since)
{
	static const struct page_column columns[] = {
		{N_("Change"), false},
		{N_("Sender"), false},
		{N_("Class"), false},
		{N_("Author domain"), false},
		{N_("Messages before"), true},
		{N_("Not aligned before"), true},
		{N_("Messages"), true},
		{N_("Not aligned"), true},
	};
	size_t more = 0;

	if (since == NULL)
		return;
	page_table_begin(html, "since", _("Since the earlier run"),
		_("Senders that are new, senders of whose mail a larger share is not aligned, and "
		  "senders that are gone."));
	page_table_heads(html, columns, sizeof columns / sizeof columns[0]);
	page_table_body(html);
	for (int change = SINCE_NEW; change <= SINCE_GONE; change++) {
		size_t n;
		const struct since_source *const *list =
			since_list(since, (enum since_change)change, &n);

		for (size_t i = 0; i < n && i < ROWS_MOST; i++)
			row(html, (enum since_change)change, list[i]);
		more += n > ROWS_MOST ? n - ROWS_MOST : 0;
	}
	html_markup(html, "</tbody></table></div>\n");
	rest(html, since, more);
	html_markup(html, "</section>\n");
}

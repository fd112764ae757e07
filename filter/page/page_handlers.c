/*
 * page_handlers.c: causes of broken signatures, by the host that delivered the messages
 * (--diagnose).
 */
#include "filter/page/page_parts.h"
#include "filter/text/i18n.h"

enum { ROWS_MOST = 100 };

/*
 * Writes a cell with the changes that were undone to make signatures pass, the most frequent first.
 */
static void
kinds_cell(struct html *html, const struct damage *damage)
{
	bool shown[DAMAGE_KINDS] = {false};
	char n[HTML_NUMBER_OCTETS];

	html_markup(html, "<td class=\"long\"><ul>");
	for (;;) {
		size_t most = DAMAGE_KINDS;

		for (size_t k = 0; k < DAMAGE_KINDS; k++)
			if (damage->kinds[k] > 0 && !shown[k] &&
				(most == DAMAGE_KINDS || damage->kinds[k] > damage->kinds[most]))
				most = k;
		if (most == DAMAGE_KINDS)
			break;
		shown[most] = true;
		html_markup(html, "<li>");
		html_say(html, "%s: %s", damage_word(most), html_number(damage->kinds[most], n));
		html_markup(html, "</li>");
	}
	if (damage->unexplained > 0) {
		html_markup(html, "<li>");
		html_say(html, "%s: %s", _("not explained"), html_number(damage->unexplained, n));
		html_markup(html, "</li>");
	}
	html_markup(html, "</ul></td>");
}

static void
settings_cell(struct html *html, const struct handler_setting *settings, size_t nsettings)
{
	char n[HTML_NUMBER_OCTETS];

	if (nsettings == 0) {
		html_markup(html, "<td class=\"long\">-</td>");
		return;
	}
	html_markup(html, "<td class=\"long\"><ul>");
	for (size_t i = 0; i < nsettings; i++) {
		html_markup(html, "<li>");
		html_text(html, _(settings[i].setting->text));
		html_markup(html, " <small>");
		html_say(html, _("(%s messages)"), html_number(settings[i].n, n));
		html_markup(html, "<br>");
		html_text(html, settings[i].setting->page);
		html_markup(html, "</small></li>");
	}
	html_markup(html, "</ul></td>");
}

static void
row(struct html *html, const char *name, const struct damage *damage,
	const struct handler_setting *settings, size_t nsettings)
{
	html_markup(html, "<tr><th scope=\"row\"><bdi>");
	html_text(html, name[0] != '\0' ? name : "-");
	html_markup(html, "</bdi></th>");
	page_cell_number(html, damage->signatures);
	page_cell_number(html, damage->signatures - damage->unexplained);
	kinds_cell(html, damage);
	settings_cell(html, settings, nsettings);
	html_markup(html, "</tr>\n");
}

void
page_handlers(struct html *html, const struct handlers *handlers)
{
	static const struct page_column columns[] = {
		{N_("Sender"), false},
		{N_("Signatures"), true},
		{N_("Explained"), true},
		{N_("What was changed"), false},
		{N_("What can be set there"), false},
	};
	const struct handler *sorted[HANDLERS_MAX];
	struct damage rest = handlers->others;

	if (handlers->n == 0)
		return;
	handlers_sort(handlers, sorted);
	page_table_begin(html, "handlers", _("Broken signatures"),
		_("The hosts that delivered messages with broken signatures, and what has to be "
		  "undone to make them pass. A host did not necessarily make the change. Settings "
		  "are named only if the changes prove that they would help."));
	page_table_heads(html, columns, sizeof columns / sizeof columns[0]);
	page_table_body(html);
	for (size_t i = 0; i < handlers->n; i++)
		if (i < ROWS_MOST)
			row(html, sorted[i]->name, &sorted[i]->damage, sorted[i]->settings,
				sorted[i]->nsettings);
		else
			damage_add(&rest, &sorted[i]->damage);
	if (rest.signatures > 0)
		row(html, _("all others"), &rest, NULL, 0);
	html_markup(html, "</tbody></table></div>\n</section>\n");
}

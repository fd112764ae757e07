#include <stdlib.h>

#include "filter/page/page_parts.h"
#include "filter/stats/stats_list.h"
#include "filter/text/i18n.h"

enum { LINKS_MOST = 5 };

#define COLUMNS(array) (array), sizeof(array) / sizeof(array)[0]

/* senders */

static void
sender_text(struct html *html, const struct stats_source *source)
{
	html_markup(html, "<bdi>");
	html_say(html, "%s %s", stats_by_text(source->by), source->name);
	if (source->provider != NULL)
		html_say(html, " (%s)", source->provider);
	html_markup(html, "</bdi>");
}

static void
message_link(struct html *html, size_t index)
{
	html_markup(html, " <a href=\"#m-%zu\">%zu</a>", index, index);
}

static void
source_links(struct html *html, const struct stats *stats, size_t number)
{
	size_t shown = 0;

	html_markup(html, "<td class=\"links\">");
	for (size_t i = 0; i < stats->nmessages && shown <= LINKS_MOST; i++) {
		if (stats->messages[i].source != number)
			continue;
		if (shown++ < LINKS_MOST)
			message_link(html, stats->messages[i].row->index);
	}
	html_markup(html, shown > LINKS_MOST ? " …</td>" : shown == 0 ? "-</td>" : "</td>");
}

static void
source_proof(struct html *html, const struct stats_source *source, const struct stats_need *need)
{
	char n[HTML_NUMBER_OCTETS], all[HTML_NUMBER_OCTETS];

	if (need->passes == 0)
		return;
	html_markup(html, "<br><code>");
	html_text(html, need->record);
	html_markup(html, "</code><br><small>");
	html_say(html, _("with this record %s of %s messages of this source pass"),
		html_number(need->passes, n), html_number(stats_unaligned(source), all));
	html_markup(html, "</small>");
}

static void
source_needs(struct html *html, const struct stats_source *source)
{
	char n[HTML_NUMBER_OCTETS];

	if (source->nneeds == 0) {
		html_markup(html, "<td class=\"long\">-</td>");
		return;
	}
	html_markup(html, "<td class=\"long\"><details><summary>");
	html_say(html, _("%zu to do"), source->nneeds);
	html_markup(html, "</summary><ul>");
	for (size_t i = 0; i < source->nneeds; i++) {
		html_markup(html, "<li>");
		html_text(html, source->needs[i].text);
		html_markup(html, " <small>");
		html_say(html, _("(%s messages)"), html_number(source->needs[i].n, n));
		html_markup(html, "</small>");
		source_proof(html, source, &source->needs[i]);
		html_markup(html, "</li>");
	}
	html_markup(html, "</ul></details></td>");
}

static void
source_class(struct html *html, const struct stats_source *source)
{
	const struct sender sender = stats_source_sender(source);

	html_markup(html, "<td class=\"t\" data-class=\"%s\" data-by=\"%s\">",
		sender_class_word(sender.class), sender_evidence_word(sender.by));
	html_text(html, sender_class_text(sender.class));
	if (sender.by != SENDER_BY_NOTHING) {
		html_markup(html, " <small>");
		html_text(html, sender_evidence_text(sender.by));
		html_markup(html, "</small>");
	}
	html_markup(html, "</td>");
}

/* Writes the cells with a source's counts in the archive. held: the source there, or NULL. */
static void
source_held(struct html *html, const struct stats_source *held)
{
	page_cell_number(html, held != NULL ? held->counts.messages : 0);
	if (held != NULL)
		page_cell_percent(html, held->counts.aligned, held->counts.messages);
	else
		html_markup(html, "<td class=\"n\">-</td>");
}

static void
source_dates(struct html *html, const struct stats_source *source)
{
	char day[STATS_DAY_OCTETS] = "-";

	if (source->has_dates)
		stats_day_text(source->first, day);
	html_markup(html, "<td class=\"d\">%s</td>", day);
	if (source->has_dates)
		stats_day_text(source->last, day);
	html_markup(html, "<td class=\"d\">%s</td>", day);
}

static void
source_row(struct html *html, const struct stats *stats, size_t number, const struct stats *archive)
{
	const struct stats_source *source = &stats->sources[number];
	const struct stats_counts *counts = &source->counts;

	html_markup(html, "<tr id=\"s-%zu\"><th scope=\"row\">", number);
	sender_text(html, source);
	html_markup(html, "</th>");
	source_class(html, source);
	page_cell_text(html, stats_author_text(source->author_domain));
	page_cell_number(html, counts->messages);
	page_cell_percent(html, counts->aligned, counts->messages);
	if (!stats->unlisted) {
		source_needs(html, source);
		source_links(html, stats, number);
	}
	if (archive != NULL)
		source_held(html,
			stats_source_of(archive, source->by, source->name, source->author_domain));
	page_cell_percent(html, counts->spf_aligned, counts->messages);
	page_cell_percent(html, counts->dkim_aligned, counts->messages);
	page_cell_number(html, counts->dispositions[DISP_QUARANTINE]);
	page_cell_number(html, counts->dispositions[DISP_REJECT]);
	source_dates(html, source);
	html_markup(html, "</tr>\n");
}

static void
source_heads(struct html *html, const struct stats *stats, const struct stats *archive)
{
	static const struct page_column first[] = {
		{N_("Sender"), false},
		{N_("Class"), false},
		{N_("Author domain"), false},
		{N_("Messages"), true},
		{N_("Passed DMARC"), true},
	};
	static const struct page_column needs[] = {
		{N_("What unaligned mail needs"), false},
		{N_("To look at"), false},
	};
	static const struct page_column held[] = {
		{N_("In the archive"), true},
		{N_("Of it passed"), true},
	};
	static const struct page_column last[] = {
		{N_("SPF aligned"), true},
		{N_("DKIM aligned"), true},
		{N_("Quarantined"), true},
		{N_("Rejected"), true},
		{N_("First"), false},
		{N_("Last"), false},
	};

	page_table_heads(html, COLUMNS(first));
	if (!stats->unlisted)
		page_table_heads(html, COLUMNS(needs));
	if (archive != NULL)
		page_table_heads(html, COLUMNS(held));
	page_table_heads(html, COLUMNS(last));
	page_table_body(html);
}

bool
page_sources(struct html *html, const struct stats *stats, const struct stats *archive)
{
	const size_t n = page_rows(stats->nsources);
	size_t *order = stats_order_sources(stats);

	if (order == NULL)
		return false;
	page_table_begin(html, "sources", _("Senders"),
		_("Who actually sent in the name of each author domain: the domain that signed, "
		  "else that of the envelope, else the host or its network; and its class."));
	source_heads(html, stats, archive);
	for (size_t i = 0; i < n; i++)
		source_row(html, stats, order[i], archive);
	free(order);
	html_markup(html, "</tbody></table></div>\n");
	page_left_out(html, stats->nsources, n, stats->other_source.counts.messages);
	html_markup(html, "</section>\n");
	return true;
}

/* changes */

static void
change_links(struct html *html, const struct stats *stats, size_t scenario, size_t number)
{
	size_t shown = 0;

	html_markup(html, "<td class=\"links\">");
	for (size_t i = 0; i < stats->nmessages && shown < LINKS_MOST; i++) {
		const struct row *row = stats->messages[i].row;

		if (stats->messages[i].source != number ||
			stats_after(stats, scenario, row) == row->disposition)
			continue;
		message_link(html, row->index);
		shown++;
	}
	html_markup(html, shown == 0 ? "-</td>" : "</td>");
}

static void
change_words(struct html *html, const struct stats_matrix *matrix)
{
	char n[HTML_NUMBER_OCTETS];

	html_markup(html, "<td class=\"d\"><ul>");
	for (int before = DISP_ACCEPT; before <= DISP_TEMPFAIL; before++)
		for (int after = DISP_ACCEPT; after <= DISP_TEMPFAIL; after++) {
			if (before == after || matrix->n[before][after] == 0)
				continue;
			html_markup(html, "<li>");
			html_say(html, "%s → %s: %s",
				page_disposition_text((enum disposition)before),
				page_disposition_text((enum disposition)after),
				html_number(matrix->n[before][after], n));
			html_markup(html, "</li>");
		}
	html_markup(html, "</ul></td>");
}

static void
change_row(struct html *html, const struct stats *stats, size_t scenario, size_t number)
{
	const struct stats_source *source = &stats->sources[number];
	const struct stats_matrix *matrix = &source->changes[scenario];

	html_markup(html, "<tr><th scope=\"row\" class=\"d\">");
	page_scenario_name(html, stats, scenario);
	html_markup(html, "</th><td class=\"t\"><a href=\"#s-%zu\">", number);
	sender_text(html, source);
	html_markup(html, "</a></td>");
	page_cell_text(html, stats_author_text(source->author_domain));
	page_cell_number(html, source->counts.messages);
	page_cell_number(html, stats_changed(matrix));
	change_words(html, matrix);
	change_links(html, stats, scenario, number);
	html_markup(html, "</tr>\n");
}

void
page_changes(struct html *html, const struct stats *stats)
{
	static const struct page_column columns[] = {
		{N_("Scenario"), false},
		{N_("Sender"), false},
		{N_("Author domain"), false},
		{N_("Messages"), true},
		{N_("Changed"), true},
		{N_("From and to"), false},
		{N_("For example"), false},
	};
	char shown[HTML_NUMBER_OCTETS], all[HTML_NUMBER_OCTETS];
	size_t n = 0;

	if (stats->nscenarios == 0)
		return;
	page_table_begin(html, "changes", _("Changes"),
		_("Whose mail would get another disposition under each scenario."));
	page_table_heads(html, COLUMNS(columns));
	page_table_body(html);
	for (size_t scenario = 0; scenario < stats->nscenarios; scenario++)
		for (size_t i = 0; i < stats->nsources; i++) {
			if (stats_changed(&stats->sources[i].changes[scenario]) == 0)
				continue;
			n++;
			if (page_rows(n) == n)
				change_row(html, stats, scenario, i);
		}
	html_markup(html, "</tbody></table></div>\n");
	if (n == 0) {
		html_markup(html, "<p>");
		html_text(html, _("Nothing would change."));
		html_markup(html, "</p>\n");
	} else if (n > page_rows(n)) {
		html_markup(html, "<p class=\"note\">");
		html_say(html, _("The first %s of %s rows are shown."),
			html_number(page_rows(n), shown), html_number(n, all));
		html_markup(html, "</p>\n");
	}
	html_markup(html, "</section>\n");
}

/* messages */

static void
disposition_cell(struct html *html, enum disposition disposition)
{
	html_markup(html, "<td class=\"%s\">", policy_word(disposition));
	html_text(html, page_disposition_text(disposition));
	html_markup(html, "</td>");
}

static void
code_cell(struct html *html, const struct row *row, enum auth_code code, bool aligned)
{
	html_markup(html, "<td class=\"d\">%s", row->evaluated ? auth_code_word(code) : "-");
	if (aligned) {
		html_markup(html, " <small>");
		html_text(html, _("aligned"));
		html_markup(html, "</small>");
	}
	html_markup(html, "</td>");
}

static void
message_row(struct html *html, const struct stats *stats, const struct stats_message *message)
{
	const struct row *row = message->row;
	char day[STATS_DAY_OCTETS] = "-";

	if (row->has_date)
		stats_day_text(row->date, day);
	html_markup(html,
		"<tr id=\"m-%zu\"><th scope=\"row\" class=\"n\">%zu</th><td class=\"d\">%s</td>",
		row->index, row->index, day);
	page_cell_text(html, stats_author_text(row->author_domain));
	if (message->source < stats->nsources) {
		html_markup(html, "<td class=\"t\"><a href=\"#s-%zu\">", message->source);
		sender_text(html, &stats->sources[message->source]);
		html_markup(html, "</a></td>");
	} else {
		html_markup(html, "<td>-</td>");
	}
	code_cell(html, row, row->spf, row->spf == AUTH_PASS && row->spf_aligned);
	code_cell(html, row, row->dkim, row->dkim_aligned);
	code_cell(html, row, row->arc, false);
	code_cell(html, row, row->dmarc, false);
	disposition_cell(html, row->disposition);
	for (size_t i = 0; i < stats->nscenarios; i++)
		disposition_cell(html, stats_after(stats, i, row));
	html_markup(html, "<td class=\"why\">");
	html_text(html, row->reason[0] != '\0' ? _(row->reason) : "-");
	html_markup(html, "</td><td class=\"why\"><bdi>");
	html_text(html, row->path);
	html_markup(html, "</bdi></td></tr>\n");
}

void
page_messages(struct html *html, const struct stats *stats)
{
	static const struct page_column first[] = {
		{N_("No."), true},
		{N_("Date"), false},
		{N_("Author domain"), false},
		{N_("Sender"), false},
		{"SPF", false},
		{"DKIM", false},
		{"ARC", false},
		{"DMARC", false},
		{N_("Disposition"), false},
	};
	static const struct page_column last[] = {
		{N_("Why"), false},
		{N_("File"), false},
	};
	char a[HTML_NUMBER_OCTETS], b[HTML_NUMBER_OCTETS];

	if (stats->nmessages == 0)
		return;
	page_table_begin(html, "messages", _("Single messages"),
		_("Messages to review: DMARC did not pass, they were not accepted, or a scenario "
		  "changes them. No. is the index of the JSON."));
	page_table_heads(html, COLUMNS(first));
	for (size_t i = 0; i < stats->nscenarios; i++)
		page_table_scenario(html, stats, i, false);
	page_table_heads(html, COLUMNS(last));
	page_table_body(html);
	for (size_t i = 0; i < stats->nmessages; i++)
		message_row(html, stats, &stats->messages[i]);
	html_markup(html, "</tbody></table></div>\n");
	if (stats->worth > stats->nmessages) {
		html_markup(html, "<p class=\"note\">");
		html_say(html, _("The first %s of %s such messages."),
			html_number(stats->nmessages, a), html_number(stats->worth, b));
		html_markup(html, "</p>\n");
	}
	html_markup(html, "</section>\n");
}

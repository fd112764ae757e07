/* page_cells.c: writes a table of cells (filter/text/cells.h) as a section. */
#include <stdlib.h>

#include "filter/page/page_parts.h"
#include "filter/text/i18n.h"

enum { ID_OCTETS = 64 };

static bool
is_empty(const struct cells *table, size_t column)
{
	for (size_t r = 0; r < table->n; r++)
		if (table->rows[r][column].text[0] != '\0')
			return false;
	return true;
}

static void
cell(struct html *html, const struct cells_column *column, const struct cell *cell)
{
	if (!column->number)
		page_cell_text(html, cell->text);
	else if (cell->word[0] == '\0')
		html_markup(html, "<td class=\"n\">-</td>");
	else
		page_cell_number(html, strtoull(cell->word, NULL, 10));
}

static void
row(struct html *html, const struct cells *table, const bool *shown, size_t number)
{
	const struct cell *cells = table->rows[number];

	html_markup(html, "<tr><th scope=\"row\"><bdi>");
	html_text(html, cells[0].text[0] != '\0' ? cells[0].text : "-");
	html_markup(html, "</bdi></th>");
	for (size_t c = 1; c < table->ncolumns; c++)
		if (shown[c])
			cell(html, &table->columns[c], &cells[c]);
	html_markup(html, "</tr>\n");
}

void
page_cells(struct html *html, const struct cells *table)
{
	const size_t n = page_rows(table->n);
	char id[ID_OCTETS], a[HTML_NUMBER_OCTETS], b[HTML_NUMBER_OCTETS];
	bool shown[CELLS_COLUMNS];

	if (n == 0)
		return;
	(void)snprintf(id, sizeof id, "t-%s", table->key);
	page_table_begin(html, id, translated(table->head), translated(table->note));
	for (size_t c = 0; c < table->ncolumns; c++) {
		const struct page_column head = {table->columns[c].head, table->columns[c].number};

		shown[c] = c == 0 || !is_empty(table, c);
		if (shown[c])
			page_table_heads(html, &head, 1);
	}
	page_table_body(html);
	for (size_t r = 0; r < n; r++)
		row(html, table, shown, r);
	html_markup(html, "</tbody></table></div>\n");
	if (table->n + table->more > n) {
		html_markup(html, "<p class=\"note\">");
		html_say(html, _("The first %s of %s rows are shown."), html_number(n, a),
			html_number(table->n + table->more, b));
		html_markup(html, "</p>\n");
	}
	html_markup(html, "</section>\n");
}

#include "filter/view/view_table.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "filter/result/json_library.h"
#include "filter/text/csv.h"
#include "filter/text/i18n.h"
#include "mime/buf.h"

enum { LINE_OCTETS = 256 * 1024, WIDEST = 44, ROWS_TEXT = 25 };

static void
print_text(const struct cells *table, FILE *out)
{
	const size_t shown = table->n < ROWS_TEXT ? table->n : ROWS_TEXT;
	const size_t more = table->more + table->n - shown;
	size_t widths[CELLS_COLUMNS];

	fprintf(out, "\n%s\n", translated(table->head));
	for (size_t c = 0; c < table->ncolumns; c++) {
		widths[c] = text_width(translated(table->columns[c].head));
		for (size_t r = 0; r < shown; r++)
			if (text_width(table->rows[r][c].text) > widths[c])
				widths[c] = text_width(table->rows[r][c].text);
		widths[c] = widths[c] < WIDEST ? widths[c] : WIDEST;
	}
	for (size_t r = 0; r <= shown; r++) {
		for (size_t c = 0; c < table->ncolumns; c++) {
			const struct cells_column *column = &table->columns[c];
			const char *text =
				r == 0 ? translated(column->head) : table->rows[r - 1][c].text;
			const bool last = c + 1 == table->ncolumns && !column->number;

			fputs("  ", out);
			text_pad(text,
				last             ? 0
				: column->number ? -(int)widths[c]
						 : (int)widths[c],
				out);
		}
		fputc('\n', out);
	}
	if (more > 0)
		fprintf(out, _("  %zu more\n"), more);
}

static void
print_separated(const struct cells *table, bool csv, struct arena *arena, FILE *out)
{
	for (size_t r = 0; r <= table->n; r++) {
		struct buf line;

		buf_init(&line, arena, LINE_OCTETS);
		buf_adds(&line, r == 0 ? "table" : table->key);
		for (size_t c = 0; c < table->ncolumns; c++) {
			const char *text =
				r == 0 ? table->columns[c].key : table->rows[r - 1][c].word;

			buf_addc(&line, csv ? ',' : '\t');
			if (csv)
				csv_add(&line, text);
			else
				buf_adds(&line, text);
		}
		buf_adds(&line, csv ? "\r\n" : "\n");
		fwrite(line.p, 1, line.n, out);
	}
}

static json_t *
json_of(const struct cells *table)
{
	json_t *rows = json_array();

	for (size_t r = 0; r < table->n; r++) {
		json_t *row = json_object();

		for (size_t c = 0; c < table->ncolumns; c++) {
			const char *text = table->rows[r][c].word;

			json_t *value = !table->columns[c].number ? json_string(text)
					: text[0] != '\0' ? json_integer(strtoll(text, NULL, 10))
							  : json_null();

			(void)json_object_set_new(row, table->columns[c].key, value);
		}
		(void)json_array_append_new(rows, row);
	}
	return rows;
}

static bool
print_json(const struct cells *tables, size_t n, struct arena *arena, FILE *out)
{
	json_t *all = json_object();
	char *text;
	size_t size;

	for (size_t i = 0; i < n; i++)
		(void)json_object_set_new(all, tables[i].key, json_of(&tables[i]));
	if (all == NULL || json_lacked_memory()) {
		json_decref(all);
		return false;
	}
	size = json_dumpb(all, NULL, 0, JSON_COMPACT);
	text = arena_bytes(arena, size + 1);
	size = json_dumpb(all, text, size, JSON_COMPACT);
	json_decref(all);
	fwrite(text, 1, size, out);
	fputc('\n', out);
	return true;
}

bool
view_tables_print(const struct cells *tables, size_t n, enum output_what output,
	struct arena *arena, FILE *out)
{
	size_t rows = 0;

	if (output == OUTPUT_JSON && !print_json(tables, n, arena, out))
		return false;
	for (size_t i = 0; i < n && output == OUTPUT_TEXT; i++)
		rows += tables[i].n;
	if (output == OUTPUT_TEXT && rows == 0)
		fprintf(out, "%s\n", _("no reports"));
	for (size_t i = 0; i < n && output != OUTPUT_JSON && output != OUTPUT_NONE; i++)
		if (output == OUTPUT_TEXT && tables[i].n > 0)
			print_text(&tables[i], out);
		else if (output != OUTPUT_TEXT)
			print_separated(&tables[i], output == OUTPUT_CSV, arena, out);
	return fflush(out) == 0 && ferror(out) == 0;
}

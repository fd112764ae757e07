#include "filter/feedback/feedback_table.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "filter/result/json_library.h"
#include "filter/text/csv.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

enum { LINE_OCTETS = 64 * 1024, CELL_OCTETS = 4096, WIDEST = 44 };

void
feedback_table_begin(struct feedback_table *table, size_t max, struct arena *arena)
{
	table->rows = arena_array(arena, max, sizeof *table->rows);
	table->cap = max;
	table->n = table->more = 0;
}

char **
feedback_table_row(struct feedback_table *table)
{
	if (table->n == table->cap) {
		table->more++;
		return NULL;
	}
	return table->rows[table->n++];
}

/* Printable: characters that act on a terminal are written as \xHH. */
char *
feedback_cell(struct slice text, struct arena *arena)
{
	struct slice one;
	struct buf out;

	buf_init(&out, arena, CELL_OCTETS);
	while (text.n > 0 && out.n < CELL_OCTETS / 2)
		if (printable_next(&text, &one) == PRINTABLE_SHOWS)
			buf_add(&out, one);
		else
			printable_octets(one, &out);
	return arena_cstr(arena, buf_slice(&out));
}

char *
feedback_cell_number(int64_t number, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, CELL_OCTETS);
	buf_addf(&out, "%" PRId64, number);
	return arena_cstr(arena, buf_slice(&out));
}

static void
print_text(const struct feedback_table *table, FILE *out)
{
	size_t widths[FEEDBACK_COLUMNS];

	fprintf(out, "\n%s\n", translated(table->head));
	for (size_t c = 0; c < table->ncolumns; c++) {
		widths[c] = text_width(translated(table->columns[c].head));
		for (size_t r = 0; r < table->n; r++)
			if (text_width(table->rows[r][c]) > widths[c])
				widths[c] = text_width(table->rows[r][c]);
		widths[c] = widths[c] < WIDEST ? widths[c] : WIDEST;
	}
	for (size_t r = 0; r <= table->n; r++) {
		for (size_t c = 0; c < table->ncolumns; c++) {
			const struct feedback_column *column = &table->columns[c];
			const char *text =
				r == 0 ? translated(column->head) : table->rows[r - 1][c];
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
	if (table->more > 0)
		fprintf(out, _("  %zu more\n"), table->more);
}

static void
print_separated(const struct feedback_table *table, bool csv, struct arena *arena, FILE *out)
{
	for (size_t r = 0; r <= table->n; r++) {
		struct buf line;

		buf_init(&line, arena, LINE_OCTETS);
		buf_adds(&line, r == 0 ? "table" : table->key);
		for (size_t c = 0; c < table->ncolumns; c++) {
			const char *text = r == 0 ? table->columns[c].key : table->rows[r - 1][c];

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
json_of(const struct feedback_table *table)
{
	json_t *rows = json_array();

	for (size_t r = 0; r < table->n; r++) {
		json_t *row = json_object();

		for (size_t c = 0; c < table->ncolumns; c++) {
			const char *text = table->rows[r][c];

			(void)json_object_set_new(row, table->columns[c].key,
				table->columns[c].number && text[0] != '\0'
					? json_integer(strtoll(text, NULL, 10))
					: json_string(text));
		}
		(void)json_array_append_new(rows, row);
	}
	return rows;
}

static bool
print_json(const struct feedback_table *tables, size_t n, struct arena *arena, FILE *out)
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
feedback_tables_print(const struct feedback_table *tables, size_t n, enum output_what output,
	struct arena *arena, FILE *out)
{
	if (output == OUTPUT_JSON && !print_json(tables, n, arena, out))
		return false;
	for (size_t i = 0; i < n && output != OUTPUT_JSON && output != OUTPUT_NONE; i++)
		if (output == OUTPUT_TEXT && tables[i].n > 0)
			print_text(&tables[i], out);
		else if (output != OUTPUT_TEXT)
			print_separated(&tables[i], output == OUTPUT_CSV, arena, out);
	return fflush(out) == 0 && ferror(out) == 0;
}

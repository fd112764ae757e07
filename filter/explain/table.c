#include "filter/explain/table.h"

enum { RESULT_COLUMN = 2, LAST = TABLE_COLUMNS - 1 };

static const char *const titles[TABLE_COLUMNS] = {"Identity", "Domain", "Result", "Aligned", "Why"};

void
table_begin(struct table *table, struct arena *arena)
{
	*table = (struct table){.rows = arena_array(arena, TABLE_ROWS, sizeof *table->rows)};
}

void
table_row(struct table *table, struct table_row row)
{
	if (table->n < TABLE_ROWS)
		table->rows[table->n++] = row;
}

static const char *
color_of(enum auth_code code)
{
	switch (code) {
	case AUTH_PASS:
		return "32";
	case AUTH_FAIL:
	case AUTH_PERMERROR:
		return "31";
	case AUTH_SOFTFAIL:
	case AUTH_POLICY:
	case AUTH_TEMPERROR:
		return "33";
	case AUTH_NONE:
	case AUTH_NEUTRAL:
	default:
		return "36";
	}
}

static void
print_cells(FILE *out, const char *const cells[TABLE_COLUMNS], const size_t widths[TABLE_COLUMNS],
	const char *color)
{
	for (size_t i = 0; i < LAST; i++) {
		int pad = (int)(widths[i] - strlen(cells[i])) + 2;

		if (color != NULL && i == RESULT_COLUMN)
			fprintf(out, "\033[%sm%s\033[0m%*s", color, cells[i], pad, "");
		else
			fprintf(out, "%s%*s", cells[i], pad, "");
	}
	fprintf(out, "%s\n", cells[LAST]);
}

void
table_print(const struct table *table, FILE *out, bool color)
{
	size_t widths[TABLE_COLUMNS];

	for (size_t i = 0; i < TABLE_COLUMNS; i++) {
		widths[i] = strlen(titles[i]);
		for (size_t r = 0; r < table->n; r++)
			if (strlen(table->rows[r].cells[i]) > widths[i])
				widths[i] = strlen(table->rows[r].cells[i]);
	}
	print_cells(out, titles, widths, color ? "1" : NULL);
	for (size_t r = 0; r < table->n; r++) {
		const struct table_row *row = &table->rows[r];

		print_cells(out, row->cells, widths, color ? color_of(row->code) : NULL);
		for (size_t i = 0; i < TABLE_UNDER; i++)
			if (row->under[i] != NULL)
				fprintf(out, "    %s\n", row->under[i]);
	}
}

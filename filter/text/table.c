#include "filter/text/table.h"

#include "filter/text/i18n.h"
enum { RESULT_COLUMN = 2, LAST = TABLE_COLUMNS - 1, FIRST_CAP = 16 };

static const char *const titles[TABLE_COLUMNS] = {
	N_("Identity"), N_("Domain"), N_("Result"), N_("Aligned"), N_("Why")};

void
table_begin(struct table *table, struct arena *arena)
{
	*table = (struct table){.arena = arena};
}

void
table_row(struct table *table, struct table_row row)
{
	if (table->n == table->cap) {
		size_t cap = table->cap == 0 ? FIRST_CAP : table->cap * 2;
		struct table_row *grown = arena_array(table->arena, cap, sizeof *grown);

		if (table->n > 0)
			memcpy(grown, table->rows, table->n * sizeof *grown);
		table->rows = grown;
		table->cap = cap;
	}
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
		int pad = (int)(widths[i] - text_width(cells[i])) + 2;

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
	const char *heads[TABLE_COLUMNS];
	size_t widths[TABLE_COLUMNS];

	for (size_t i = 0; i < TABLE_COLUMNS; i++) {
		heads[i] = translated(titles[i]);
		widths[i] = text_width(heads[i]);
		for (size_t r = 0; r < table->n; r++)
			if (text_width(table->rows[r].cells[i]) > widths[i])
				widths[i] = text_width(table->rows[r].cells[i]);
	}
	print_cells(out, heads, widths, color ? "1" : NULL);
	for (size_t r = 0; r < table->n; r++) {
		const struct table_row *row = &table->rows[r];

		print_cells(out, row->cells, widths, color ? color_of(row->code) : NULL);
		for (size_t i = 0; i < TABLE_UNDER; i++)
			if (row->under[i] != NULL)
				fprintf(out, "    %s\n", row->under[i]);
	}
}

/* feedback_table.h: tables of what was reported, as text for people, TSV, CSV or JSON. */
#ifndef FILTER_FEEDBACK_FEEDBACK_TABLE_H
#define FILTER_FEEDBACK_FEEDBACK_TABLE_H

#include <stdio.h>

#include "filter/settings/settings.h"

enum { FEEDBACK_COLUMNS = 8 };

struct feedback_column {
	const char *key;  /* of TSV, CSV and JSON */
	const char *head; /* for people, English */
	bool number;
};

struct feedback_table {
	const char *key, *head; /* likewise */
	struct feedback_column columns[FEEDBACK_COLUMNS];
	size_t ncolumns;
	char *(*rows)[FEEDBACK_COLUMNS]; /* cells in the arena */
	size_t n, cap;
	size_t more; /* rows that are left out */
};

/* Room for max rows. */
void feedback_table_begin(struct feedback_table *table, size_t max, struct arena *arena);

/* A new row, whose cells are set with the next two; NULL where the table is full: counted. */
char **feedback_table_row(struct feedback_table *table);
char *feedback_cell(struct slice text, struct arena *arena);
char *feedback_cell_number(int64_t number, struct arena *arena);

/* Writes n tables in the form of options->output; false where stdout failed. */
bool feedback_tables_print(const struct feedback_table *tables, size_t n, enum output_what output,
	struct arena *arena, FILE *out);

#endif

/* table.h: prints rows of text in columns that are as wide as necessary. */
#ifndef FILTER_TEXT_TABLE_H
#define FILTER_TEXT_TABLE_H

#include <stdio.h>

#include "auth/base/reason.h"
#include "mime/arena.h"

enum { TABLE_COLUMNS = 5, TABLE_UNDER = 2 };

struct table_row {
	const char *cells[TABLE_COLUMNS]; /* printable; identity, domain, result, aligned, why */
	enum auth_code code;              /* determines the colour of the result */
	const char *under[TABLE_UNDER];   /* lines below the row, or NULL */
};

struct table {
	struct arena *arena;
	struct table_row *rows;
	size_t n, cap;
};

void table_begin(struct table *table, struct arena *arena);
/* Adds a row. Its strings must live until table_print. */
void table_row(struct table *table, struct table_row row);
void table_print(const struct table *table, FILE *out, bool color);

#endif

/* view_table.h: prints tables as text for people, TSV, CSV or JSON. */
#ifndef FILTER_VIEW_VIEW_TABLE_H
#define FILTER_VIEW_VIEW_TABLE_H

#include <stdio.h>

#include "filter/settings/settings.h"
#include "filter/text/cells.h"

/*
 * Prints n tables in the format `output`; as text, only the first rows of each. False if writing
 * failed, or when out of memory.
 */
bool view_tables_print(const struct cells *tables, size_t n, enum output_what output,
	struct arena *arena, FILE *out);

#endif

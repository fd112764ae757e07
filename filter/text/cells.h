/* cells.h: tables whose cells have a form for programs and one for people. */
#ifndef FILTER_TEXT_CELLS_H
#define FILTER_TEXT_CELLS_H

#include <stdint.h>

#include "mime/arena.h"
#include "mime/slice.h"

enum { CELLS_COLUMNS = 16 };

struct cells_column {
	const char *key;  /* for TSV, CSV and JSON */
	const char *head; /* for people, English */
	bool number;
};

struct cell {
	const char *word; /* for programs */
	const char *text; /* for people, in their language */
};

struct cells {
	const char *key, *head; /* the table's name for programs, and its heading (English) */
	const char *note;       /* what it shows, for people (English) */
	struct cells_column columns[CELLS_COLUMNS];
	size_t ncolumns;
	struct cell (*rows)[CELLS_COLUMNS];
	size_t n, cap, max;
	struct arena *arena;
	size_t more; /* rows that are left out */
};

/* Makes the table empty. It takes at most max rows, which are allocated in the arena. */
void cells_begin(struct cells *table, size_t max, struct arena *arena);

/*
 * Adds a row, whose cells the caller sets. NULL if the table is full: the row is only counted in
 * more.
 */
struct cell *cells_row(struct cells *table);

/*
 * Makes untrusted text printable: characters that control a terminal, and octets that are not
 * UTF-8, become \xHH; long text is truncated.
 */
struct cell cells_text(struct slice text, struct arena *arena);
struct cell cells_number(int64_t number, struct arena *arena);
/* The cell of a fixed word. text: the same in English, for people; it is translated here. */
struct cell cells_word(const char *word, const char *text);

#endif

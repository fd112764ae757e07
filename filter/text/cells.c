#include "filter/text/cells.h"

#include <inttypes.h>
#include <string.h>

#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

enum { CELL_OCTETS = 4096, FIRST_ROWS = 32 };

void
cells_begin(struct cells *table, size_t max, struct arena *arena)
{
	table->rows = NULL;
	table->arena = arena;
	table->max = max;
	table->n = table->cap = table->more = 0;
}

struct cell *
cells_row(struct cells *table)
{
	if (table->n == table->max) {
		table->more++;
		return NULL;
	}
	if (table->n == table->cap) {
		struct cell(*more)[CELLS_COLUMNS];

		table->cap = table->cap == 0 ? FIRST_ROWS : table->cap * 2;
		more = arena_array(table->arena, table->cap, sizeof *more);
		for (size_t i = 0; i < table->n; i++)
			memcpy(more[i], table->rows[i], sizeof *more);
		table->rows = more;
	}
	return table->rows[table->n++];
}

static struct cell
plain(const struct buf *out, struct arena *arena)
{
	const char *text = arena_cstr(arena, buf_slice(out));

	return (struct cell){text, text};
}

struct cell
cells_text(struct slice text, struct arena *arena)
{
	struct slice one;
	struct buf out;

	buf_init(&out, arena, CELL_OCTETS);
	while (text.n > 0 && out.n < CELL_OCTETS / 2)
		if (printable_next(&text, &one) == PRINTABLE_SHOWS)
			buf_add(&out, one);
		else
			printable_octets(one, &out);
	return plain(&out, arena);
}

struct cell
cells_number(int64_t number, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, CELL_OCTETS);
	buf_addf(&out, "%" PRId64, number);
	return plain(&out, arena);
}

struct cell
cells_word(const char *word, const char *text)
{
	return (struct cell){word, text[0] != '\0' ? translated(text) : ""};
}

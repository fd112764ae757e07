#include "filter/runs/run_file.h"

#include <stdlib.h>
#include <unistd.h>

#include "filter/io/unpack.h"
#include "filter/runs/run_row.h"

/*
 * Many files may be open at once, so each has a small buffer; it grows for a long line and shrinks
 * afterwards.
 */
enum { PIECE = 16 * 1024, BUFFER_MAX = RUN_LINE_MAX + PIECE };

struct run_file {
	struct unpack *in;
	char *buffer;         /* the octets from start to n are read but not yet returned */
	size_t start, n, cap; /* positions in buffer, and its size */
	bool at_end;          /* the end of the file was reached */
	struct run_head head;
	size_t next;        /* the next index */
	struct run_end had; /* counted so far */
};

/* Makes room for one more piece after the unreturned octets. */
static bool
make_room(struct run_file *file)
{
	const size_t left = file->n - file->start, wanted = left + PIECE;
	char *moved;

	if (file->start > 0)
		memmove(file->buffer, file->buffer + file->start, left);
	file->start = 0;
	file->n = left;
	if (file->cap >= wanted && file->cap <= 4 * wanted)
		return true;
	moved = realloc(file->buffer, 2 * wanted);
	if (moved == NULL)
		return false;
	file->buffer = moved;
	file->cap = 2 * wanted;
	return true;
}

/* Reads the next line with its line end. RUN_DONE if nothing is left. */
static enum run_got
read_line(struct run_file *file, struct slice *line, struct error *error)
{
	size_t seen = 0;
	enum fault fault;

	for (;;) {
		const struct slice left =
			slice_make(file->buffer + file->start, file->n - file->start);
		const size_t end =
			left.n > seen ? seen + slice_find(slice_from(left, seen), '\n') : left.n;
		long got;

		if (end < left.n) {
			*line = slice_head(left, end + 1);
			file->start += end + 1;
			return RUN_ROW;
		}
		seen = left.n;
		*error = run_error(RUN_E_NO_LINE_END);
		if (file->at_end)
			return left.n == 0 ? RUN_DONE : RUN_CUT;
		*error = run_error(RUN_E_LONG);
		if (left.n >= BUFFER_MAX)
			return RUN_BAD;
		*error = run_error(RUN_E_NO_MEMORY);
		if (!make_room(file))
			return RUN_NOT_READ;
		got = unpack_read(file->in, file->buffer + file->n, PIECE, &fault);
		if (got < 0) {
			*error = fault_error(fault, NULL, NULL);
			return RUN_NOT_READ;
		}
		file->at_end = got == 0;
		file->n += (size_t)got;
	}
}

/* Reads the head line; *error if it is not one. */
static enum run_got
read_head(struct run_file *file, struct arena *arena, struct error *error)
{
	struct slice line;
	enum run_got got = read_line(file, &line, error);

	if (got == RUN_DONE) {
		*error = run_error(RUN_E_EMPTY);
		return RUN_CUT;
	}
	if (got != RUN_ROW)
		return got;
	switch (run_head_parse(line, arena, &file->head)) {
	case ST_OK:
		return RUN_ROW;
	case ST_LIMIT:
		*error = run_error(RUN_E_NEWER);
		return RUN_BAD;
	case ST_TEMP:
		*error = run_error(RUN_E_NO_MEMORY);
		return RUN_NOT_READ;
	case ST_BAD:
		break;
	}
	*error = run_error(RUN_E_OTHER);
	return RUN_BAD;
}

enum run_got
run_file_open(int fd, struct arena *arena, struct run_file **file, struct run_head *head,
	struct error *error)
{
	struct run_file *made = calloc(1, sizeof *made);
	enum run_got got = RUN_NOT_READ;

	*file = NULL;
	*error = run_error(RUN_E_NO_MEMORY);
	if (made == NULL) {
		close(fd);
		return RUN_NOT_READ;
	}
	made->in = unpack_open(fd, UNPACK_ONE);
	if (made->in != NULL)
		got = read_head(made, arena, error);
	if (got != RUN_ROW) {
		run_file_close(made);
		return got;
	}
	made->next = made->head.at;
	*head = made->head;
	*file = made;
	return RUN_ROW;
}

/* Checks that the end line matches the messages read, and that nothing follows it. */
static enum run_got
read_end(struct run_file *file, struct slice line, struct error *error)
{
	struct run_end end;
	enum run_got got;
	const enum status st = run_end_parse(line, &end);

	file->had.items = end.items;
	file->had.counted = end.counted;
	*error = run_error(st == ST_TEMP ? RUN_E_NO_MEMORY : RUN_E_END_LINE);
	if (st == ST_TEMP)
		return RUN_NOT_READ;
	if (st != ST_OK || end.messages != file->had.messages || end.failed != file->had.failed)
		return RUN_BAD;
	got = read_line(file, &line, error);
	if (got == RUN_ROW || (got == RUN_CUT && file->at_end)) {
		*error = run_error(RUN_E_CONTINUES);
		return RUN_BAD;
	}
	return got;
}

/* Can this row be next in a run with this head? */
static bool
fits(const struct run_file *file, const struct row *row, struct error *error)
{
	*error = row->index < file->next ? run_error(RUN_E_ORDER) : run_error(RUN_E_MISSING);
	if (row->index != file->next && !file->head.unordered)
		return false;
	*error = run_error(RUN_E_DIFFERENT);
	return row->failed ||
	       (row->nwhat_ifs == file->head.nwhat_ifs && (file->head.compared || !row->has_other));
}

enum run_got
run_file_next(struct run_file *file, struct arena *arena, struct row *row, struct slice *line,
	struct error *error)
{
	enum run_got got = read_line(file, line, error);
	enum status st;

	if (got == RUN_DONE) {
		*error = run_error(RUN_E_NO_END);
		return RUN_CUT;
	}
	if (got != RUN_ROW)
		return got;
	if (run_is_end(*line))
		return read_end(file, *line, error);
	st = run_row_read(*line, arena, row, error);
	if (st != ST_OK)
		return st == ST_TEMP ? RUN_NOT_READ : RUN_BAD;
	if (!fits(file, row, error))
		return RUN_BAD;
	file->next += file->head.of;
	if (row->failed)
		file->had.failed++;
	else
		file->had.messages++;
	return RUN_ROW;
}

const struct run_end *
run_file_end(const struct run_file *file)
{
	return &file->had;
}

void
run_file_close(struct run_file *file)
{
	if (file == NULL)
		return;
	unpack_close(file->in);
	free(file->buffer);
	free(file);
}

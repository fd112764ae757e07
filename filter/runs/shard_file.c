#include "filter/runs/shard_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "filter/io/unpack.h"
#include "filter/runs/row_json.h"
#include "filter/text/words.h"

/* What is kept of many files at once is small; a long line has its room only while it is read. */
enum { PIECE = 16 * 1024, BUFFER_MAX = ROW_JSON_MAX + PIECE };

struct shard_file {
	struct unpack *in;
	char *buffer;         /* start to n: what was read and not yet given */
	size_t start, n, cap; /* of buffer */
	bool at_end;          /* of the file */
	struct shard_head head;
	size_t next;          /* index that comes next */
	struct shard_end had; /* so far */
};

static const char no_memory[] = "no memory";

/* Makes room for one more piece behind what is left. */
static bool
make_room(struct shard_file *file)
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

/* The next line with its line end. SHARD_DONE where nothing is left. */
static enum shard_got
read_line(struct shard_file *file, struct slice *line, const char **error)
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
			return SHARD_ROW;
		}
		seen = left.n;
		*error = N_("it is cut: its last line has no end");
		if (file->at_end)
			return left.n == 0 ? SHARD_DONE : SHARD_CUT;
		*error = N_("a line of it is too long");
		if (left.n >= BUFFER_MAX)
			return SHARD_BAD;
		*error = no_memory;
		if (!make_room(file))
			return SHARD_CUT;
		got = unpack_read(file->in, file->buffer + file->n, PIECE, &fault);
		if (got < 0) {
			*error = fault_text(fault);
			return SHARD_CUT;
		}
		file->at_end = got == 0;
		file->n += (size_t)got;
	}
}

enum shard_got
shard_file_open(const char *path, struct arena *arena, struct shard_file **file,
	struct shard_head *head, const char **error)
{
	struct shard_file *made = calloc(1, sizeof *made);
	enum shard_got got = SHARD_CUT;
	struct slice line;
	int fd;

	*file = NULL;
	*error = no_memory;
	if (made == NULL)
		return SHARD_CUT;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		*error = fault_text(fault_of_path(errno));
	else if ((made->in = unpack_open(fd, false)) != NULL)
		got = read_line(made, &line, error);
	if (got == SHARD_DONE) {
		*error = N_("it is cut: there is nothing in it");
		got = SHARD_CUT;
	} else if (got == SHARD_ROW && shard_head_parse(line, arena, &made->head) != ST_OK) {
		*error = N_(
			"it is not a shard: its first line is not that of --shard --output json");
		got = SHARD_BAD;
	}
	if (got != SHARD_ROW) {
		shard_file_close(made);
		return got;
	}
	made->next = made->head.at;
	*head = made->head;
	*file = made;
	return SHARD_ROW;
}

/* The end line says what was there, and nothing follows. */
static enum shard_got
read_end(struct shard_file *file, struct slice line, const char **error)
{
	struct shard_end end;
	enum shard_got got;

	*error = N_("its end line does not match what is in it");
	if (shard_end_parse(line, &end) != ST_OK || end.messages != file->had.messages ||
		end.failed != file->had.failed)
		return SHARD_BAD;
	got = read_line(file, &line, error);
	if (got == SHARD_ROW || (got == SHARD_CUT && file->at_end)) {
		*error = N_("there is more after its end line");
		return SHARD_BAD;
	}
	return got;
}

/* Is the row the one that comes next, of a run such as the head tells of? */
static bool
fits(const struct shard_file *file, const struct row *row, const char **error)
{
	*error = row->index < file->next ? N_("a message is in it twice, or they are out of order")
					 : N_("a message is missing in it");
	if (row->index != file->next)
		return false;
	*error = N_("a message in it was judged in another way than its first line says");
	return row->failed ||
	       (row->nwhat_ifs == file->head.nwhat_ifs && (file->head.compared || !row->has_other));
}

enum shard_got
shard_file_next(struct shard_file *file, struct arena *arena, struct row *row, struct slice *line,
	const char **error)
{
	enum shard_got got = read_line(file, line, error);
	enum status st;

	if (got == SHARD_DONE) {
		*error = N_("it is cut: it has no end line");
		return SHARD_CUT;
	}
	if (got != SHARD_ROW)
		return got;
	if (shard_is_end(*line))
		return read_end(file, *line, error);
	st = row_from_json(*line, arena, row, error);
	if (st != ST_OK)
		return st == ST_TEMP ? SHARD_CUT : SHARD_BAD;
	if (!fits(file, row, error))
		return SHARD_BAD;
	file->next += file->head.of;
	if (row->failed)
		file->had.failed++;
	else
		file->had.messages++;
	return SHARD_ROW;
}

void
shard_file_close(struct shard_file *file)
{
	if (file == NULL)
		return;
	unpack_close(file->in);
	free(file->buffer);
	free(file);
}

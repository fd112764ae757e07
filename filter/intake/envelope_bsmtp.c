/* Reads one batch-SMTP transaction, as Exim's use_bsmtp writes it. */
#include <unistd.h>

#include "filter/intake/envelope_modes.h"
#include "filter/io/spool.h"
#include "filter/io/write.h"
#include "mime/scan.h"

enum { PIECE = 256 * 1024 };

struct reader {
	struct slice rest;
	struct envelope *envelope;
	struct slice *rcpts; /* room for ENVELOPE_RCPTS */
	struct arena *arena;
	bool mail;
	bool crlf; /* the message has CRLF line ends, like the DATA line */
};

/* The next line without its line end; false if it is incomplete. */
static bool
next_line(struct slice *rest, struct slice *line, bool *crlf)
{
	size_t n = slice_find(*rest, '\n');

	if (n == rest->n)
		return false;
	*line = slice_head(*rest, n);
	*rest = slice_from(*rest, n + 1);
	*crlf = line->n > 0 && line->p[line->n - 1] == '\r';
	if (*crlf)
		line->n--;
	return true;
}

/* Reads `<path>`; parameters may follow, but do not matter here (RFC 5321 3.3, 4.1.2) */
static bool
read_path(struct slice text, struct slice *path)
{
	struct slice at = text;

	while (scan_char(&at, ' '))
		continue;
	text = at;
	if (!scan_char(&at, '<'))
		return false;
	scan_until(&at, ">");
	if (!scan_char(&at, '>'))
		return false;
	*path = slice_head(text, text.n - at.n);
	return at.n == 0 || at.p[0] == ' ';
}

static enum status
read_rcpt(struct reader *reader, struct slice line, enum fault *fault)
{
	struct slice path;

	*fault = FAULT_BSMTP_ORDER;
	if (!reader->mail)
		return ST_BAD;
	*fault = FAULT_BSMTP_PATH;
	if (!read_path(line, &path))
		return ST_BAD;
	if (reader->rcpts == NULL) {
		reader->rcpts = arena_array(reader->arena, ENVELOPE_RCPTS, sizeof *reader->rcpts);
		reader->envelope->nrcpts = 0; /* drops the recipients given as options */
	}
	envelope_rcpt(path, reader->rcpts, reader->envelope);
	return ST_OK;
}

static enum status
read_command(struct reader *reader, struct slice line, enum fault *fault)
{
	struct slice path;

	if (scan_word(&line, SLICE("HELO ")) || scan_word(&line, SLICE("EHLO "))) {
		reader->envelope->helo = slice_trim(line);
		return ST_OK;
	}
	if (scan_word(&line, SLICE("MAIL FROM:"))) {
		*fault = reader->mail ? FAULT_BSMTP_ORDER : FAULT_BSMTP_PATH;
		if (reader->mail || !read_path(line, &path))
			return ST_BAD;
		reader->mail = true;
		envelope_path(path, reader->envelope);
		return ST_OK;
	}
	if (scan_word(&line, SLICE("RCPT TO:")))
		return read_rcpt(reader, line, fault);
	if (slice_ieq(slice_trim(line), SLICE("NOOP")) || slice_trim(line).n == 0)
		return ST_OK;
	*fault = FAULT_BSMTP_COMMAND;
	return ST_BAD;
}

/* Reads the commands up to and including DATA. */
static enum status
read_commands(struct reader *reader, enum fault *fault)
{
	struct slice whole = reader->rest, line;

	reader->rest = slice_head(whole, ENVELOPE_MAX);
	while (next_line(&reader->rest, &line, &reader->crlf)) {
		if (slice_ieq(slice_trim(line), SLICE("DATA"))) {
			*fault = FAULT_BSMTP_ORDER;
			reader->rest = slice_from(whole, (size_t)(reader->rest.p - whole.p));
			return reader->mail ? ST_OK : ST_BAD;
		}
		if (read_command(reader, line, fault) != ST_OK)
			return ST_BAD;
	}
	*fault = FAULT_BSMTP_NO_DATA;
	return ST_BAD;
}

/*
 * Offset of the next dot at the start of a line, or text.n. from is 0 or inside a line. If lines
 * end in CRLF, a bare LF does not end a line: otherwise other readers of the same bytes could find
 * another end of the message.
 */
static size_t
next_dot(struct slice text, size_t from, bool crlf)
{
	if (from == 0 && text.n > 0 && text.p[0] == '.')
		return 0;
	for (;;) {
		size_t lf = from + slice_find(slice_from(text, from), '\n');

		from = lf + 1;
		if (from >= text.n)
			return text.n;
		if (text.p[from] == '.' && (!crlf || (lf > 0 && text.p[lf - 1] == '\r')))
			return from;
	}
}

/* Is the dot at that offset alone on its line? If so, *end is the offset after the line. */
static bool
is_final(struct slice text, size_t dot, bool crlf, size_t *end)
{
	struct slice line = slice_from(text, dot + 1);
	size_t eol = line_end(line);

	*end = dot + 1 + eol;
	return eol == 2 || (eol == 1 && !crlf);
}

/* Finds the final dot; dots counts the stuffed ones before it. */
static bool
find_end(struct slice text, bool crlf, size_t *message, size_t *end, size_t *dots)
{
	size_t at = 0;

	*dots = 0;
	for (;;) {
		at = next_dot(text, at, crlf);
		if (at == text.n)
			return false;
		if (is_final(text, at, crlf, end)) {
			*message = at;
			return true;
		}
		++*dots; /* RFC 5321 4.5.2: only the first of two dots was added */
		at++;
	}
}

/* Calls put for each run between stuffed dots. */
static bool
copy(struct slice text, bool crlf, bool (*put)(void *arg, struct slice run), void *arg)
{
	size_t from = 0, at = 0;

	while ((at = next_dot(text, at, crlf)) < text.n) {
		if (!put(arg, slice_make(text.p + from, at - from)))
			return false;
		from = ++at;
	}
	return put(arg, slice_from(text, from));
}

struct memory {
	char *p;
	size_t n;
};

static bool
put_memory(void *arg, struct slice run)
{
	struct memory *memory = arg;

	if (run.n > 0)
		memcpy(memory->p + memory->n, run.p, run.n);
	memory->n += run.n;
	return true;
}

/* buffers writes to a file, because stuffed dots can make the pieces very small */
struct file {
	int fd;
	char *piece;
	size_t n;
};

static bool
put_file(void *arg, struct slice run)
{
	struct file *file = arg;

	while (run.n > 0) {
		size_t room = PIECE - file->n, some = run.n < room ? run.n : room;

		memcpy(file->piece + file->n, run.p, some);
		file->n += some;
		run = slice_from(run, some);
		if (file->n == PIECE) {
			if (!write_bytes(file->fd, slice_make(file->piece, PIECE)))
				return false;
			file->n = 0;
		}
	}
	return true;
}

/* Copies a large message to a spool file, and maps it. */
static enum fault
copy_mapped(struct slice text, size_t size, bool crlf, const char *dir, struct arena *arena,
	struct intake *intake)
{
	struct file file = {.fd = spool_open(dir, text.n), .piece = arena_alloc(arena, PIECE)};
	enum fault fault = FAULT_NO_SPOOL;

	if (file.fd >= 0 && copy(text, crlf, put_file, &file) &&
		write_bytes(file.fd, slice_make(file.piece, file.n)))
		fault = spool_map(file.fd, size, &intake->mapped);
	if (file.fd >= 0)
		close(file.fd);
	if (fault == FAULT_NONE)
		intake->message = intake->mapped;
	return fault;
}

static enum fault
unstuff(struct slice text, size_t dots, bool crlf, const char *dir, struct arena *arena,
	struct intake *intake)
{
	struct memory memory = {0};

	if (dots == 0) {
		intake->message = text;
		return FAULT_NONE;
	}
	if (text.n > SPOOL_MEMORY)
		return copy_mapped(text, text.n - dots, crlf, dir, arena, intake);
	memory.p = arena_alloc(arena, text.n);
	(void)copy(text, crlf, put_memory, &memory);
	intake->message = slice_make(memory.p, memory.n);
	return FAULT_NONE;
}

/* Is there a second message after the final dot? QUIT, RSET and other commands are allowed. */
static bool
has_second(struct slice rest)
{
	struct slice line;
	bool crlf;

	while (next_line(&rest, &line, &crlf))
		if (slice_istarts(line, SLICE("MAIL FROM:")))
			return true;
	return false;
}

enum status
envelope_bsmtp(struct slice bytes, const char *spool_dir, struct arena *arena,
	struct intake *intake, enum fault *fault)
{
	struct reader reader = {.rest = bytes, .envelope = &intake->envelope, .arena = arena};
	size_t message, end, dots;

	if (read_commands(&reader, fault) != ST_OK)
		return ST_BAD;
	if (!find_end(reader.rest, reader.crlf, &message, &end, &dots)) {
		*fault = FAULT_BSMTP_NO_DOT;
		return ST_BAD;
	}
	if (has_second(slice_from(reader.rest, end))) {
		*fault = FAULT_BSMTP_SECOND;
		return ST_BAD;
	}
	*fault = unstuff(
		slice_head(reader.rest, message), dots, reader.crlf, spool_dir, arena, intake);
	return *fault == FAULT_NONE ? ST_OK : ST_TEMP;
}

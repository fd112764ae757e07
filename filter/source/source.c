#include "filter/source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/intake/saved.h"
#include "filter/io/fault.h"
#include "filter/io/paths.h"
#include "filter/io/read.h"
#include "filter/io/unpack.h"
#include "filter/io/walk.h"
#include "filter/source/attached.h"
#include "filter/source/manifest.h"
#include "filter/source/pack.h"
#include "filter/text/i18n.h"

enum { LIST_PIECE = 64 * 1024, LIST_LINE = 256 * 1024 };

struct source {
	const struct options *options;
	size_t index;
	size_t next_path;   /* index into options->paths */
	int list;           /* descriptor of the list of paths, or -1 */
	bool list_failed;   /* it could not be read to its end */
	char delimiter;     /* delimiter of its entries */
	double size, at;    /* size and position of the list, if it is a file */
	struct slice piece; /* octets of the list that have not been used yet */
	size_t n;           /* length of text */
	char in[LIST_PIECE], text[LIST_LINE + 1];
	struct walk walk;
	struct attached
		*attached; /* --attached: the messages attached to the previous message, or NULL */
	struct address_gmime *gmime;
	struct pack *pack; /* a file that contains several messages, or is compressed; or NULL */
	struct source_damage damage;
	struct arena arena;        /* for one line */
	void (*before)(void *arg); /* or NULL */
	void *before_arg;
};

void
source_before_long(struct source *source, void (*before)(void *arg), void *arg)
{
	source->before = before;
	source->before_arg = arg;
}

static void
before_long(const struct source *source)
{
	if (source->before != NULL)
		source->before(source->before_arg);
}

static enum status
open_list(struct source *source, const char *path, struct error *error)
{
	struct stat info;

	/* a duplicate, because stdin may be replaced */
	source->list = strcmp(path, "-") == 0
			       ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
			       : open(path, O_RDONLY | O_CLOEXEC);
	if (source->list < 0) {
		*error = fault_error(fault_of_path(errno), N_("list"), path);
		return ST_BAD;
	}
	if (fstat(source->list, &info) != 0)
		return ST_OK; /* reading it tells the error */
	if (S_ISREG(info.st_mode))
		source->size = (double)info.st_size;
	if (!S_ISDIR(info.st_mode))
		return ST_OK;
	close(source->list);
	*error = fault_error(FAULT_FOLDER, N_("list"), path);
	return ST_BAD;
}

enum status
source_open(const struct options *options, struct arena *arena, struct source **source,
	struct error *error)
{
	const char *list = options->envelopes != NULL ? options->envelopes : options->files_from;
	struct source *made = calloc(1, sizeof *made);

	*source = NULL;
	*error = fault_error(FAULT_NO_MEMORY, NULL, NULL);
	if (made == NULL)
		return ST_TEMP;
	made->options = options;
	made->list = -1;
	arena_init(&made->arena, arena->oom, arena->oom_arg);
	if (list != NULL && open_list(made, list, error) != ST_OK) {
		free(made);
		return ST_BAD;
	}
	*source = made;
	return ST_OK;
}

/* Does the message with that index belong to our shard? */
static bool
is_ours(const struct source *source, size_t index)
{
	const struct options *options = source->options;

	return options->shard_of <= 1 || index % options->shard_of == options->shard_at;
}

/* Are the octets of the next message needed, for it or for its attached messages? */
static bool
is_read(const struct source *source)
{
	return source->attached != NULL || is_ours(source, source->index);
}

/* Makes an item that only reports a fault; takes ownership of name. */
static bool
give_error(struct source *source, char *name, enum fault error, struct item *item)
{
	*item = (struct item){.index = source->index++, .name = name, .error = error, .fd = -1};
	return true;
}

static enum fault
kind_error(mode_t mode)
{
	return S_ISFIFO(mode) ? FAULT_FIFO : S_ISSOCK(mode) ? FAULT_SOCKET : FAULT_DEVICE;
}

/*
 * Opens a regular file; -1 with *error for anything that could block, a folder, or an empty file.
 * Checks before opening, because opening a device can have side effects. seen: the file's status,
 * or NULL.
 */
static int
open_file(const char *path, const struct stat *seen, uint64_t *size, enum fault *error)
{
	struct stat info;
	int fd;

	if (seen != NULL) {
		info = *seen;
	} else if (stat(path, &info) != 0) {
		*error = fault_of_path(errno);
		return -1;
	}
	if (!S_ISREG(info.st_mode)) {
		*error = S_ISDIR(info.st_mode) ? FAULT_FOLDER_LINK : kind_error(info.st_mode);
		return -1;
	}
	if (info.st_size == 0) {
		*error = FAULT_EMPTY;
		return -1;
	}
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		*error = fault_of_path(errno);
	else if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
		close(fd);
		fd = -1;
		*error = FAULT_FILE_GONE;
	}
	*size = (uint64_t)info.st_size;
	return fd;
}

/* Takes the next message of the open mbox, archive or compressed file. */
static bool
give_from_pack(struct source *source, struct item *item)
{
	bool given;

	before_long(source);
	given = pack_next(source->pack, is_read(source), item);
	if (given) {
		item->index = source->index++;
		return true;
	}
	pack_count(source->pack, &source->damage);
	pack_close(source->pack);
	source->pack = NULL;
	return false;
}

/*
 * Makes an item from a file with one message; seen as in open_file. Takes ownership of path and
 * line. False: the file has several messages.
 */
static bool
give_file(struct source *source, char *path, const struct stat *seen, char *line, struct item *item)
{
	enum fault error = FAULT_NO_MEMORY;
	char first[UNPACK_FIRST];
	uint64_t size;
	ssize_t n;
	int fd;

	if (!is_read(source) && saved_is_one(path)) {
		free(line);
		return give_error(source, path, FAULT_NONE, item);
	}
	fd = open_file(path, seen, &size, &error);
	if (fd < 0) {
		free(line);
		return give_error(source, path, error, item);
	}
	n = pread(fd, first, sizeof first, 0);
	if (n < 0) { /* it is unknown what the file contains */
		error = fault_of_path(errno);
		close(fd);
		free(line);
		return give_error(source, path, error, item);
	}
	if (!unpack_is_packed(first, (size_t)n) &&
		!saved_is_mbox(path, slice_make(first, (size_t)n))) {
		*item = (struct item){.index = source->index++,
			.name = path,
			.fd = fd,
			.size = size,
			.line = line};
		return true;
	}
	source->pack = pack_open(source->options, fd, path, line);
	if (source->pack != NULL)
		return false;
	free(line);
	return give_error(source, path, FAULT_NO_MEMORY, item);
}

/*
 * Handles a path, of which it takes ownership: a file, or a folder whose files come next. A link to
 * a folder is followed only if the user named it.
 */
static bool
give_path(struct source *source, char *path, bool named, struct item *item)
{
	struct stat info;
	enum fault error;

	if (path == NULL)
		return give_error(source, NULL, FAULT_NO_MEMORY, item);
	if ((named ? stat(path, &info) : lstat(path, &info)) != 0) {
		error = fault_of_lack(errno, FAULT_NONE);
		return error != FAULT_NONE ? give_error(source, path, error, item)
					   : give_file(source, path, NULL, NULL, item);
	}
	if (!S_ISDIR(info.st_mode))
		return give_file(source, path, S_ISLNK(info.st_mode) ? NULL : &info, NULL, item);
	error = walk_enter(&source->walk, path, &info);
	if (error != FAULT_NONE)
		return give_error(source, path, error, item);
	free(path);
	return false;
}

/*
 * Reads the next piece of the list. The first piece is read until the buffer is full: if it
 * contains a NUL, all names end with NUL.
 */
static void
read_piece(struct source *source)
{
	size_t n = 0, wanted = source->at > 0 ? 1 : sizeof source->in;
	ssize_t got = 1;

	before_long(source); /* it may be a pipe */
	while (n < wanted && got > 0) {
		got = read_once(source->list, source->in + n, sizeof source->in - n);
		n += got > 0 ? (size_t)got : 0;
	}
	source->list_failed = got < 0;
	source->piece = slice_make(source->in, n);
	if (source->at <= 0)
		source->delimiter =
			source->options->envelopes == NULL && slice_find(source->piece, '\0') < n
				? '\0'
				: '\n';
	if (source->at <= 0 && source->delimiter == '\n' &&
		slice_starts(source->piece, SLICE("\xEF\xBB\xBF")))
		source->piece = slice_from(source->piece, 3);
	source->at += (double)n;
}

/*
 * Reads the next entry of the list into source->text; false at the end, or if the list cannot be
 * read. An overlong entry is truncated, so that it names no file.
 */
static bool
read_list(struct source *source)
{
	source->n = 0;
	for (;;) {
		struct slice *piece = &source->piece;
		size_t n, room = LIST_LINE - source->n;

		if (piece->n == 0)
			read_piece(source);
		if (piece->n == 0)
			break;
		n = slice_find(*piece, source->delimiter);
		memcpy(source->text + source->n, piece->p, n < room ? n : room);
		source->n += n < room ? n : room;
		if (n < piece->n) {
			*piece = slice_from(*piece, n + 1);
			source->text[source->n] = '\0';
			return true;
		}
		piece->n = 0;
	}
	source->text[source->n] = '\0';
	return source->n > 0 && !source->list_failed;
}

/* Ends the list; false unless it could not be read, which is then reported as an item. */
static bool
end_list(struct source *source, struct item *item)
{
	const struct options *options = source->options;
	const char *list = options->envelopes != NULL ? options->envelopes : options->files_from;

	if (!source->list_failed)
		return false;
	source->list_failed = false;
	close(source->list);
	source->list = -1;
	return give_error(source, strdup(list), FAULT_LIST_CUT, item);
}

/* Handles a line of --envelopes. */
static bool
give_listed(struct source *source, size_t n, struct item *item)
{
	const struct options *options = source->options;
	const char *folder = options->paths.n > 0 ? options->paths.v[0] : NULL;
	struct slice line = slice_make(source->text, n), path;
	struct envelope envelope;
	enum fault error = FAULT_NO_MEMORY;
	enum status st;
	char *name, *where, *kept;
	bool given;

	arena_clear(&source->arena);
	st = manifest_line(line, &source->arena, &path, &envelope, &error);
	name = strdup(arena_cstr(&source->arena, path.n > 0 ? path : slice_head(line, 255)));
	if (st != ST_OK)
		return give_error(source, name, error, item);
	where = name != NULL ? path_join(folder, name) : NULL;
	kept = strdup(source->text);
	if (where == NULL || kept == NULL) {
		free(where);
		free(kept);
		return give_error(source, name, FAULT_NO_MEMORY, item);
	}
	given = give_file(source, where, NULL, kept, item);
	/* the results show the name that is in the list */
	if (given) {
		free(item->name);
		item->name = name;
	} else {
		pack_rename(source->pack, name);
	}
	return given;
}

static bool
next_of_all(struct source *source, struct item *item)
{
	const struct strings *paths = &source->options->paths;

	for (;;) {
		char *path;
		bool given;

		if (source->pack != NULL) {
			if (give_from_pack(source, item))
				return true;
			continue;
		}
		if (walk_next(&source->walk, &path) != FAULT_NONE || path != NULL) {
			given = give_path(source, path, false, item);
		} else if (source->options->envelopes == NULL && source->next_path < paths->n) {
			given = give_path(
				source, strdup(paths->v[source->next_path++]), true, item);
		} else {
			size_t n;

			if (source->list < 0 || !read_list(source))
				return end_list(source, item);
			n = source->n;
			if (n > 0 && source->delimiter == '\n' && source->text[n - 1] == '\r')
				source->text[--n] = '\0';
			if (n == 0)
				continue;
			given = source->options->envelopes != NULL
					? give_listed(source, n, item)
					: give_path(source, strdup(source->text), true, item);
		}
		if (given)
			return true;
	}
}

static bool
next_or_attached(struct source *source, struct item *item)
{
	if (source->attached == NULL)
		return next_of_all(source, item);
	if (attached_next(source->attached, item)) {
		item->index = source->index++;
		return true;
	}
	if (!next_of_all(source, item))
		return false;
	before_long(source);
	attached_take(source->attached, item, source->gmime);
	return true;
}

bool
source_next(struct source *source, struct item *item)
{
	*item = (struct item){.fd = -1};
	for (;;) {
		struct item next = {.fd = -1};

		if (!next_or_attached(source, &next)) {
			source->damage.items = source->index;
			return false;
		}
		if (is_ours(source, next.index)) {
			*item = next;
			return true;
		}
		item_clear(&next);
	}
}

enum status
source_attached(struct source *source, struct address_gmime *gmime)
{
	source->gmime = gmime;
	source->attached = calloc(1, sizeof *source->attached);
	return source->attached != NULL ? ST_OK : ST_TEMP;
}

bool
source_load(struct source *source)
{
	return source->attached == NULL || structure_ready(source->gmime);
}

int
source_list(const struct source *source)
{
	return source->list;
}

const struct source_damage *
source_damage(const struct source *source)
{
	return &source->damage;
}

double
source_share(const struct source *source)
{
	const size_t paths = source->options->envelopes == NULL ? source->options->paths.n : 0;
	double last = source->pack != NULL ? pack_share(source->pack) : 1;

	if (source->list < 0 && source->next_path > 0)
		return ((double)source->next_path - 1 + walk_share(&source->walk, last)) /
		       (double)paths;
	if (source->list >= 0 && source->size > 0 && paths == 0)
		return (source->at - (double)source->piece.n) / source->size;
	return -1;
}

void
source_close(struct source *source)
{
	if (source == NULL)
		return;
	if (source->list >= 0)
		close(source->list);
	walk_end(&source->walk);
	pack_close(source->pack);
	if (source->attached != NULL)
		attached_clear(source->attached);
	free(source->attached);
	arena_clear(&source->arena);
	free(source);
}

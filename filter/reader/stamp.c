#include "filter/reader/stamp.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/out/output.h"
#include "filter/result/block.h"
#include "mime/buf.h"

enum { PATH_OCTETS = 4096, NAME_OCTETS = 100 };

/*
 * Opens a folder below dir. Others may write to dir: files and folders below it are opened without
 * following links, and the temporary name cannot be guessed, so that nobody can create it first.
 */
static int
open_folder(int dir, const char *name)
{
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool
is_folder(int dir, const char *name)
{
	struct stat info;

	return fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
}

static void
add_name(struct buf *out, size_t index, struct slice path)
{
	size_t slash = slice_rfind(path, '/');
	struct slice name = slash < path.n ? slice_from(path, slash + 1) : path;

	buf_addf(out, "%010zu-", index);
	name = slice_head(name, NAME_OCTETS);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			     (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';

		buf_addc(out, plain ? c : '_');
	}
}

/* Makes both names; the temporary one contains an unpredictable number. */
static bool
make_names(size_t index, const char *path, struct stamp *stamp)
{
	struct arena arena;
	struct buf part, whole;
	uint64_t random;

	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		return false;
	arena_init(&arena, NULL, NULL);
	buf_init(&part, &arena, PATH_OCTETS);
	buf_init(&whole, &arena, PATH_OCTETS);
	buf_addf(&part, ".%016" PRIx64 "-", random);
	add_name(&part, index, slice_str(path));
	buf_addc(&part, '\0');
	add_name(&whole, index, slice_str(path));
	buf_addc(&whole, '\0');
	if (!part.over && !whole.over) {
		stamp->part_name = strdup(part.p);
		stamp->whole_name = strdup(whole.p);
	}
	arena_clear(&arena);
	return stamp->part_name != NULL && stamp->whole_name != NULL;
}

static void
clear(struct stamp *stamp)
{
	if (stamp->fd >= 0)
		close(stamp->fd);
	if (stamp->whole >= 0 && stamp->whole != stamp->part)
		close(stamp->whole);
	if (stamp->part >= 0)
		close(stamp->part);
	free(stamp->part_name);
	free(stamp->whole_name);
	*stamp = (struct stamp){-1, -1, -1, NULL, NULL};
}

/* Opens the folder where the file is written, and the folder of its final name. */
static bool
open_folders(const char *dir, struct stamp *stamp)
{
	const int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return false;
	if (!is_folder(folder, "cur") || !is_folder(folder, "new") || !is_folder(folder, "tmp")) {
		stamp->part = stamp->whole = folder;
		return true;
	}
	stamp->part = open_folder(folder, "tmp");
	stamp->whole = open_folder(folder, "new");
	close(folder);
	return stamp->part >= 0 && stamp->whole >= 0;
}

enum fault
stamp_begin(const char *dir, size_t index, const char *path, struct stamp *stamp)
{
	enum fault fault = FAULT_STAMP_NAME;

	*stamp = (struct stamp){-1, -1, -1, NULL, NULL};
	if (make_names(index, path, stamp)) {
		fault = FAULT_STAMP_WRITE;
		if (open_folders(dir, stamp))
			stamp->fd = openat(stamp->part, stamp->part_name,
				O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	}
	if (stamp->fd >= 0)
		return FAULT_NONE;
	clear(stamp);
	return fault;
}

enum fault
stamp_write(const struct evaluation *ev, struct slice field, int fd)
{
	struct output output = {
		.message = &ev->message,
		.max_field = ev->options->limits.field_size,
		.block = block_make(ev, field, true),
		.scrub = &ev->scrub,
	};

	if (ev->input.partial)
		return FAULT_STAMP_OVERSIZE;
	return output_message(&output, fd) == ST_OK ? FAULT_NONE : FAULT_STAMP_WRITE;
}

bool
stamp_end(struct stamp *stamp, bool keep)
{
	bool kept = keep && fsync(stamp->fd) == 0 &&
		    renameat(stamp->part, stamp->part_name, stamp->whole, stamp->whole_name) == 0;

	if (!kept)
		(void)unlinkat(stamp->part, stamp->part_name, 0);
	clear(stamp);
	return kept;
}

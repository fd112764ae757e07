#include "filter/archive/stamp.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/out/output.h"
#include "filter/result/block.h"
#include "mime/buf.h"

enum { PATH_OCTETS = 4096, NAME_OCTETS = 100 };

/*
 * Others may write to the folder: files below it are opened without following links, and the
 * temporary name is one that nobody can have created before.
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

/* Where a stamped message is written, and where it goes. */
struct places {
	int part, whole; /* folders */
	const char *part_name, *whole_name;
};

static bool
write_whole(struct output *output, const struct places *places)
{
	int fd = openat(places->part, places->part_name,
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool written;

	if (fd < 0)
		return false;
	written = output_message(output, fd) == ST_OK && fsync(fd) == 0;
	written = close(fd) == 0 && written &&
		  renameat(places->part, places->part_name, places->whole, places->whole_name) == 0;
	if (!written)
		(void)unlinkat(places->part, places->part_name, 0);
	return written;
}

/* Both names; the temporary one has an unpredictable number. */
static bool
make_names(size_t index, const char *path, struct arena *arena, struct places *places)
{
	struct buf part, whole;
	uint64_t random;

	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		return false;
	buf_init(&part, arena, PATH_OCTETS);
	buf_init(&whole, arena, PATH_OCTETS);
	buf_addf(&part, ".%016" PRIx64 "-", random);
	add_name(&part, index, slice_str(path));
	buf_addc(&part, '\0');
	add_name(&whole, index, slice_str(path));
	buf_addc(&whole, '\0');
	places->part_name = part.p;
	places->whole_name = whole.p;
	return !part.over && !whole.over;
}

enum fault
stamp_write(const struct evaluation *ev, struct slice field, const char *dir, size_t index,
	const char *path)
{
	struct output output = {
		.message = &ev->message,
		.max_field = ev->options->limits.field_size,
		.block = block_make(ev, field, true),
		.scrub = &ev->scrub,
	};
	struct places places;
	bool maildir, written;
	int folder;

	if (ev->input.partial)
		return FAULT_STAMP_OVERSIZE;
	if (!make_names(index, path, ev->arena, &places))
		return FAULT_STAMP_NAME;
	folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return FAULT_STAMP_WRITE;
	maildir = is_folder(folder, "cur") && is_folder(folder, "new") && is_folder(folder, "tmp");
	places.part = maildir ? open_folder(folder, "tmp") : folder;
	places.whole = maildir ? open_folder(folder, "new") : folder;
	written = places.part >= 0 && places.whole >= 0 && write_whole(&output, &places);
	if (maildir && places.part >= 0)
		close(places.part);
	if (maildir && places.whole >= 0)
		close(places.whole);
	close(folder);
	return written ? FAULT_NONE : FAULT_STAMP_WRITE;
}

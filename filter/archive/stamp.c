#include "filter/archive/stamp.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/out/output.h"
#include "filter/result/block.h"
#include "mime/buf.h"

enum { PATH_OCTETS = 4096, NAME_OCTETS = 100 };

static bool
is_folder(const char *dir, const char *name, struct arena *arena)
{
	struct stat info;
	struct buf path;

	buf_init(&path, arena, PATH_OCTETS);
	buf_addf(&path, "%s/%s", dir, name);
	buf_addc(&path, '\0');
	return !path.over && stat(path.p, &info) == 0 && S_ISDIR(info.st_mode);
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
	bool maildir = is_folder(dir, "cur", ev->arena) && is_folder(dir, "new", ev->arena) &&
		       is_folder(dir, "tmp", ev->arena);
	struct buf part, whole;
	bool written;
	int fd;

	if (ev->input.partial)
		return FAULT_STAMP_OVERSIZE;
	buf_init(&part, ev->arena, PATH_OCTETS);
	buf_init(&whole, ev->arena, PATH_OCTETS);
	buf_addf(&part, "%s/%s", dir, maildir ? "tmp/" : ".");
	add_name(&part, index, slice_str(path));
	buf_addc(&part, '\0');
	buf_addf(&whole, "%s/%s", dir, maildir ? "new/" : "");
	add_name(&whole, index, slice_str(path));
	buf_addc(&whole, '\0');
	if (part.over || whole.over)
		return FAULT_STAMP_NAME;
	fd = open(part.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return FAULT_STAMP_WRITE;
	written = output_message(&output, fd) == ST_OK && fsync(fd) == 0;
	written = close(fd) == 0 && written && rename(part.p, whole.p) == 0;
	if (written)
		return FAULT_NONE;
	(void)unlink(part.p);
	return FAULT_STAMP_WRITE;
}

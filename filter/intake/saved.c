#include "filter/intake/saved.h"

#include <stddef.h>

#include "filter/io/paths.h"

enum { DIGITS_MAX = 12 };

static struct slice
without_mark(struct slice bytes)
{
	return slice_starts(bytes, SLICE("\xEF\xBB\xBF")) ? slice_from(bytes, 3) : bytes;
}

bool
saved_is_one(const char *path)
{
	static const char *const ends[] = {".eml", ".emlx", ".eml.gz", ".eml.zst"};

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (path_ends(path, ends[i]))
			return true;
	return false;
}

bool
saved_is_mbox(const char *path, struct slice first)
{
	return slice_starts(without_mark(first), SLICE("From ")) && !saved_is_one(path);
}

struct slice
saved_unwrap(const char *path, struct slice bytes)
{
	size_t count = 0, i = 0;

	bytes = without_mark(bytes);
	if (!path_ends(path, ".emlx"))
		return bytes;
	while (i < bytes.n && i < DIGITS_MAX && bytes.p[i] >= '0' && bytes.p[i] <= '9')
		count = count * 10 + (size_t)(bytes.p[i++] - '0');
	while (i > 0 && i < bytes.n && (bytes.p[i] == ' ' || bytes.p[i] == '\r'))
		i++;
	if (i == 0 || i >= bytes.n || bytes.p[i] != '\n')
		return bytes;
	return slice_head(slice_from(bytes, i + 1), count);
}

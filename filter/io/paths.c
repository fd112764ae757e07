#include "filter/io/paths.h"

#include <stdlib.h>

#include "filter/text/printable.h"

char *
path_join(const char *folder, const char *name)
{
	size_t n = folder == NULL || name[0] == '/' ? 0 : strlen(folder), m = strlen(name);
	char *both = malloc(n + m + 2), *at = both;

	if (both == NULL)
		return NULL;
	if (n > 0) {
		memcpy(at, folder, n);
		at += n;
		if (at[-1] != '/')
			*at++ = '/';
	}
	memcpy(at, name, m + 1);
	return both;
}

bool
path_ends(const char *name, const char *end)
{
	struct slice s = slice_str(name), e = slice_str(end);

	return s.n >= e.n && slice_ieq(slice_from(s, s.n - e.n), e);
}

const char *
path_shown(const char *path, struct arena *arena)
{
	return printable_utf8(slice_str(path), arena);
}

const char *
path_folder(const char *path, struct arena *arena)
{
	const struct slice whole = slice_str(path);
	const size_t slash = slice_rfind(whole, '/');

	if (slash == whole.n)
		return ".";
	return slash == 0 ? "/" : arena_cstr(arena, slice_head(whole, slash));
}

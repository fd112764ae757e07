#include "filter/io/paths.h"

#include <stdlib.h>

#include "filter/text/printable.h"
#include "mime/scan.h"

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
	struct slice left = slice_str(path);
	struct buf out;

	buf_init(&out, arena, 4 * left.n + 1);
	while (left.n > 0) {
		unsigned char c = (unsigned char)left.p[0];
		struct slice at = left;

		if (c >= 0x80 && scan_utf8_non_ascii(&at) &&
			!printable_acts(slice_head(left, left.n - at.n))) {
			buf_add(&out, slice_head(left, left.n - at.n));
			left = at;
			continue;
		}
		if (c >= ' ' && c <= '~' && c != '\\')
			buf_addc(&out, (char)c);
		else
			printable_octets(slice_head(left, 1), &out);
		left = slice_from(left, 1);
	}
	buf_addc(&out, '\0');
	return out.p;
}

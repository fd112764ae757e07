#include "filter/paths.h"

#include <stdlib.h>

#include "filter/printable.h"
#include "filter/words.h"
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

/* U+0080-9F, U+061C, U+200E/F, U+2028-202E, U+2066-2069, U+FEFF: they act and do not show */
bool
path_acts(struct slice s)
{
	const unsigned char *c = (const unsigned char *)s.p;

	if (s.n == 2)
		return (c[0] == 0xC2 && c[1] < 0xA0) || (c[0] == 0xD8 && c[1] == 0x9C);
	if (s.n != 3)
		return false;
	return (c[0] == 0xE2 && c[1] == 0x80 &&
		       (c[2] == 0x8E || c[2] == 0x8F || (c[2] >= 0xA8 && c[2] <= 0xAE))) ||
	       (c[0] == 0xE2 && c[1] == 0x81 && c[2] >= 0xA6 && c[2] <= 0xA9) ||
	       (c[0] == 0xEF && c[1] == 0xBB && c[2] == 0xBF);
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
			!path_acts(slice_head(left, left.n - at.n))) {
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

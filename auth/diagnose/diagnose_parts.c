/* diagnose_parts.c: the MIME parts of a body; lenient, since it proves nothing. */
#include "auth/diagnose/diagnose_mime.h"

enum { BOUNDARIES_MAX = 8 };

bool
diagnose_parameter(struct slice value, const char *name, struct slice *found)
{
	const struct slice word = slice_str(name);

	while (value.n > word.n) {
		size_t at = slice_find(value, ';');
		struct slice rest;

		value = slice_from(value, at + 1);
		rest = slice_trim(value);
		if (!slice_istarts(rest, word))
			continue;
		rest = slice_trim(slice_from(rest, word.n));
		if (rest.n == 0 || rest.p[0] != '=')
			continue;
		rest = slice_trim(slice_from(rest, 1));
		if (rest.n > 0 && rest.p[0] == '"') {
			rest = slice_from(rest, 1);
			*found = slice_head(rest, slice_find(rest, '"'));
		} else {
			size_t n = 0;
			while (n < rest.n && !slice_is_blank(rest.p[n]) && rest.p[n] != ';')
				n++;
			*found = slice_head(rest, n);
		}
		return found->n > 0;
	}
	return false;
}

struct slice
diagnose_lines_field(struct slice lines, const char *name)
{
	struct field field;

	while (fields_next(&lines, SIZE_MAX, &field))
		if (field_is(&field, name))
			return field.value;
	return SLICE("");
}

/* Is the line a delimiter of that boundary, and is it the closing one? */
static bool
is_delimiter(struct slice line, struct slice boundary, bool *last)
{
	if (!slice_starts(line, SLICE("--")) || !slice_starts(slice_from(line, 2), boundary))
		return false;
	line = slice_from(line, 2 + boundary.n);
	*last = slice_starts(line, SLICE("--"));
	return slice_trim(slice_from(line, *last ? 2 : 0)).n == 0;
}

/* Where the header that begins at at ends: behind its empty line. */
static size_t
header_end(struct slice body, size_t at)
{
	struct slice rest = slice_from(body, at);
	struct field field;

	while (fields_next(&rest, SIZE_MAX, &field))
		continue;
	return body.n - rest.n + line_end(rest);
}

size_t
diagnose_parts(struct slice body, struct slice boundary, struct diagnose_part parts[DIAGNOSE_PARTS_MAX])
{
	struct slice known[BOUNDARIES_MAX] = {boundary}, rest = body, line;
	size_t nknown = 1, n = 0, skip = 0;
	bool open = false;

	while (line_next(&rest, &line)) {
		size_t at = (size_t)(line.p - body.p), k = 0;
		bool last = false;

		if (at < skip || line.n < 3 || line.p[0] != '-')
			continue;
		while (k < nknown && !is_delimiter(line, known[k], &last))
			k++;
		if (k == nknown)
			continue;
		if (open) {
			struct diagnose_part *part = &parts[n - 1];
			part->next = at;
			part->end = at > part->body && body.p[at - 1] == '\n' ? at - 1 : at;
			if (part->end > part->body && body.p[part->end - 1] == '\r')
				part->end--;
		}
		open = false;
		if (last || n == DIAGNOSE_PARTS_MAX)
			continue;
		struct diagnose_part *part = &parts[n++];
		*part = (struct diagnose_part){
			.delimiter = at, .header = at + line.n, .top = k == 0, .end = body.n};
		part->body = header_end(body, part->header);
		part->next = body.n;
		skip = part->body;
		open = true;
		struct slice inner,
			type = diagnose_lines_field(slice_head(slice_from(body, part->header),
							part->body - part->header),
				"Content-Type");
		if (nknown < BOUNDARIES_MAX && diagnose_parameter(type, "boundary", &inner))
			known[nknown++] = inner;
	}
	return open ? n - 1 : n; /* one that is never closed is left alone */
}

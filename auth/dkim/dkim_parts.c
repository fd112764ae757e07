/* dkim_parts.c: MIME parts and content codings for the diagnosis; lenient, for it proves nothing.
 */
#include "auth/base/base64.h"
#include "auth/dkim/dkim_variant.h"

enum { BOUNDARIES_MAX = 8, QP_WIDTH = 76 };

bool
dkim_parameter(struct slice value, const char *name, struct slice *found)
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
dkim_lines_field(struct slice lines, const char *name)
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
dkim_parts(struct slice body, struct slice boundary, struct dkim_part parts[DKIM_PARTS_MAX])
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
			struct dkim_part *part = &parts[n - 1];
			part->next = at;
			part->end = at > part->body && body.p[at - 1] == '\n' ? at - 1 : at;
			if (part->end > part->body && body.p[part->end - 1] == '\r')
				part->end--;
		}
		open = false;
		if (last || n == DKIM_PARTS_MAX)
			continue;
		struct dkim_part *part = &parts[n++];
		*part = (struct dkim_part){
			.delimiter = at, .header = at + line.n, .top = k == 0, .end = body.n};
		part->body = header_end(body, part->header);
		part->next = body.n;
		skip = part->body;
		open = true;
		struct slice inner,
			type = dkim_lines_field(slice_head(slice_from(body, part->header),
							part->body - part->header),
				"Content-Type");
		if (nknown < BOUNDARIES_MAX && dkim_parameter(type, "boundary", &inner))
			known[nknown++] = inner;
	}
	return open ? n - 1 : n; /* one that is never closed is left alone */
}

static int
hex(char c)
{
	c = slice_lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
dkim_qp_decode(struct slice text, struct buf *out)
{
	while (text.n > 0) {
		size_t at = slice_find(text, '='), soft;

		buf_add(out, slice_head(text, at));
		text = slice_from(text, at);
		if (text.n == 0)
			return true;
		soft = line_end(slice_from(text, 1));
		if (soft > 0) {
			text = slice_from(text, 1 + soft);
			continue;
		}
		if (text.n < 3 || hex(text.p[1]) < 0 || hex(text.p[2]) < 0)
			return false;
		buf_addc(out, (char)(hex(text.p[1]) * 16 + hex(text.p[2])));
		text = slice_from(text, 3);
	}
	return true;
}

/* As most encoders do: only what must be is encoded, lines as long as they may be. */
void
dkim_qp_encode(struct slice text, struct buf *out)
{
	struct slice line;

	while (line_next(&text, &line)) {
		size_t end = line.n, column = 0;

		while (end > 0 && (line.p[end - 1] == '\n' || line.p[end - 1] == '\r'))
			end--;
		for (size_t i = 0; i < end; i++) {
			unsigned char c = (unsigned char)line.p[i];
			bool blank = c == ' ' || c == '\t';
			bool plain = (c > ' ' && c < 127 && c != '=') || (blank && i + 1 < end);
			size_t width = plain ? 1 : 3;
			/* the last piece of a line needs no room for a soft break */
			if (column + width > QP_WIDTH - (i + 1 < end ? 1U : 0U)) {
				buf_adds(out, "=\r\n");
				column = 0;
			}
			if (plain)
				buf_addc(out, (char)c);
			else
				buf_addf(out, "=%02X", c);
			column += width;
		}
		if (end < line.n)
			buf_adds(out, "\r\n");
	}
}

bool
dkim_b64_decode(struct slice text, struct arena *arena, struct slice *out)
{
	struct buf bare;

	/* a line end needs no blank behind it here, as it does in a tag (RFC 2045 6.8) */
	buf_init(&bare, arena, text.n);
	for (size_t i = 0; i < text.n; i++)
		if (!slice_is_blank(text.p[i]))
			buf_addc(&bare, text.p[i]);
	return bare.n > 0 && base64_decode(buf_slice(&bare), arena, out) == ST_OK;
}

void
dkim_b64_wrap(struct slice bytes, size_t width, struct buf *out, struct arena *arena)
{
	struct slice text = base64_encode(bytes, arena);

	while (text.n > 0) {
		buf_add(out, slice_head(text, width));
		text = slice_from(text, width);
		if (text.n > 0)
			buf_adds(out, "\r\n");
	}
}

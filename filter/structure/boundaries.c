#include "filter/structure/boundaries.h"

#include "mime/fields.h"

static size_t
space(struct slice text)
{
	size_t n = 0;

	while (n < text.n && slice_is_blank(text.p[n]))
		n++;
	return n;
}

/* RFC 2045 5.1: token, without the characters about which programs disagree */
static bool
is_plain(char c)
{
	return slice_is_digit(c) || (slice_lower(c) >= 'a' && slice_lower(c) <= 'z') ||
	       (c != '\0' && strchr("!#$&+-.^_{|}~", c) != NULL);
}

struct slice
boundary_without_blanks(struct slice name)
{
	while (name.n > 0 && slice_is_blank(name.p[name.n - 1]))
		name.n--;
	return name;
}

/* Does a token also end there for GMime, which takes everything up to ';' for the value? */
static bool
is_end(struct slice rest)
{
	size_t n = 0;

	while (n < rest.n && (rest.p[n] == ' ' || rest.p[n] == '\t'))
		n++;
	rest = slice_from(rest, n);
	if (rest.n == 0 || rest.p[0] == ';')
		return true;
	n = line_end(rest);
	return n > 0 && (n == rest.n || (rest.p[n] != ' ' && rest.p[n] != '\t'));
}

/* The value after `boundary=`; false if other programs could read a different one. */
static bool
read_value(struct slice text, struct slice *name)
{
	size_t n = 0;

	text = slice_from(text, space(text));
	if (slice_starts(text, SLICE("\""))) {
		text = slice_from(text, 1);
		n = slice_find(text, '"');
		*name = boundary_without_blanks(slice_head(text, n));
		if (n == text.n || n > BOUNDARY_NAME_MAX)
			return false;
		for (size_t i = 0; i < n; i++)
			if (text.p[i] < ' ' || text.p[i] > '~' || text.p[i] == '\\' ||
				(text.p[i] == '=' && i + 1 < n && text.p[i + 1] == '?'))
				return false;
		return true;
	}
	while (n < text.n && n <= BOUNDARY_NAME_MAX && is_plain(text.p[n]))
		n++;
	*name = slice_head(text, n);
	return n > 0 && is_end(slice_from(text, n));
}

static void
add_boundary(struct boundaries *boundaries, struct slice text)
{
	struct slice name;

	if (!read_value(text, &name) || boundaries->n == BOUNDARY_NAMES)
		boundaries->any = true;
	else if (!boundaries_have(boundaries, name))
		boundaries->names[boundaries->n++] = name;
}

void
boundaries_find(struct slice raw, struct boundaries *boundaries)
{
	const struct slice word = SLICE("boundary");

	boundaries->n = 0;
	boundaries->any = false;
	for (size_t at = 0; !boundaries->any && at + word.n < raw.n; at++) {
		struct slice rest;

		if (slice_lower(raw.p[at]) != 'b' || !slice_istarts(slice_from(raw, at), word))
			continue;
		rest = slice_from(raw, at + word.n);
		rest = slice_from(rest, space(rest));
		if (slice_starts(rest, SLICE("=")))
			add_boundary(boundaries, slice_from(rest, 1));
		else if (slice_starts(rest, SLICE("*")) || slice_starts(rest, SLICE("(")))
			boundaries->any = true; /* RFC 2231, or a comment */
	}
}

bool
boundaries_have(const struct boundaries *boundaries, struct slice name)
{
	for (size_t i = 0; i < boundaries->n; i++)
		if (slice_eq(boundaries->names[i], name))
			return true;
	return boundaries->any;
}

bool
boundary_name(struct slice line, struct slice *name, struct slice *closed)
{
	if (!slice_starts(line, SLICE("--")))
		return false;
	*name = *closed = boundary_without_blanks(slice_from(line, 2));
	if (name->n >= 2 && memcmp(name->p + name->n - 2, "--", 2) == 0)
		*closed = boundary_without_blanks(slice_head(*name, name->n - 2));
	return true;
}

bool
boundaries_is_line(const struct boundaries *boundaries, struct slice line)
{
	struct slice name, closed;

	return boundary_name(line, &name, &closed) &&
	       (boundaries_have(boundaries, name) || boundaries_have(boundaries, closed));
}

size_t
boundaries_types(struct slice raw)
{
	size_t n = 0;

	for (size_t at = 0; at < raw.n; at++) {
		struct slice here;

		at += slice_find(slice_from(raw, at), '/');
		if (at >= raw.n)
			break;
		here = slice_make(raw.p + (at < 9 ? 0 : at - 9), at < 9 ? at : 9);
		if ((here.n == 9 && slice_ieq(here, SLICE("multipart"))) ||
			(here.n >= 7 && slice_ieq(slice_from(here, here.n - 7), SLICE("message"))))
			n++;
	}
	return n;
}

/* lines for GMime */

bool
line_has_addresses(struct slice line)
{
	static const char *const names[] = {"From", "Sender", "Reply-To", "To", "Cc", "Bcc"};
	struct slice name = slice_trim(slice_head(line, slice_find(line, ':')));

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_ieq(name, slice_str(names[i])))
			return true;
	return slice_istarts(name, SLICE("Resent-")) || slice_istarts(name, SLICE("Disposition-"));
}

void
line_overwrite(char *copy, size_t from, size_t n)
{
	for (size_t i = from; i < n; i++)
		if (copy[i] != '\r' && copy[i] != '\n')
			copy[i] = 'x';
}

size_t
line_parameters(struct slice line)
{
	size_t n = 0;

	for (size_t at = slice_find(line, ';'); at < line.n; n++)
		at += 1 + slice_find(slice_from(line, at + 1), ';');
	return n;
}

void
line_hide_words(struct slice line, char *at)
{
	const struct slice name = SLICE("boundary");

	for (size_t i = 0; i < line.n; i++) {
		if (slice_istarts(slice_from(line, i), name))
			i += slice_find(slice_from(line, i), ';');
		else if (line.p[i] == '*' || (unsigned char)line.p[i] >= 0x80 ||
			 (line.p[i] == '?' && i > 0 && line.p[i - 1] == '='))
			at[i] = 'x';
	}
}

#include "mime/fields.h"

static bool
is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

size_t
line_end(struct slice s)
{
	if (s.n > 0 && s.p[0] == '\n')
		return 1;
	if (s.n > 1 && s.p[0] == '\r' && s.p[1] == '\n')
		return 2;
	return 0;
}

/* octets of the first line of s, its line end included */
static size_t
line_length(struct slice s)
{
	size_t lf = slice_find(s, '\n');

	return lf < s.n ? lf + 1 : s.n;
}

bool
line_next(struct slice *rest, struct slice *line)
{
	if (rest->n == 0)
		return false;
	*line = slice_head(*rest, line_length(*rest));
	*rest = slice_from(*rest, line->n);
	return true;
}

static struct slice
without_line_end(struct slice s)
{
	if (s.n > 0 && s.p[s.n - 1] == '\n') {
		s.n--;
		if (s.n > 0 && s.p[s.n - 1] == '\r')
			s.n--;
	}
	return s;
}

/* RFC 5322 3.6.8: ftext is 33-126 without the colon, which the caller has found. */
static bool
is_field_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < 33 || name.p[i] > 126)
			return false;
	return name.n > 0;
}

/*
 * Cuts the name off the value. The colon must be on the first line: the obsolete form allows white
 * space before it, but no fold (RFC 5322 4.5.8), and readers differ about a fold there.
 */
static void
cut_name(struct field *field, struct slice first_line)
{
	size_t colon = slice_find(first_line, ':');
	struct slice name = slice_head(first_line, colon);

	while (name.n > 0 && is_wsp(name.p[name.n - 1]))
		name.n--;
	if (colon == first_line.n || !is_field_name(name)) {
		field->flags |= FIELD_JUNK;
		return;
	}
	if (name.n < colon)
		field->flags |= FIELD_SPACED; /* RFC 5322 4.5.8 */
	field->name = name;
	field->value = slice_from(field->value, colon + 1);
}

bool
fields_next(struct slice *rest, size_t max_field, struct field *field)
{
	struct slice raw = *rest;
	size_t first, n;

	if (raw.n == 0 || line_end(raw) > 0)
		return false;
	first = n = line_length(raw);
	while (n < raw.n &&
		is_wsp(raw.p[n])) /* RFC 5322 2.2.3; obs-FWS: or a line of only white space */
		n += line_length(slice_from(raw, n));
	raw.n = n;
	*rest = slice_from(*rest, n);

	*field = (struct field){.name = {raw.p, 0}, .raw = raw, .value = without_line_end(raw)};
	if (raw.n > max_field)
		field->flags |= FIELD_OVERSIZE;
	cut_name(field, slice_head(field->value, first));
	return true;
}

bool
field_is(const struct field *field, const char *name)
{
	const struct slice own = field->name;

	/* the length of name is not needed to find that most differ at the beginning */
	for (size_t i = 0; i < own.n; i++)
		if (name[i] == '\0' || slice_lower(own.p[i]) != slice_lower(name[i]))
			return false;
	return name[own.n] == '\0' && (field->flags & FIELD_JUNK) == 0;
}

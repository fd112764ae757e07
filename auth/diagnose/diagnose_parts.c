/*
 * diagnose_parts.c: the MIME parts of a body, and their header fields, which belong to the body.
 * The parser is lenient because only the hash is proof.
 */
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

/* Is the line a delimiter of that boundary? *last: it is the closing one. */
static bool
is_delimiter(struct slice line, struct slice boundary, bool *last)
{
	if (!slice_starts(line, SLICE("--")) || !slice_starts(slice_from(line, 2), boundary))
		return false;
	line = slice_from(line, 2 + boundary.n);
	*last = slice_starts(line, SLICE("--"));
	return slice_trim(slice_from(line, *last ? 2 : 0)).n == 0;
}

/* The offset of the end of a header, after its empty line. at: where the header begins. */
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
diagnose_parts(
	struct slice body, struct slice boundary, struct diagnose_part parts[DIAGNOSE_PARTS_MAX])
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
	return open ? n - 1 : n; /* a part that is never closed is left out */
}

/* Possible changes of each field; an option is a sum of these. */
enum {
	DROP_X = 1, /* fields that begin with X- were added */
	UNFOLD = 2,
	FOLD_TAB = 4,
	FOLD_SPACE = 8,
	UNQUOTE = 16,
	QUOTE = 32,
	REVERSE = 64, /* the fields were in the other order */
	LOWER = 128,  /* the letters of charset */
	UPPER = 256,
	CHARSET_ONLY = 512 /* only the quotes of charset */
};

static const struct rule {
	int way;
	unsigned cost;
} rules[] = {
	{DROP_X, 1},
	{UNFOLD, 1},
	{UNFOLD | UNQUOTE | CHARSET_ONLY, 2},
	{UNFOLD | UNQUOTE, 2},
	{UNQUOTE | CHARSET_ONLY, 2},
	{UNQUOTE, 2},
	{QUOTE | CHARSET_ONLY, 2},
	{QUOTE, 2},
	{UNFOLD | QUOTE, 2},
	{FOLD_SPACE, 2},
	{FOLD_TAB, 2},
	{FOLD_SPACE | UNQUOTE, 3},
	{FOLD_TAB | UNQUOTE, 3},
	{FOLD_SPACE | UNQUOTE | CHARSET_ONLY, 3},
	{FOLD_TAB | UNQUOTE | CHARSET_ONLY, 3},
	{FOLD_SPACE | QUOTE, 3},
	{FOLD_TAB | QUOTE, 3},
	{DROP_X | UNFOLD, 2},
	{REVERSE, 3},
	{REVERSE | UNFOLD, 3},
	{REVERSE | UNFOLD | UNQUOTE, 3},
	{REVERSE | UNQUOTE, 3},
	{REVERSE | DROP_X, 3},
	{LOWER, 3},
	{UPPER, 3},
	{LOWER | UNQUOTE | CHARSET_ONLY, 3},
	{UPPER | UNQUOTE | CHARSET_ONLY, 3},
	{UPPER | UNFOLD | UNQUOTE | CHARSET_ONLY, 3},
};

static bool
is_token(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("()<>@,;:\\\"/[]?=", s.p[i]) != NULL)
			return false;
	return s.n > 0;
}

static void
add_value(struct slice name, struct slice value, int way, struct buf *out)
{
	bool charset = slice_ieq(name, SLICE("charset"));
	bool quoted = value.n > 1 && value.p[0] == '"' && value.p[value.n - 1] == '"';
	bool may = charset || (way & CHARSET_ONLY) == 0;
	struct slice bare = quoted ? slice_make(value.p + 1, value.n - 2) : value;

	if (may && (way & UNQUOTE) && quoted && is_token(bare))
		quoted = false;
	else if (may && (way & QUOTE) && !quoted)
		quoted = true;
	buf_adds(out, quoted ? "\"" : "");
	for (size_t i = 0; i < bare.n; i++) {
		char c = bare.p[i];

		if (charset && (way & LOWER))
			c = slice_lower(c);
		else if (charset && (way & UPPER) && c >= 'a' && c <= 'z')
			c = (char)(c - ('a' - 'A'));
		buf_addc(out, c);
	}
	buf_adds(out, quoted ? "\"" : "");
}

/* The length of a parameter, up to its ';' outside quotes. */
static size_t
parameter_length(struct slice s)
{
	bool quoted = false;
	size_t n = 0;

	for (; n < s.n && (quoted || s.p[n] != ';'); n++)
		quoted ^= s.p[n] == '"';
	return n;
}

static void
add_parameters(struct slice value, int way, struct buf *out)
{
	size_t n = parameter_length(value);

	buf_add(out, slice_head(value, n));
	for (value = slice_from(value, n); value.n > 0; value = slice_from(value, n)) {
		struct slice one, lead;
		size_t equals;

		n = 1 + parameter_length(slice_from(value, 1));
		one = slice_from(slice_head(value, n), 1);
		lead = slice_head(one, (size_t)(slice_trim(one).p - one.p));
		one = slice_trim(one);
		equals = slice_find(one, '=');
		buf_addc(out, ';');
		if (way & UNFOLD)
			buf_adds(out, one.n > 0 ? " " : "");
		else if (way & (FOLD_TAB | FOLD_SPACE))
			buf_adds(out, way & FOLD_TAB ? "\r\n\t" : "\r\n ");
		else
			buf_add(out, lead);
		buf_add(out, slice_head(one, equals));
		if (equals == one.n)
			continue;
		buf_addc(out, '=');
		add_value(slice_head(one, equals), slice_from(one, equals + 1), way, out);
	}
}

static void
add_field(const struct field *field, int way, struct buf *out)
{
	if ((way & DROP_X) && slice_istarts(field->name, SLICE("X-")))
		return;
	if ((way & ~(DROP_X | REVERSE)) == 0 || !slice_istarts(field->name, SLICE("Content-"))) {
		buf_add(out, field->raw);
		return;
	}
	buf_add(out, field->name);
	buf_addc(out, ':');
	add_parameters(field->value, way, out);
	buf_adds(out, "\r\n");
}

bool
diagnose_part_fields(struct slice lines, int way, struct buf *out)
{
	enum { FIELDS_MAX = 16 };
	struct field fields[FIELDS_MAX];
	struct slice rest = lines;
	size_t n = 0;

	while (n < FIELDS_MAX && fields_next(&rest, SIZE_MAX, &fields[n]))
		n++;
	if (n == FIELDS_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		add_field(&fields[way & REVERSE ? n - 1 - i : i], way, out);
	buf_add(out, rest); /* the empty line */
	return !out->over && !slice_eq(buf_slice(out), lines);
}

void
diagnose_part_field_options(struct diagnose_plan *plan, struct diagnose_choice *choice)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		struct diagnose_option *option;
		bool differs = false;
		struct arena scratch;

		arena_init(&scratch, plan->arena->oom, plan->arena->oom_arg);
		for (size_t k = 0; k < plan->nparts && !differs; k++) {
			const struct diagnose_part *part = &plan->parts[k];
			struct slice lines =
				slice_from(slice_head(plan->body, part->body), part->header);
			struct buf out;

			buf_init(&out, &scratch, 2 * lines.n + 256);
			differs = diagnose_part_fields(lines, rules[i].way, &out);
		}
		arena_clear(&scratch);
		if (!differs || (option = diagnose_choice_add(choice, rules[i].cost)) == NULL)
			continue;
		option->way = rules[i].way;
		diagnose_option_change(option, DIAGNOSE_PART_FIELDS, SLICE(""), SLICE(""));
	}
}

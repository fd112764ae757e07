#include "mime/message.h"

#include <stdint.h>

enum { FIRST_CAP = 64 };

/*
 * Cuts the mbox line off *rest; empty if there is none. `From :` is a From field with white space
 * before the colon (RFC 5322 4.5.8), whatever follows, and never an mbox line.
 */
static struct slice
cut_mbox_line(struct slice *rest)
{
	struct slice line, after;

	if (!slice_starts(*rest, SLICE("From ")))
		return slice_head(*rest, 0);
	after = slice_from(*rest, sizeof "From " - 1);
	while (after.n > 0 && (after.p[0] == ' ' || after.p[0] == '\t'))
		after = slice_from(after, 1);
	if (after.n > 0 && after.p[0] == ':')
		return slice_head(*rest, 0);
	(void)line_next(rest, &line);
	return line;
}

static const char *
first_line_end(struct slice raw)
{
	size_t lf = slice_find(raw, '\n');

	return lf < raw.n && lf > 0 && raw.p[lf - 1] == '\r' ? "\r\n" : "\n";
}

static bool
has_8bit(struct slice s)
{
	const uint64_t high = UINT64_C(0x8080808080808080);
	uint64_t word;
	size_t i = 0;

	for (; s.n - i >= sizeof word; i += sizeof word) {
		memcpy(&word, s.p + i, sizeof word);
		if ((word & high) != 0)
			return true;
	}
	for (; i < s.n; i++)
		if (((unsigned char)s.p[i] & 0x80) != 0)
			return true;
	return false;
}

static bool
has_bare_cr(struct slice s)
{
	size_t cr;

	while ((cr = slice_find(s, '\r')) < s.n) {
		s = slice_from(s, cr);
		if (line_end(s) == 0)
			return true;
		s = slice_from(s, 2);
	}
	return false;
}

static unsigned
header_flags(struct slice mbox_from, struct slice header)
{
	unsigned flags = 0;

	/* the mbox line is checked as well: some readers take it for a header field */
	if (slice_find(header, '\0') < header.n || slice_find(mbox_from, '\0') < mbox_from.n)
		flags |= MESSAGE_NUL;
	if (has_bare_cr(header) || has_bare_cr(mbox_from))
		flags |= MESSAGE_BARE_CR;
	if (has_8bit(header))
		flags |= MESSAGE_8BIT_HEADER;
	if (header.n > 0 && (header.p[0] == ' ' || header.p[0] == '\t'))
		flags |= MESSAGE_BLANK_FIRST;
	return flags;
}

/* Adds field to the index, which doubles when it is full; false if it has max fields. */
static bool
keep_field(const struct field *field, struct field **fields, size_t *n, size_t *cap, size_t max,
	struct arena *arena)
{
	if (*n >= max)
		return false;
	if (*fields == NULL || *n == *cap) {
		size_t grown = *cap == 0 ? FIRST_CAP : *cap * 2;
		struct field *p;

		if (grown > max)
			grown = max;
		p = arena_array(arena, grown, sizeof *p);
		if (*fields != NULL)
			memcpy(p, *fields, *n * sizeof *p);
		*fields = p;
		*cap = grown;
	}
	(*fields)[(*n)++] = *field;
	return true;
}

void
message_parse(struct slice raw, size_t max_fields, size_t max_field, struct arena *arena,
	struct message *message)
{
	struct slice rest = raw;
	struct field *fields = NULL, field;
	size_t cap = 0;
	bool named = false;

	*message = (struct message){.raw = raw, .eol = first_line_end(raw)};
	message->mbox_from = cut_mbox_line(&rest);
	message->header = rest;
	while (fields_next(&rest, max_field, &field)) {
		named = named || (field.flags & FIELD_JUNK) == 0;
		message->all_fields++;
		if (!keep_field(&field, &fields, &message->nfields, &cap, max_fields, arena))
			message->flags |= MESSAGE_MANY_FIELDS;
	}
	message->header.n -= rest.n;
	message->fields = fields;
	if (line_end(rest) == 0)
		message->flags |= MESSAGE_NO_BLANK_LINE;
	message->body = slice_from(rest, line_end(rest));
	if (!named)
		message->flags |= MESSAGE_NO_HEADER;
	message->flags |= header_flags(message->mbox_from, message->header);
}

const struct field *
message_field(const struct message *message, const char *name, size_t n)
{
	for (size_t i = 0; i < message->nfields; i++)
		if (field_is(&message->fields[i], name) && n-- == 0)
			return &message->fields[i];
	return NULL;
}

size_t
message_count(const struct message *message, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < message->nfields; i++)
		count += field_is(&message->fields[i], name);
	return count;
}

/* Removes white space and folds at both ends. A bare CR is data, so slice_trim will not do. */
static struct slice
trim_folds(struct slice s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t' || line_end(s) > 0))
		s = slice_from(s, line_end(s) == 2 ? 2 : 1);
	while (s.n > 0 && slice_is_blank(s.p[s.n - 1]) && s.p[s.n - 1] != '\r') {
		s.n--;
		if (s.n > 0 && s.p[s.n] == '\n' && s.p[s.n - 1] == '\r')
			s.n--;
	}
	return s;
}

struct slice
field_unfold(const struct field *field, struct arena *arena)
{
	struct slice value = trim_folds(field->value), line;
	char *copy;
	size_t n = 0;

	if (slice_find(value, '\n') == value.n)
		return value;
	copy = arena_alloc(arena, value.n);
	while (line_next(&value, &line)) {
		if (line.p[line.n - 1] == '\n')
			line.n -= line.n > 1 && line.p[line.n - 2] == '\r' ? 2 : 1;
		memcpy(copy + n, line.p, line.n);
		n += line.n;
	}
	return slice_make(copy, n);
}

struct slice
message_id(const struct message *message, struct arena *arena)
{
	const struct field *field = message_field(message, "Message-ID", 0);

	return field == NULL || (field->flags & FIELD_OVERSIZE) != 0
		       ? slice_str("")
		       : slice_trim(field_unfold(field, arena));
}

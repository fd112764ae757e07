#include "filter/verdict/scrub.h"

#include "auth/base/domain.h"
#include "mime/buf.h"
#include "mime/scan.h"

enum {
	ID_MAX = 1024,  /* octets of an authserv-id that are compared */
	CLAIMS_MAX = 50 /* texts in one field whose ids are compared */
};

static bool
is_host_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

/* Octets that are not part of a name and that some readers ignore: spaces, controls, NUL. */
static bool
is_gap(char c)
{
	return (unsigned char)c <= ' ' || c == 127;
}

/*
 * Removes the comment that begins here, with any bytes in it: readers skip more than the grammar
 * allows. flat: like a reader that does not support nested comments. False if the comment is
 * unclosed.
 */
static bool
skip_comment(struct slice *at, bool flat)
{
	size_t depth = 0;

	for (size_t i = 0; i < at->n; i++) {
		if (at->p[i] == '\\')
			i++;
		else if (at->p[i] == '(')
			depth = flat ? 1 : depth + 1;
		else if (at->p[i] == ')' && --depth == 0) {
			*at = slice_from(*at, i + 1);
			return true;
		}
	}
	return false;
}

/* The state of reading an id as a lenient reader does. */
struct reader {
	struct slice at;
	bool flat; /* argument of skip_comment */
	bool quoted;
	bool open; /* a comment was unclosed: searching again for an end would take quadratic time
		    */
	bool gap;  /* a gap or a comment preceded the last byte */
};

/* The next byte, ignoring quotes, backslashes, gaps and comments; false at the end. */
static bool
next_byte(struct reader *r, char *byte)
{
	r->gap = false;
	while (r->at.n > 0) {
		char c = r->at.p[0];

		if (c == '(' && !r->quoted && !r->open) {
			r->open = !skip_comment(&r->at, r->flat);
			r->gap = true;
			continue;
		}
		r->at = slice_from(r->at, 1);
		if (c == '"') {
			r->quoted = !r->quoted;
			continue;
		}
		if (is_gap(c)) {
			r->gap = true;
			continue;
		}
		if (c == '\\' && r->at.n > 0) {
			c = r->at.p[0];
			r->at = slice_from(r->at, 1);
		}
		*byte = c;
		return true;
	}
	return false;
}

/*
 * Skips to the first byte that can belong to the id: some readers trim punctuation and non-ASCII
 * spaces.
 */
static bool
first_byte(struct reader *r, char wanted, char *byte)
{
	while (next_byte(r, byte))
		if (is_host_byte(*byte) || *byte == wanted)
			return true;
	return false;
}

/*
 * Does value begin with id, not followed by more of a host name? longer: further labels may follow.
 */
static bool
begins_with_id(struct slice value, struct slice id, bool longer, bool flat)
{
	struct reader r = {.at = value, .flat = flat};
	bool begun = false;
	char c;

	for (size_t i = 0; i < id.n && i < ID_MAX; i++) {
		if (is_gap(id.p[i]))
			continue;
		if (!(begun ? next_byte(&r, &c) : first_byte(&r, id.p[i], &c)) ||
			slice_lower(c) != slice_lower(id.p[i]))
			return false;
		begun = true;
	}
	if (!next_byte(&r, &c) || r.gap)
		return true;
	if (c == '.') /* with a final dot it is the same name; with a further label, another name */
		return longer || !next_byte(&r, &c) || r.gap || !is_host_byte(c);
	return !is_host_byte(c);
}

/* Do names count as the id with that index to which labels were added? */
static bool
is_longer(const struct scrub *scrub, size_t index)
{
	return index == 0 && scrub->first_is_short;
}

/* The name at the start of value, as a lenient reader sees it, without the final dot. */
static struct slice
leading_name(struct slice value, bool flat, struct arena *arena)
{
	struct reader r = {.at = value, .flat = flat};
	struct slice name;
	struct buf text;
	char c;

	buf_init(&text, arena, ID_MAX);
	while (text.n < ID_MAX && next_byte(&r, &c) && (!r.gap || text.n == 0)) {
		if ((c & 0x80) == 0 && !is_host_byte(c) && c != '.') {
			if (text.n > 0)
				break;
			continue; /* some readers trim punctuation */
		}
		buf_addc(&text, c);
	}
	name = buf_slice(&text);
	if (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	return name;
}

/* Does a reader with IDNA support see one of our ids where other readers see another name? */
static bool
maps_to_ours(const struct scrub *scrub, struct slice value)
{
	struct slice earlier = {0};

	for (int flat = 0; flat <= 1; flat++) {
		struct slice name = leading_name(value, flat != 0, scrub->arena), id;

		if (flat != 0 && slice_eq(name, earlier))
			continue;
		earlier = name;
		/* cut: what IDNA ignores can be as long; no honest name is */
		if (name.n >= ID_MAX - 1 && !slice_is_ascii(name))
			return true;
		for (size_t i = 0; i < scrub->nids; i++)
			if (!(slice_is_ascii(name) && slice_is_ascii(scrub->ids[i])) &&
				domain_normalize(scrub->ids[i], scrub->arena, &id) == ST_OK &&
				domain_maps_to(name, id, is_longer(scrub, i), scrub->arena))
				return true;
	}
	return false;
}

static bool
contains(struct slice text, struct slice part)
{
	return slice_ifind(text, part) < text.n;
}

/* Does the value of an Authentication-Results field claim to be ours? */
static bool
claims(const struct scrub *scrub, struct slice value)
{
	for (size_t i = 0; i < scrub->nids; i++)
		if (begins_with_id(value, scrub->ids[i], is_longer(scrub, i), false) ||
			begins_with_id(value, scrub->ids[i], is_longer(scrub, i), true))
			return true;
	if (maps_to_ours(scrub, value))
		return true;
	/* an encoded word, which a reader may decode and no valid id contains */
	return contains(slice_head(value, slice_find(value, ';')), SLICE("=?"));
}

/* Does text begin with name for a reader that ignores gaps and octets over 126? */
static bool
seems(struct slice text, const char *name)
{
	for (size_t i = 0; i < text.n && *name != '\0'; i++) {
		if (is_gap(text.p[i]) || (unsigned char)text.p[i] > 126)
			continue;
		if (slice_lower(text.p[i]) != *name++)
			return false;
	}
	return *name == '\0';
}

/*
 * The text up to the next line end of any kind; found in one pass, because there may be many of one
 * kind.
 */
static struct slice
any_line(struct slice rest)
{
	size_t n = 0;

	while (n < rest.n && rest.p[n] != '\n' && rest.p[n] != '\r')
		n++;
	return slice_head(rest, n);
}

/*
 * Could a more lenient reader see a field of ours in text that is not a field
 * (`Authentication-Results\0:`), or in a continuation line, even after a bare CR? Only some such
 * texts are parsed for their ids, because there may be millions; no honest field has more. It may
 * have several: the lines of a message whose line ends are CR are one field.
 */
static bool
junk_claims(const struct scrub *scrub, const struct field *field)
{
	struct slice rest = field->raw, line = rest; /* some readers accept a folded name */
	size_t seen = 0;

	do {
		const size_t colon = slice_find(line, ':');

		if (colon < line.n && seems(line, "mailstamp-"))
			return true;
		if (seems(line, "authentication-results")) {
			if (++seen > CLAIMS_MAX || scrub->what == SCRUB_ALL ||
				claims(scrub, slice_from(rest, colon + 1)))
				return true;
		}
		rest = slice_from(rest, any_line(rest).n + 1);
		line = any_line(rest);
	} while (rest.n > 0);
	for (size_t i = 0; seen > 0 && i < scrub->nids; i++)
		if (contains(field->raw, scrub->ids[i]))
			return true;
	return false;
}

static bool
has_bare_cr(struct slice s)
{
	for (size_t i = slice_find(s, '\r'); i < s.n;
		i += 1 + slice_find(slice_from(s, i + 1), '\r'))
		if (i + 1 == s.n || s.p[i + 1] != '\n')
			return true;
	return false;
}

bool
scrub_drops(const struct scrub *scrub, const struct field *field)
{
	if (scrub->envelope_field && field_is(field, "X-Mailstamp-Envelope"))
		return true;
	if (scrub->what == SCRUB_NONE)
		return false;
	if ((field->flags & FIELD_JUNK) != 0)
		return junk_claims(scrub, field);
	if (has_bare_cr(field->raw) && junk_claims(scrub, field))
		return true;
	if (slice_istarts(field->name, SLICE("mailstamp-")))
		return true;
	if (!field_is(field, "Authentication-Results"))
		return false;
	if (scrub->what == SCRUB_ALL)
		return true;
	return claims(scrub, field->value);
}

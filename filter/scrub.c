#include "filter/scrub.h"

#include "mime/scan.h"

enum { ID_MAX = 1024 }; /* octets of an authserv-id that are compared */

static bool
is_host_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

/*
 * Reads the next byte of the id as a lenient reader would see it: quotes and backslashes gone,
 * comments and blanks skipped and told in *gap.
 */
static bool
next_byte(struct slice *at, bool *quoted, bool *gap, char *byte)
{
	*gap = false;
	while (at->n > 0) {
		char c = at->p[0];

		if (!*quoted && scan_comment(at)) {
			*gap = true;
			continue;
		}
		*at = slice_from(*at, 1);
		if (c == '"') {
			*quoted = !*quoted;
			continue;
		}
		if (slice_is_blank(c) || c == '\0') {
			*gap = true;
			continue;
		}
		if (c == '\\' && at->n > 0) {
			c = at->p[0];
			*at = slice_from(*at, 1);
		}
		*byte = c;
		return true;
	}
	return false;
}

/* Does value begin with id, not followed by more of a host name? */
static bool
begins_with_id(struct slice value, struct slice id)
{
	bool quoted = false, gap;
	char c;

	for (size_t i = 0; i < id.n && i < ID_MAX; i++)
		if (!next_byte(&value, &quoted, &gap, &c) || slice_lower(c) != slice_lower(id.p[i]))
			return false;
	if (!next_byte(&value, &quoted, &gap, &c) || gap)
		return true;
	if (c == '.') /* the root's dot is the same name, a further label is another */
		return !next_byte(&value, &quoted, &gap, &c) || gap || !is_host_byte(c);
	return !is_host_byte(c);
}

static bool
contains(struct slice text, struct slice word)
{
	for (size_t i = 0; word.n > 0 && i + word.n <= text.n; i++)
		if (slice_ieq(slice_head(slice_from(text, i), word.n), word))
			return true;
	return false;
}

/* A line that is no field to us may be one to a more lenient reader (`Authentication-Results\0:`).
 */
static bool
junk_claims(const struct scrub *scrub, const struct field *field)
{
	if (slice_istarts(slice_trim(field->raw), SLICE("mailstamp-")))
		return slice_find(field->raw, ':') < field->raw.n;
	if (!slice_istarts(slice_trim(field->raw), SLICE("authentication-results")))
		return false;
	for (size_t i = 0; i < scrub->nids; i++)
		if (contains(field->raw, scrub->ids[i]))
			return true;
	return scrub->what == SCRUB_ALL;
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
	if (slice_istarts(field->name, SLICE("mailstamp-")))
		return true;
	if (!field_is(field, "Authentication-Results"))
		return false;
	if (scrub->what == SCRUB_ALL)
		return true;
	for (size_t i = 0; i < scrub->nids; i++)
		if (begins_with_id(field->value, scrub->ids[i]))
			return true;
	return false;
}

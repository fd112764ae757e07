#include "filter/aggregate/aggregate_row.h"

#include "mime/scan.h"

struct slice
aggregate_clean(struct slice text, struct arena *arena)
{
	struct slice rest = text;
	struct buf out;

	buf_init(&out, arena, AGGREGATE_TEXT);
	while (rest.n > 0 && !out.over) {
		struct slice at = rest;
		const unsigned char c = (unsigned char)rest.p[0];

		if (c < 0x80) {
			buf_addc(&out, c < 0x20 || c == 0x7f ? '?' : (char)c);
			rest = slice_from(rest, 1);
		} else if (scan_utf8_non_ascii(&at) &&
			   /* U+FFFE, U+FFFF and C1 controls do not belong in XML */
			   !(c == 0xef && (unsigned char)rest.p[1] == 0xbf &&
				   (unsigned char)rest.p[2] >= 0xbe) &&
			   !(c == 0xc2 && (unsigned char)rest.p[1] < 0xa0)) {
			buf_add(&out, slice_head(rest, rest.n - at.n));
			rest = at;
		} else {
			buf_addc(&out, '?');
			rest = slice_from(rest, 1);
		}
	}
	return buf_slice(&out);
}

static void
add_part(struct buf *out, struct slice part)
{
	buf_addf(out, "%zu:", part.n);
	buf_add(out, part);
}

struct slice
aggregate_policy_key(const struct aggregate_policy *policy, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	add_part(&out, policy->domain);
	buf_addf(&out, "%d%d%d%d%d%d%d%d:", (int)policy->p, (int)policy->sp, (int)policy->np,
		policy->adkim_strict, policy->aspf_strict, policy->testing, policy->psd,
		(int)policy->mode);
	add_part(&out, policy->text);
	add_part(&out, policy->rua);
	add_part(&out, policy->ruf);
	add_part(&out, policy->fo);
	add_part(&out, policy->error);
	return buf_slice(&out);
}

struct slice
aggregate_row_key(const struct aggregate_row *row, struct arena *arena)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	add_part(&out, row->source_ip);
	buf_addf(&out, "%s:%d%d%d:", row->disposition, row->dkim, row->spf, row->has_path);
	add_part(&out, row->reasons);
	add_part(&out, row->header_from);
	add_part(&out, row->envelope_from);
	add_part(&out, row->envelope_to);
	add_part(&out, row->results);
	return buf_slice(&out);
}

struct slice
aggregate_part(struct slice *line)
{
	const size_t at = slice_find(*line, '\t');
	const struct slice part = slice_head(*line, at);

	*line = slice_from(*line, at + 1);
	return part;
}

bool
aggregate_line(struct slice *text, struct slice *line)
{
	const size_t at = slice_find(*text, '\n');

	if (text->n == 0)
		return false;
	*line = slice_head(*text, at);
	*text = slice_from(*text, at + 1);
	return true;
}

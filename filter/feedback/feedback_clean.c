/*
 * feedback_clean.c: what reporters write where XML is meant, as XML.
 *
 * Octets that are not UTF-8, and controls, become \xHH; an & and a < that begin nothing are
 * escaped; what is before the first < is left out. A document in another character set is left as
 * it is, since libxml2 converts it.
 */
#include "filter/feedback/feedback_report.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

enum { DECLARATION = 200, NAME_MAX_OCTETS = 64 };

static const struct {
	const char *code, *text;
} warnings_table[] = {
#define ROW_OF(id, code, text) {code, text},
	FEEDBACK_WARNINGS(ROW_OF)};

const char *
feedback_warning_code(enum feedback_warning what)
{
	return warnings_table[what].code;
}

const char *
feedback_warning_text(enum feedback_warning what)
{
	return warnings_table[what].text;
}

void
feedback_warn(struct feedback_warnings *warnings, enum feedback_warning what, struct slice sample)
{
	if (warnings->times[what]++ == 0)
		warnings->sample[what] =
			arena_dup(warnings->arena, slice_head(sample, FEEDBACK_VALUE / 4));
}

/* Does the declaration name another character set than UTF-8? */
static bool
is_utf8(struct slice octets)
{
	static const char word[] = "encoding=";
	struct slice head = slice_head(octets, DECLARATION);

	if (slice_starts(octets, SLICE("\xfe\xff")) || slice_starts(octets, SLICE("\xff\xfe")) ||
		slice_starts(octets, SLICE("<\0")) || slice_starts(octets, SLICE("\0<")))
		return false;
	head = slice_head(head, slice_find(head, '>'));
	for (; head.n > sizeof word; head = slice_from(head, 1)) {
		struct slice name = slice_from(head, sizeof word);

		if (!slice_starts(head, slice_str(word)))
			continue;
		name = slice_head(name, slice_find(name, head.p[sizeof word - 1]));
		return slice_ieq(name, SLICE("utf-8")) || slice_ieq(name, SLICE("utf8")) ||
		       slice_ieq(name, SLICE("us-ascii")) || slice_ieq(name, SLICE("ascii"));
	}
	return true;
}

static bool
is_name_start(char c)
{
	return slice_is_alpha(c) || c == '_' || c == ':' || (unsigned char)c >= 0x80;
}

static bool
is_name(char c)
{
	return is_name_start(c) || slice_is_digit(c) || c == '-' || c == '.';
}

/* after a < : does a tag, a comment, CDATA or an instruction begin? */
static bool
begins_markup(struct slice rest)
{
	size_t n = 0;

	if (slice_starts(rest, SLICE("!--")) || slice_starts(rest, SLICE("![CDATA[")) ||
		slice_starts(rest, SLICE("?")))
		return true;
	if (slice_starts(rest, SLICE("/")))
		rest = slice_from(rest, 1);
	if (rest.n == 0 || !is_name_start(rest.p[0]))
		return false;
	while (n < rest.n && n < NAME_MAX_OCTETS && is_name(rest.p[n]))
		n++;
	return n < rest.n && (slice_is_blank(rest.p[n]) || rest.p[n] == '/' || rest.p[n] == '>');
}

/* after an & : a reference that needs no declaration */
static bool
begins_reference(struct slice rest)
{
	static const char *const names[] = {"lt;", "gt;", "amp;", "quot;", "apos;"};
	size_t n = 1;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_starts(rest, slice_str(names[i])))
			return true;
	if (rest.n < 3 || rest.p[0] != '#')
		return false;
	n += rest.p[1] == 'x';
	while (n < rest.n && n < 10 && slice_hex_digit(rest.p[n]) >= 0)
		n++;
	return n < rest.n && n > 1 && rest.p[n] == ';';
}

/* A document type declaration. */
static bool
begins_doctype(struct slice rest)
{
	return slice_istarts(rest, SLICE("!DOCTYPE")) || slice_istarts(rest, SLICE("!ENTITY"));
}

/* One character that is not taken as it is. */
static void
replace(struct slice *left, struct buf *out, struct feedback_warnings *warnings)
{
	struct slice one = slice_head(*left, 1);

	if (one.p[0] == '<' || one.p[0] == '&') {
		feedback_warn(warnings, FEEDBACK_WARN_MARKUP, slice_head(*left, 40));
		buf_adds(out, one.p[0] == '<' ? "&lt;" : "&amp;");
		*left = slice_from(*left, 1);
		return;
	}
	if (printable_next(left, &one) == PRINTABLE_BAD || one.n == 1) {
		feedback_warn(warnings, FEEDBACK_WARN_OCTETS, one);
		printable_octets(one, out);
	} else {
		buf_add(out, one);
	}
}

/* Octets at the beginning that need no look. */
static size_t
plain_octets(struct slice s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '<' && s.p[n] != '&' &&
		(((unsigned char)s.p[n] >= ' ' && (unsigned char)s.p[n] < 0x7f) || s.p[n] == '\n' ||
			s.p[n] == '\t' || s.p[n] == '\r'))
		n++;
	return n;
}

enum status
feedback_clean(struct slice octets, struct arena *arena, struct feedback_warnings *warnings,
	struct slice *cleaned, bool *utf8)
{
	struct slice left;
	struct buf out;

	*utf8 = is_utf8(octets);
	*cleaned = octets;
	if (!*utf8)
		return ST_OK;
	left = slice_from(octets, slice_find(octets, '<'));
	buf_init(&out, arena, octets.n * 2 + FEEDBACK_VALUE);
	while (left.n > 0) {
		const size_t n = plain_octets(left);
		struct slice rest;

		buf_add(&out, slice_head(left, n));
		left = slice_from(left, n);
		if (left.n == 0)
			break;
		rest = slice_from(left, 1);
		if (left.p[0] == '<' && begins_doctype(rest))
			return ST_BAD;
		if ((left.p[0] == '<' && begins_markup(rest)) ||
			(left.p[0] == '&' && begins_reference(rest))) {
			buf_addc(&out, left.p[0]);
			left = rest;
		} else {
			replace(&left, &out, warnings);
		}
	}
	*cleaned = buf_slice(&out);
	return out.over ? ST_LIMIT : ST_OK;
}

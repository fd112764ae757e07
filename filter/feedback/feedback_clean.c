/*
 * feedback_clean.c: what reporters write where XML is meant, as XML.
 *
 * Octets that are not UTF-8, and controls, become \xHH; an & and a < that begin nothing are
 * escaped; what is before the first < is left out. A document in another character set is converted
 * first.
 */
#include <errno.h>
#include <iconv.h>

#include "filter/feedback/feedback_report.h"
#include "filter/text/i18n.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

enum { DECLARATION = 200, NAME_MAX_OCTETS = 64, TAG_MAX = 4096 };

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

/* The character set that the declaration or a byte order mark names. */
static struct slice
charset_of(struct slice octets)
{
	static const char word[] = "encoding=";
	struct slice head = slice_head(octets, DECLARATION);

	if (slice_starts(octets, SLICE("\xfe\xff")) || slice_starts(octets, SLICE("\xff\xfe")))
		return SLICE("UTF-16");
	if (slice_starts(octets, SLICE("<\0")))
		return SLICE("UTF-16LE");
	if (slice_starts(octets, SLICE("\0<")))
		return SLICE("UTF-16BE");
	head = slice_head(head, slice_find(head, '>'));
	for (; head.n > sizeof word; head = slice_from(head, 1)) {
		struct slice name = slice_from(head, sizeof word);

		if (slice_starts(head, slice_str(word)))
			return slice_head(name, slice_find(name, head.p[sizeof word - 1]));
	}
	return SLICE("UTF-8");
}

/* In UTF-8, as far as they are of their character set; as they are where that is not known. */
static struct slice
converted(struct slice octets, struct arena *arena, struct feedback_warnings *warnings)
{
	const struct slice charset = charset_of(octets);
	char *from = arena_cstr(arena, octets), *out, *to;
	size_t left = octets.n, room = octets.n * 3 + FEEDBACK_VALUE;
	iconv_t how;

	if (slice_ieq(charset, SLICE("utf-8")) || slice_ieq(charset, SLICE("utf8")) ||
		memchr(charset.p, '/', charset.n) != NULL)
		return octets;
	how = iconv_open("UTF-8", arena_cstr(arena, charset));
	if (how == (iconv_t)-1) { /* NOLINT: that is what it returns */
		feedback_warn(warnings, FEEDBACK_WARN_OCTETS, charset);
		return octets;
	}
	out = to = arena_bytes(arena, room);
	while (left > 0 && iconv(how, &from, &left, &to, &room) == (size_t)-1 && left > 0 &&
		errno != E2BIG) {
		feedback_warn(warnings, FEEDBACK_WARN_OCTETS, slice_make(from, 1));
		from++;
		left--;
	}
	(void)iconv_close(how);
	return slice_make(out, (size_t)(to - out));
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

/* What is taken as it is, up to its end. */
static const struct {
	const char *start, *end;
} sections[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};

enum { SECTIONS = sizeof sections / sizeof *sections };

/* How many octets a section takes, from its start to behind its end; 0: it is not one. *none: no
 * such end follows, which is looked for only once. */
static size_t
section(struct slice left, const char *start, const char *end, bool *none)
{
	const size_t n = strlen(end);
	struct slice rest = slice_from(left, strlen(start));

	if (*none || !slice_starts(left, slice_str(start)))
		return 0;
	while (rest.n >= n) {
		rest = slice_from(rest, slice_find(rest, end[0]));
		if (slice_starts(rest, slice_str(end)))
			return left.n - rest.n + n;
		rest = slice_from(rest, 1);
	}
	*none = true;
	return 0;
}

/* How many octets of a tag, a comment, CDATA or an instruction begin here, all of it but for what
 * is in the tag: 0: none. No tag of a report is long, and many attributes are slow to read. */
static size_t
markup(struct slice left, bool none[SECTIONS])
{
	struct slice rest = slice_from(left, 1);
	size_t n;

	for (size_t i = 0; i < SECTIONS; i++)
		if ((n = section(left, sections[i].start, sections[i].end, &none[i])) > 0)
			return n;
	if (slice_starts(rest, SLICE("/")))
		rest = slice_from(rest, 1);
	if (rest.n == 0 || !is_name_start(rest.p[0]))
		return 0;
	for (n = 0; n < rest.n && n < NAME_MAX_OCTETS && is_name(rest.p[n]); n++)
		;
	if (n == rest.n || (!slice_is_blank(rest.p[n]) && rest.p[n] != '/' && rest.p[n] != '>'))
		return 0;
	return slice_find(slice_head(rest, TAG_MAX), '>') < TAG_MAX &&
			       slice_find(rest, '>') < rest.n
		       ? 1
		       : 0;
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
	struct slice *cleaned)
{
	struct slice left = converted(octets, arena, warnings);
	bool none[SECTIONS] = {false};
	struct buf out;

	left = slice_from(left, slice_find(left, '<'));
	buf_init(&out, arena, octets.n * 3 + FEEDBACK_VALUE);
	while (left.p != NULL && left.n > 0) {
		size_t n = plain_octets(left);

		if (n == 0 && left.p[0] == '<') {
			if (begins_doctype(slice_from(left, 1)))
				return ST_BAD;
			n = markup(left, none);
		} else if (n == 0 && left.p[0] == '&') {
			n = begins_reference(slice_from(left, 1)) ? 1 : 0;
		}
		if (n > 0) {
			/* the declaration may name a character set that it no longer has */
			if (!slice_starts(left, SLICE("<?")))
				buf_add(&out, slice_head(left, n));
			left = slice_from(left, n);
		} else {
			replace(&left, &out, warnings);
		}
	}
	/* libxml2 gives what it has read only where something follows */
	buf_adds(&out, "\n</feedback>\n");
	*cleaned = buf_slice(&out);
	return out.over ? ST_LIMIT : ST_OK;
}

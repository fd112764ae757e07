/*
 * feedback_clean.c: repairs reports that are not well-formed XML.
 *
 * A report in another character set is converted to UTF-8 first. Octets that are not UTF-8, and
 * controls, become \xHH; a stray & or < is escaped; anything before the first < is dropped.
 * Elements that are not closed, or closed in the wrong order, are closed; attributes other than
 * namespaces are dropped.
 */
#include <errno.h>
#include <iconv.h>

#include "filter/feedback/feedback_report.h"
#include "filter/text/printable.h"
#include "mime/buf.h"

/* gcc's analyser (tools/analyse) believes that the -1 of a failed iconv_open must be closed */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

enum {
	DECLARATION = 200,
	NAME_MAX_OCTETS = 64,
	TAG_MAX = 4096,
	SAMPLE = 40,
	LAST_CHARACTER = 0x10FFFF /* of Unicode */
};

/*
 * Does that character set have more than one octet for each character of ASCII? Then it is not that
 * of a text whose declaration can be read as ASCII: some programs write UTF-8 and call it UTF-16.
 */
static bool
is_wide(struct slice charset)
{
	static const char *const starts[] = {
		"utf-16", "utf16", "utf-32", "utf32", "ucs-", "ucs2", "ucs4", "iso-10646-ucs-"};

	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (slice_istarts(charset, slice_str(starts[i])))
			return true;
	return false;
}

/* The character set from the XML declaration or a byte order mark. */
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

		if (slice_starts(head, slice_str(word))) {
			name = slice_head(name, slice_find(name, head.p[sizeof word - 1]));
			return is_wide(name) ? SLICE("UTF-8") : name;
		}
	}
	return SLICE("UTF-8");
}

/*
 * Converts to UTF-8, leaving out octets that are not valid in their character set; returns the
 * octets unchanged if the character set is unknown.
 */
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
	if (how == (iconv_t)-1) { /* NOLINT: what iconv_open returns on failure */
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
	return slice_is_alpha(c) || c == '_';
}

static bool
is_name(char c)
{
	return is_name_start(c) || slice_is_digit(c) || c == '-' || c == '.' || c == ':';
}

/* Sections that are not parsed as elements: all but CDATA are skipped. */
static const struct {
	const char *start, *end;
} sections[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};

enum { SECTIONS = sizeof sections / sizeof *sections, CDATA = 1, OPEN_MAX_TAGS = 64, SPACES = 8 };

struct cleaning {
	struct buf out;
	struct feedback_warnings *warnings;
	struct slice open[OPEN_MAX_TAGS]; /* names of the open elements */
	size_t n;
	size_t over;         /* number of open elements that are nested too deep for `open` */
	bool ended;          /* the root element was closed */
	size_t reports;      /* number of elements feedback, without those inside another one */
	bool none[SECTIONS]; /* the rest of the text has no end of a section of that kind */
};

/* The length of the section at the start of left, with its kind; 0: there is none, or no end. */
static size_t
section(struct cleaning *cleaning, struct slice left, size_t *kind)
{
	struct slice end, rest;

	*kind = 0;
	while (*kind < SECTIONS && !slice_starts(left, slice_str(sections[*kind].start)))
		++*kind;
	if (*kind == SECTIONS || cleaning->none[*kind])
		return 0;
	end = slice_str(sections[*kind].end);
	rest = slice_from(left, strlen(sections[*kind].start));
	while (rest.n >= end.n) {
		rest = slice_from(rest, slice_find(rest, end.p[0]));
		if (slice_starts(rest, end))
			return left.n - rest.n + end.n;
		rest = slice_from(rest, 1);
	}
	cleaning->none[*kind] = true;
	return 0;
}

/*
 * The length of the tag at the start of left; 0: there is none. The length is limited: tags in
 * reports are short, and many attributes are slow to parse.
 */
static size_t
tag_octets(struct slice left)
{
	struct slice rest = slice_from(left, slice_starts(slice_from(left, 1), SLICE("/")) ? 2 : 1);
	size_t n = 0, end;

	if (rest.n == 0 || !is_name_start(rest.p[0]))
		return 0;
	while (n < rest.n && n < NAME_MAX_OCTETS && is_name(rest.p[n]))
		n++;
	if (n == rest.n || (!slice_is_blank(rest.p[n]) && rest.p[n] != '/' && rest.p[n] != '>'))
		return 0;
	end = slice_find(slice_head(left, TAG_MAX), '>');
	return end < left.n && end < TAG_MAX ? end + 1 : 0;
}

static struct slice
name_of(struct slice tag)
{
	struct slice name = slice_from(tag, tag.p[1] == '/' ? 2 : 1);
	size_t n = 0;

	while (n < name.n && is_name(name.p[n]))
		n++;
	return slice_head(name, n);
}

/* Is it feedback, perhaps with a prefix? */
static bool
is_feedback(struct slice name)
{
	const size_t colon = slice_find(name, ':');

	return slice_ieq(colon < name.n ? slice_from(name, colon + 1) : name, SLICE("feedback"));
}

/* Copies the namespace declarations of a tag, each once, and drops other attributes. */
static void
add_spaces(struct buf *out, struct slice tag)
{
	struct slice seen[SPACES];
	size_t nseen = 0;

	while (tag.n > 0 && nseen < SPACES) {
		struct slice name, value;
		bool again = false;
		char quote;

		tag = slice_from(tag, 1);
		if (!slice_starts(tag, SLICE("xmlns")) || !slice_is_blank(tag.p[-1]))
			continue;
		name = slice_head(tag, slice_find(tag, '='));
		value = slice_from(tag, name.n + 1);
		quote = value.n > 0 ? value.p[0] : ' ';
		value = slice_from(value, 1);
		if ((quote != '"' && quote != '\'') || slice_find(value, quote) == value.n)
			continue;
		value = slice_head(value, slice_find(value, quote));
		for (size_t i = 0; i < name.n; i++)
			again = again || !is_name(name.p[i]) || name.p[name.n - 1] == ':';
		for (size_t i = 0; i < value.n; i++)
			again = again || value.p[i] <= ' ' || value.p[i] > '~' ||
				strchr("<&\"'", value.p[i]) != NULL;
		for (size_t i = 0; i < nseen; i++)
			again = again || slice_eq(seen[i], name);
		if (again)
			continue;
		seen[nseen++] = name;
		buf_addc(out, ' ');
		buf_add(out, name);
		buf_adds(out, "=\"");
		buf_add(out, value);
		buf_addc(out, '"');
	}
}

/*
 * Closes the innermost open element with that name, after the elements that are open inside it:
 * after a mismatch, libxml2 would lose what it has read.
 */
static void
close_tag(struct cleaning *cleaning, struct slice name)
{
	size_t at = cleaning->n;

	if (cleaning->over > 0) {
		cleaning->over--;
		return;
	}
	while (at > 0 && !slice_eq(cleaning->open[at - 1], name))
		at--;
	if (at != cleaning->n)
		feedback_warn(cleaning->warnings, FEEDBACK_WARN_MARKUP, name);
	if (at == 0)
		return;
	while (cleaning->n >= at) {
		buf_adds(&cleaning->out, "</");
		buf_add(&cleaning->out, cleaning->open[--cleaning->n]);
		buf_addc(&cleaning->out, '>');
	}
	cleaning->ended = cleaning->n == 0;
}

static bool
in_feedback(const struct cleaning *cleaning)
{
	for (size_t i = 0; i < cleaning->n; i++)
		if (is_feedback(cleaning->open[i]))
			return true;
	return false;
}

/* Handles a start tag, an end tag or an empty element. */
static void
take_tag(struct cleaning *cleaning, struct slice tag)
{
	const struct slice name = name_of(tag);
	const bool empty = tag.p[tag.n - 2] == '/';

	if (tag.p[1] == '/') {
		close_tag(cleaning, name);
		return;
	}
	if (cleaning->n == OPEN_MAX_TAGS) {
		cleaning->over += empty ? 0 : 1;
		return;
	}
	cleaning->reports += is_feedback(name) && !in_feedback(cleaning);
	buf_addc(&cleaning->out, '<');
	buf_add(&cleaning->out, name);
	add_spaces(&cleaning->out, slice_head(tag, tag.n - 1));
	buf_adds(&cleaning->out, empty ? "/>" : ">");
	if (!empty)
		cleaning->open[cleaning->n++] = name;
}

/*
 * Does the text begin with the number of a character that XML allows (XML 1.0 2.2, 4.1), and a
 * semicolon? libxml2 reads nothing after a reference to another one.
 */
static bool
begins_number(struct slice text)
{
	const bool hex = slice_starts(text, SLICE("x"));
	long code = 0; /* as without digits, no character */
	size_t n = hex ? 1 : 0;

	for (; n < text.n && code <= LAST_CHARACTER; n++) {
		const int digit = slice_hex_digit(text.p[n]);

		if (digit < 0 || (!hex && digit > 9))
			break;
		code = code * (hex ? 16 : 10) + digit;
	}
	if (n == text.n || text.p[n] != ';')
		return false;
	return code == '\t' || code == '\n' || code == '\r' || (code >= ' ' && code < 0xD800) ||
	       (code > 0xDFFF && code < 0xFFFE) || (code > 0xFFFF && code <= LAST_CHARACTER);
}

/* Does the text after an & begin with a reference that needs no declaration? */
static bool
begins_reference(struct slice rest)
{
	static const char *const names[] = {"lt;", "gt;", "amp;", "quot;", "apos;"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_starts(rest, slice_str(names[i])))
			return true;
	return slice_starts(rest, SLICE("#")) && begins_number(slice_from(rest, 1));
}

/* U+FFFE and U+FFFF, which XML does not allow (XML 1.0 2.2) */
static bool
is_no_character(struct slice one)
{
	return slice_eq(one, SLICE("\xef\xbf\xbe")) || slice_eq(one, SLICE("\xef\xbf\xbf"));
}

/* Does the text after a < begin with a document type declaration, or a part of one? */
static bool
begins_doctype(struct slice rest)
{
	return slice_istarts(rest, SLICE("!DOCTYPE")) || slice_istarts(rest, SLICE("!ENTITY"));
}

/* Copies one character, escaped if necessary; quiet: without a warning. */
static void
replace(struct cleaning *cleaning, struct slice *left, bool quiet)
{
	struct slice one = slice_head(*left, 1);

	if (one.p[0] == '>') { /* libxml2 reads nothing after ]]> in a text */
		buf_adds(&cleaning->out, "&gt;");
		*left = slice_from(*left, 1);
		return;
	}
	if (one.p[0] == '<' || one.p[0] == '&') {
		if (!quiet)
			feedback_warn(cleaning->warnings, FEEDBACK_WARN_MARKUP,
				slice_head(*left, SAMPLE));
		buf_adds(&cleaning->out, one.p[0] == '<' ? "&lt;" : "&amp;");
		*left = slice_from(*left, 1);
		return;
	}
	if (printable_next(left, &one) == PRINTABLE_BAD || one.n == 1 || is_no_character(one)) {
		feedback_warn(cleaning->warnings, FEEDBACK_WARN_OCTETS, one);
		printable_octets(one, &cleaning->out);
	} else {
		buf_add(&cleaning->out, one);
	}
}

/* The number of octets at the start that can be copied unchanged. */
static size_t
plain_octets(struct slice s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '<' && s.p[n] != '>' && s.p[n] != '&' &&
		(((unsigned char)s.p[n] >= ' ' && (unsigned char)s.p[n] < 0x7f) || s.p[n] == '\n' ||
			s.p[n] == '\t' || s.p[n] == '\r'))
		n++;
	return n;
}

/* Copies CDATA, which is text without markup. */
static void
take_text(struct cleaning *cleaning, struct slice text)
{
	while (text.n > 0) {
		const size_t n = plain_octets(text);

		buf_add(&cleaning->out, slice_head(text, n));
		text = slice_from(text, n);
		if (text.n > 0)
			replace(cleaning, &text, true);
	}
}

/* Handles a < at the start of left. ST_BAD: a document type declaration. */
static enum status
take_markup(struct cleaning *cleaning, struct slice *left)
{
	size_t n, kind;

	if (cleaning->n == 0 && begins_doctype(slice_from(*left, 1)))
		return ST_BAD; /* in an element it would be text */
	n = section(cleaning, *left, &kind);
	if (n > 0) {
		const struct slice all = slice_head(*left, n);

		if (kind == CDATA && cleaning->n > 0)
			take_text(cleaning, slice_from(slice_head(all, n - 3), 9));
	} else if ((n = tag_octets(*left)) > 0) {
		take_tag(cleaning, slice_head(*left, n));
	} else if (cleaning->n > 0) {
		replace(cleaning, left, false);
	} else {
		n = 1;
	}
	*left = slice_from(*left, n);
	return ST_OK;
}

/*
 * Reads what follows the root element: nothing but comments and processing instructions should.
 * ST_BAD: another report, which would be lost.
 */
static enum status
take_rest(struct cleaning *cleaning, struct slice left)
{
	bool odd = false;

	for (left = slice_trim(left); left.n > 0; left = slice_trim(left)) {
		size_t kind, n = section(cleaning, left, &kind);

		if (n == 0 && !odd)
			feedback_warn(
				cleaning->warnings, FEEDBACK_WARN_MARKUP, slice_head(left, SAMPLE));
		odd = odd || n == 0;
		if (n == 0 && left.p[0] == '<' && tag_octets(left) > 0 &&
			is_feedback(name_of(left)) && left.p[1] != '/')
			return ST_BAD;
		if (n == 0)
			n = slice_find(slice_from(left, 1), '<') + 1;
		left = slice_from(left, n);
	}
	return ST_OK;
}

/* Closes the elements that are still open at the end, in order. */
static void
close_all(struct cleaning *cleaning)
{
	bool cut = false;

	while (cleaning->n > 0) {
		const struct slice name = cleaning->open[cleaning->n - 1];

		cut = cut || is_feedback(name);
		cleaning->over = 0;
		close_tag(cleaning, name);
	}
	if (cut)
		feedback_warn(cleaning->warnings, FEEDBACK_WARN_CUT, SLICE(""));
}

enum status
feedback_clean(struct slice octets, struct arena *arena, struct feedback_warnings *warnings,
	struct slice *cleaned)
{
	struct cleaning cleaning = {.warnings = warnings};
	struct slice left = converted(octets, arena, warnings);

	left = slice_from(left, slice_find(left, '<'));
	buf_init(&cleaning.out, arena, octets.n * 3 + FEEDBACK_VALUE);
	while (left.p != NULL && left.n > 0 && !cleaning.ended) {
		const size_t n = plain_octets(left);

		if (cleaning.n > 0)
			buf_add(&cleaning.out, slice_head(left, n));
		left = slice_from(left, n);
		if (left.n == 0)
			break;
		if (left.p[0] == '<') {
			if (take_markup(&cleaning, &left) != ST_OK)
				return ST_BAD;
		} else if (cleaning.n == 0) {
			left = slice_from(left, 1); /* text before the root element */
		} else if (left.p[0] == '&' && begins_reference(slice_from(left, 1))) {
			buf_addc(&cleaning.out, '&');
			left = slice_from(left, 1);
		} else {
			replace(&cleaning, &left, false);
		}
	}
	close_all(&cleaning);
	*cleaned = buf_slice(&cleaning.out);
	if (take_rest(&cleaning, left) != ST_OK || cleaning.reports > 1)
		return ST_BAD;
	return cleaning.out.over ? ST_LIMIT : ST_OK;
}

/* diagnose_words.c: encoded words (RFC 2047), and how different programs write them. */
#include <iconv.h>

#include "auth/base/base64.h"
#include "auth/diagnose/diagnose_head.h"
#include "mime/scan.h"

enum { WORD = 75, TEXT_MAX = 240, WORD_MAX = 8192 };

/* How text is encoded. */
struct word_style {
	const char *charset;
	char coding;          /* B, b, Q, q; 0: not encoded */
	bool loose;           /* Q: encodes only the octets that must be encoded */
	unsigned first, next; /* octets of the first encoded word and of the others; 0: no limit */
};

/* Character sets: UTF-8, US-ASCII and ISO-8859-1 need no iconv. */

enum { NAME_MAX_OCTETS = 40, GROWTH = 8 };

enum simple { OTHER, UTF8, ASCII, LATIN1 };

static enum simple
simple_of(struct slice name)
{
	if (slice_ieq(name, SLICE("utf-8")))
		return UTF8;
	if (slice_ieq(name, SLICE("us-ascii")))
		return ASCII;
	return slice_ieq(name, SLICE("iso-8859-1")) ? LATIN1 : OTHER;
}

static bool
is_utf8(struct slice text)
{
	while (text.n > 0)
		if ((unsigned char)text.p[0] < 0x80)
			text = slice_from(text, 1);
		else if (!scan_utf8_non_ascii(&text))
			return false;
	return true;
}

static void
latin1_to_utf8(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c >= 0x80)
			buf_addc(out, (char)(0xC0 | c >> 6));
		buf_addc(out, (char)(c < 0x80 ? c : 0x80 | (c & 0x3F)));
	}
}

static bool
utf8_to_latin1(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < 0x80) {
			buf_addc(out, (char)c);
		} else if ((c == 0xC2 || c == 0xC3) && i + 1 < text.n) {
			unsigned char next = (unsigned char)text.p[++i];

			buf_addc(out, (char)((c & 3) << 6 | (next & 0x3F)));
		} else {
			return false;
		}
	}
	return true;
}

/* Is it a plain name of a character set, without a suffix that changes how iconv works? */
static bool
is_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!slice_is_alpha(name.p[i]) && !slice_is_digit(name.p[i]) && name.p[i] != '-' &&
			name.p[i] != '_')
			return false;
	return name.n > 0 && name.n <= NAME_MAX_OCTETS;
}

static bool
by_iconv(struct slice from, struct slice to, struct slice text, struct arena *arena,
	struct slice *out)
{
	size_t left = text.n, room = GROWTH * text.n + 64;
	char *made = arena_alloc(arena, room), *end = made;
	char *in = arena_cstr(arena, text); /* iconv's parameter is not const */
	iconv_t cd;
	bool fine;

	if (!is_name(from) || !is_name(to))
		return false;
	cd = iconv_open(arena_cstr(arena, to), arena_cstr(arena, from));
	if (cd == (iconv_t)-1)
		return false;
	fine = iconv(cd, &in, &left, &end, &room) != (size_t)-1 && left == 0 &&
	       iconv(cd, NULL, NULL, &end, &room) != (size_t)-1;
	iconv_close(cd);
	*out = slice_make(made, (size_t)(end - made));
	return fine;
}

bool
diagnose_convert(struct slice from, struct slice to, struct slice text, struct arena *arena,
	struct slice *out)
{
	enum simple a = simple_of(from), b = simple_of(to);
	struct buf made;

	if (a == OTHER || b == OTHER)
		return by_iconv(from, to, text, arena, out);
	*out = text;
	if ((a == UTF8 && !is_utf8(text)) || (a == ASCII && !slice_is_ascii(text)))
		return false;
	if (a == b || slice_is_ascii(text))
		return true;
	buf_init(&made, arena, 2 * text.n + 1);
	if (b == ASCII)
		return false;
	if (b == UTF8)
		latin1_to_utf8(text, &made);
	else if (!utf8_to_latin1(text, &made))
		return false;
	*out = buf_slice(&made);
	return true;
}

/* Encoded words */

/*
 * Decodes the encoded word at the start of *at, which then begins after it; false if it is
 * malformed.
 */
static bool
take_word(struct slice *at, struct arena *arena, struct slice *charset, struct slice *text)
{
	struct slice rest = slice_from(*at, 2), coded, bytes;
	size_t n = slice_find(rest, '?'), end;
	struct buf plain;
	char coding;

	*charset = slice_head(rest, n);
	rest = slice_from(rest, n + 1);
	if (rest.n < 4 || rest.p[1] != '?')
		return false;
	coding = slice_lower(rest.p[0]);
	rest = slice_from(rest, 2);
	end = slice_find(rest, '?');
	if (end + 1 >= rest.n || rest.p[end + 1] != '=')
		return false;
	coded = slice_head(rest, end);
	*at = slice_from(rest, end + 2);
	if (coding == 'b') {
		if (base64_decode(coded, arena, &bytes) != ST_OK)
			return false;
	} else if (coding == 'q') {
		buf_init(&plain, arena, coded.n);
		for (size_t i = 0; i < coded.n; i++) {
			int high = i + 2 < coded.n ? slice_hex_digit(coded.p[i + 1]) : -1;
			int low = high >= 0 ? slice_hex_digit(coded.p[i + 2]) : -1;

			if (coded.p[i] == '=' && low >= 0) {
				buf_addc(&plain, (char)(high * 16 + low));
				i += 2;
			} else {
				buf_addc(&plain, coded.p[i] == '_' ? ' ' : coded.p[i]);
			}
		}
		bytes = buf_slice(&plain);
	} else {
		return false;
	}
	n = slice_find(*charset, '*'); /* RFC 2231 5: a language */
	*charset = slice_head(*charset, n);
	return diagnose_convert(*charset, SLICE("utf-8"), bytes, arena, text);
}

bool
diagnose_words_decode(
	struct slice value, struct arena *arena, struct slice *text, struct slice *charset)
{
	struct slice rest = value, one, word;
	bool any = false, after_word = false;
	struct buf out;

	buf_init(&out, arena, 6 * value.n + 16);
	*charset = SLICE("");
	while (rest.n > 0) {
		struct slice gap = rest;

		while (rest.n > 0 && slice_is_blank(rest.p[0]))
			rest = slice_from(rest, 1);
		gap = slice_head(gap, gap.n - rest.n);
		if (slice_starts(rest, SLICE("=?"))) {
			if (!take_word(&rest, arena, &one, &word))
				return false;
			if (!after_word)
				buf_add(&out, gap);
			buf_add(&out, word);
			*charset = any ? *charset : one;
			any = after_word = true;
			continue;
		}
		buf_add(&out, gap);
		for (after_word = false; rest.n > 0 && !slice_is_blank(rest.p[0]);
			rest = slice_from(rest, 1)) {
			if (slice_starts(rest, SLICE("=?")))
				break;
			buf_addc(&out, rest.p[0]);
		}
	}
	*text = buf_slice(&out);
	return any && !out.over;
}

/* RFC 2047 4.2, 5 (3): may Q leave the octet as it is? */
static bool
q_plain(const struct word_style *style, unsigned char c)
{
	if (slice_is_alpha((char)c) || slice_is_digit((char)c))
		return true;
	if (style->loose)
		return c > ' ' && c < 127 && strchr("=?_", c) == NULL;
	return strchr("!*+-/", c) != NULL && c != '\0';
}

/* Adds text, which is UTF-8, as one encoded word; false if the character set lacks a character. */
static bool
encode_word(const struct word_style *style, struct slice text, struct arena *arena, struct buf *out)
{
	struct slice bytes;

	if (!diagnose_convert(SLICE("utf-8"), slice_str(style->charset), text, arena, &bytes))
		return false;
	buf_addf(out, "=?%s?%c?", style->charset, style->coding);
	if (slice_lower(style->coding) == 'b') {
		buf_add(out, base64_encode(bytes, arena));
	} else {
		for (size_t i = 0; i < bytes.n; i++) {
			unsigned char c = (unsigned char)bytes.p[i];

			if (c == ' ')
				buf_addc(out, '_');
			else if (q_plain(style, c))
				buf_addc(out, (char)c);
			else
				buf_addf(out, "=%02X", c);
		}
	}
	buf_adds(out, "?=");
	return true;
}

/* Sets ends to the offsets at which the characters of text end; returns their number. */
static size_t
characters(struct slice text, size_t ends[TEXT_MAX + 1])
{
	size_t n = 0;

	for (size_t i = 1; i <= text.n; i++)
		if (i == text.n || ((unsigned char)text.p[i] & 0xC0) != 0x80)
			ends[n++] = i;
	return n;
}

/*
 * Returns how many of the characters from..n fit into one encoded word of limit octets (0: no
 * limit); at least one.
 */
static size_t
fitting(const struct word_style *style, struct slice text, const size_t *ends, size_t from,
	size_t n, unsigned limit, struct arena *arena)
{
	size_t begin = from > 0 ? ends[from - 1] : 0, low = 1, high = n - from;

	while (limit != 0 && low < high) {
		size_t middle = low + (high - low + 1) / 2;
		struct buf word;

		buf_init(&word, arena, WORD_MAX);
		if (!encode_word(style,
			    slice_from(slice_head(text, ends[from + middle - 1]), begin), arena,
			    &word) ||
			word.over || word.n > limit)
			high = middle - 1;
		else
			low = middle;
	}
	return limit == 0 ? n - from : low;
}

static bool
encode(const struct word_style *style, struct slice text, struct arena *arena, struct slice *value)
{
	size_t ends[TEXT_MAX + 1], n, at = 0;
	unsigned limit = style->first;
	struct arena scratch;
	struct buf out;
	bool fine = true;

	if (text.n == 0 || text.n > TEXT_MAX)
		return false;
	arena_init(&scratch, arena->oom, arena->oom_arg);
	n = characters(text, ends);
	buf_init(&out, &scratch, WORD_MAX);
	while (fine && at < n) {
		size_t take = fitting(style, text, ends, at, n, limit, &scratch);
		size_t begin = at > 0 ? ends[at - 1] : 0;

		buf_adds(&out, at > 0 ? "\r\n " : "");
		at += take;
		fine = encode_word(
			style, slice_from(slice_head(text, ends[at - 1]), begin), &scratch, &out);
		limit = style->next;
	}
	*value = arena_dup(arena, buf_slice(&out));
	fine = fine && !out.over;
	arena_clear(&scratch);
	return fine;
}

static void
one_word_option(const struct diagnose_head *head, struct diagnose_choice *choice, unsigned cost,
	size_t at, const struct diagnose_worded *worded, struct slice value,
	const struct diagnose_change *change)
{
	struct diagnose_option *option;
	struct buf text;

	buf_init(&text, head->arena, worded->before.n + value.n + worded->after.n);
	buf_add(&text, worded->before);
	buf_add(&text, value);
	buf_add(&text, worded->after);
	option = diagnose_replace(head, choice, cost, at, buf_slice(&text));
	if (option == NULL)
		return;
	if (change != NULL && change->text.n > 0)
		diagnose_option_change(option, change->kind, change->field, change->text);
	else
		diagnose_option_change(option, DIAGNOSE_FIELD_FORM, head->fields[at].name,
			slice_trim(buf_slice(&text)));
}

/* Adds options for all codings in one character set. */
static void
charset_options(const struct diagnose_head *head, struct diagnose_choice *choice, unsigned cost,
	size_t at, const struct diagnose_worded *worded, const char *charset,
	const struct diagnose_change *change)
{
	static const char codings[] = "BQbq";
	const unsigned name = (unsigned)head->fields[at].name.n + 2;
	const struct word_style splits[] = {
		{.first = WORD, .next = WORD}, {.first = WORD + 1 - name, .next = WORD}, {0}};
	struct slice value;

	if (charset[0] == '\0' || name > WORD / 2 ||
		!diagnose_convert(
			SLICE("utf-8"), slice_str(charset), worded->text, head->arena, &value))
		return;
	for (const char *coding = codings; *coding != '\0'; coding++)
		for (int k = 0; k < 6; k++) {
			struct word_style style = splits[k / 2];

			style.charset = charset;
			style.coding = *coding;
			style.loose = k % 2 == 1;
			if (style.loose && slice_lower(*coding) == 'b')
				continue;
			if (encode(&style, worded->text, head->arena, &value))
				one_word_option(head, choice, cost + (k < 2 ? 0 : 1), at, worded,
					value, change);
		}
}

void
diagnose_word_options(const struct diagnose_head *head, struct diagnose_choice *choice,
	unsigned cost, size_t at, const struct diagnose_worded *worded,
	const struct diagnose_change *change)
{
	static const char *const charsets[] = {"UTF-8", "utf-8", "ISO-2022-JP", "iso-2022-jp",
		"ISO-8859-1", "iso-8859-1", "Windows-1252", "windows-1252"};

	one_word_option(head, choice, cost, at, worded, worded->text, change);
	if (slice_is_printable(worded->text) || worded->text.n > TEXT_MAX)
		return;
	charset_options(head, choice, cost + 1, at, worded,
		arena_cstr(head->arena, worded->charset), change);
	for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++)
		charset_options(
			head, choice, cost + (i < 4 ? 1 : 2), at, worded, charsets[i], change);
}

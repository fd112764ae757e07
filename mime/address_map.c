#include "mime/address_map.h"

#include "mime/address_lex.h"
#include "mime/scan.h"

/* Families of character sets, by what an octet may mean. */
enum { UTF8 = 1, SINGLE = 2, EAST = 4, ISO_2022_JP = 8, RAW = 16 };

/* name: a prefix of the charset's name in lower case (RFC 2978) */
static const struct charset {
	struct slice name;
	unsigned kind;
} charsets[] = {
	{SLICE_INIT("utf-8"), UTF8},
	{SLICE_INIT("utf8"), UTF8},
	{SLICE_INIT("us-ascii"), SINGLE},
	{SLICE_INIT("ascii"), SINGLE},
	{SLICE_INIT("iso-8859-"), SINGLE},
	{SLICE_INIT("iso8859-"), SINGLE},
	{SLICE_INIT("iso_8859-"), SINGLE},
	{SLICE_INIT("latin"), SINGLE},
	{SLICE_INIT("windows-125"), SINGLE},
	{SLICE_INIT("windows-874"), SINGLE},
	{SLICE_INIT("cp125"), SINGLE},
	{SLICE_INIT("koi8-"), SINGLE},
	{SLICE_INIT("tis-620"), SINGLE},
	{SLICE_INIT("macintosh"), SINGLE},
	{SLICE_INIT("gb2312"), EAST},
	{SLICE_INIT("gbk"), EAST},
	{SLICE_INIT("gb18030"), EAST},
	{SLICE_INIT("big5"), EAST},
	{SLICE_INIT("shift_jis"), EAST},
	{SLICE_INIT("shift-jis"), EAST},
	{SLICE_INIT("sjis"), EAST},
	{SLICE_INIT("windows-31j"), EAST},
	{SLICE_INIT("cp932"), EAST},
	{SLICE_INIT("euc-jp"), EAST},
	{SLICE_INIT("euc-kr"), EAST},
	{SLICE_INIT("ks_c_5601"), EAST},
	{SLICE_INIT("cp949"), EAST},
	{SLICE_INIT("iso-2022-jp"), ISO_2022_JP},
};

/* Characters displayed as `@` or dots: by NFKC, as IDNA dots (RFC 3490 3.1), in overlong forms. */
static const struct mapping {
	unsigned kinds;
	struct slice from; /* if last is not 0, a range: its final octet goes up to last */
	unsigned char last;
	const char *to;
} mappings[] = {
	{UTF8, SLICE_INIT("\xef\xbc\xa0"), 0, "@"},
	{UTF8, SLICE_INIT("\xef\xb9\xab"), 0, "@"},
	{UTF8 | RAW, SLICE_INIT("\xc1\x80"), 0, "@"},
	{UTF8 | RAW, SLICE_INIT("\xe0\x81\x80"), 0, "@"},
	{UTF8, SLICE_INIT("\xe2\x80\xa4"), 0, "."},
	{UTF8, SLICE_INIT("\xe2\x80\xa5"), 0, ".."},
	{UTF8, SLICE_INIT("\xe2\x80\xa6"), 0, "..."},
	{UTF8, SLICE_INIT("\xe2\x92\x88"), 0x9b, "1."},
	{UTF8, SLICE_INIT("\xe3\x8f\x82"), 0, "a.m."},
	{UTF8, SLICE_INIT("\xe3\x8f\x87"), 0, "Co."},
	{UTF8, SLICE_INIT("\xe3\x8f\x98"), 0, "p.m."},
	{UTF8, SLICE_INIT("\xef\xb8\x99"), 0, "..."},
	{UTF8, SLICE_INIT("\xef\xb8\xb0"), 0, ".."},
	{UTF8, SLICE_INIT("\xef\xb9\x92"), 0, "."},
	{UTF8, SLICE_INIT("\xef\xbc\x8e"), 0, "."},
	{UTF8, SLICE_INIT("\xf0\x9f\x84\x80"), 0, "0."},
	{UTF8, SLICE_INIT("\xe3\x80\x82"), 0, "."},
	{UTF8, SLICE_INIT("\xef\xbd\xa1"), 0, "."},
	{EAST | RAW, SLICE_INIT("\x81\x97"), 0, "@"}, /* Shift JIS */
	{EAST | RAW, SLICE_INIT("\xa1\xf7"), 0, "@"}, /* EUC-JP */
	{EAST | RAW, SLICE_INIT("\xa3\xc0"), 0, "@"}, /* GB 2312, EUC-KR */
	{EAST | RAW, SLICE_INIT("\xa9\x88"), 0, "@"}, /* GBK */
	{EAST | RAW, SLICE_INIT("\xa2\x49"), 0, "@"}, /* Big5 */
	{EAST | RAW, SLICE_INIT("\xa2\x4e"), 0, "@"},
	{EAST | RAW, SLICE_INIT("\x81\x44"), 0, "."},
	{EAST | RAW, SLICE_INIT("\x81\x42"), 0, "."},
	{EAST | RAW, SLICE_INIT("\xa1\xa5"), 0, "."},
	{EAST | RAW, SLICE_INIT("\xa1\xa3"), 0, "."},
	{EAST | RAW, SLICE_INIT("\xa3\xae"), 0, "."},
	{EAST | RAW, SLICE_INIT("\xa9\x71"), 0, "."},
	{EAST | RAW, SLICE_INIT("\xa1\x44"), 0, "."},
	{EAST | RAW, SLICE_INIT("\xa1\x43"), 0, "."},
	{EAST | RAW, SLICE_INIT("\xa1\x4f"), 0, "."},
};

struct mapper {
	struct buf *out;
	struct buf text; /* decoded octets that are not mapped yet */
	unsigned kind;   /* their family of character sets */
};

static bool
is_alnum(char c)
{
	return slice_is_alpha(c) || slice_is_digit(c);
}

static const struct mapping *
find_mapping(struct slice s, unsigned kind)
{
	for (size_t i = 0; i < sizeof mappings / sizeof *mappings; i++) {
		const struct mapping *m = &mappings[i];
		size_t n = m->from.n;
		unsigned char last = (unsigned char)m->from.p[n - 1], end = m->last;

		if ((m->kinds & kind) == 0 || s.n < n ||
			!slice_eq(slice_head(s, n - 1), slice_head(m->from, n - 1)) ||
			(unsigned char)s.p[n - 1] < last ||
			(unsigned char)s.p[n - 1] > (end > 0 ? end : last))
			continue;
		if (kind != RAW || (s.n > n && is_alnum(s.p[n])))
			return m;
	}
	return NULL;
}

static void
map_octets(struct slice s, unsigned kind, struct buf *out)
{
	while (s.n > 0) {
		const struct mapping *m = (s.p[0] & 0x80) != 0 ? find_mapping(s, kind) : NULL;

		if (m != NULL)
			buf_adds(out, m->to);
		else
			buf_addc(out, s.p[0]);
		s = slice_from(s, m != NULL ? m->from.n : 1);
	}
}

/*
 * Maps ISO-2022-JP text (RFC 1468). false if an escape sequence is not one of that charset's, or if
 * the text ends in two-byte mode.
 */
static bool
map_iso_2022_jp(struct slice s, struct buf *out)
{
	bool wide = false;

	while (s.n > 0) {
		if (s.p[0] == '\x1b') {
			if (s.n < 3 || !((s.p[1] == '$' && (s.p[2] == 'B' || s.p[2] == '@')) ||
					       (s.p[1] == '(' && (s.p[2] == 'B' || s.p[2] == 'J'))))
				return false;
			wide = s.p[1] == '$';
			s = slice_from(s, 3);
		} else if (wide) {
			bool dot = s.n >= 2 && (s.p[1] == '%' || s.p[1] == '#');

			if (s.n < 2)
				return false;
			if (s.p[0] == '!' && (s.p[1] == 'w' || dot))
				buf_addc(out, dot ? '.' : '@');
			else
				buf_addc(out, '\xff');
			s = slice_from(s, 2);
		} else {
			buf_addc(out, s.p[0]);
			s = slice_from(s, 1);
		}
	}
	return !wide;
}

static bool
flush(struct mapper *m)
{
	struct slice text = buf_slice(&m->text);
	bool ok = true;

	for (size_t i = 0; i + 1 < text.n; i++)
		if (text.p[i] == '=' && text.p[i + 1] == '?')
			return false;
	if (m->kind == ISO_2022_JP)
		ok = map_iso_2022_jp(text, m->out);
	else
		map_octets(text, m->kind, m->out);
	m->text.n = 0;
	return ok;
}

/* RFC 2047 4.2 */
static void
decode_q(struct slice s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n ? slice_hex_digit(s.p[i + 1]) : -1;
		int low = i + 2 < s.n ? slice_hex_digit(s.p[i + 2]) : -1;

		if (s.p[i] == '=' && high >= 0 && low >= 0) {
			buf_addc(out, (char)(high * 16 + low));
			i += 2;
		} else {
			buf_addc(out, s.p[i] == '_' ? ' ' : s.p[i]);
		}
	}
}

static int
base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (slice_is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 2047 4.1; false if decoders would differ: other characters, text after the padding */
static bool
decode_b(struct slice s, struct buf *out)
{
	unsigned bits = 0, held = 0;

	while (s.n > 0 && s.p[s.n - 1] == '=')
		s.n--;
	for (size_t i = 0; i < s.n; i++) {
		int digit = base64_digit(s.p[i]);

		if (slice_is_blank(s.p[i]))
			continue;
		if (digit < 0)
			return false;
		held = (held << 6 | (unsigned)digit) & 0xfff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_addc(out, (char)(unsigned char)(held >> bits & 0xff));
		}
	}
	return true;
}

static unsigned
charset_kind(struct slice name)
{
	const struct charset *set = charsets, *end = set + sizeof charsets / sizeof *charsets;

	name = slice_head(name, slice_find(name, '*')); /* RFC 2231 5: a language follows */
	while (set < end && !slice_istarts(name, set->name))
		set++;
	if (set == end || (set->kind == UTF8 && name.n > set->name.n))
		return 0;
	for (size_t i = 0; i < name.n; i++)
		if (!is_alnum(name.p[i]) && name.p[i] != '-' && name.p[i] != '_')
			return 0;
	return set->kind;
}

/* adjacent: only white space separates word from the previous encoded word */
static bool
map_word(struct mapper *m, const struct address_word *word, bool adjacent, bool joined)
{
	unsigned kind = charset_kind(word->charset);

	if (kind == 0)
		return false;
	if (!(adjacent && joined && kind == m->kind) && !flush(m))
		return false;
	if (adjacent && !joined)
		buf_addc(m->out, ADDRESS_SEAM);
	m->kind = kind;
	if (slice_lower(word->coding) == 'b')
		return decode_b(word->text, &m->text);
	decode_q(word->text, &m->text);
	return slice_lower(word->coding) == 'q';
}

static bool
is_utf8(struct slice s)
{
	while (s.n > 0)
		if ((s.p[0] & 0x80) == 0)
			s = slice_from(s, 1);
		else if (!scan_utf8_non_ascii(&s))
			return false;
	return true;
}

bool
address_map(struct slice value, bool joined, struct buf *out)
{
	struct mapper m = {.out = out, .kind = SINGLE};
	unsigned raw = is_utf8(value) ? UTF8 : RAW;
	bool after_word = false;
	size_t at = 0;

	buf_init(&m.text, out->arena, value.n);
	while (at < value.n) {
		struct slice rest = slice_from(value, at);
		struct address_word word;
		size_t n = 0;

		if (address_word_at(value, at, &word)) {
			if (!map_word(&m, &word, after_word, joined))
				return false;
			at = word.end;
			after_word = true;
			continue;
		}
		/* text up to the next encoded word, possibly only white space */
		while (n < rest.n && !(rest.p[n] == '=' && n + 1 < rest.n && rest.p[n + 1] == '?'))
			n++;
		at += n;
		if (n == 0)
			return false; /* `=?` that begins no encoded word */
		if (after_word && at < value.n && slice_trim(slice_head(rest, n)).n == 0)
			continue;
		if (!flush(&m))
			return false;
		map_octets(slice_head(rest, n), raw, out);
		after_word = false;
	}
	return flush(&m);
}

static bool
is_part_of_name(char c)
{
	return is_alnum(c) || c == '-' || c == '_' || (c & 0x80) != 0;
}

static bool
has_at_or_name(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '@')
			return true;
		if (s.p[i] == '.' && i > 0 && i + 1 < s.n && is_part_of_name(s.p[i - 1]) &&
			is_part_of_name(s.p[i + 1]))
			return true;
	}
	return false;
}

bool
address_names_nobody(struct slice value, struct arena *arena)
{
	struct buf out;

	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] == '@' || value.p[i] == 127 ||
			((value.p[i] & 0xe0) == 0 && !slice_is_blank(value.p[i])))
			return false;
	for (int joined = 0; joined <= 1; joined++) {
		buf_init(&out, arena, value.n * 2);
		if (!address_map(value, joined != 0, &out) || out.over ||
			has_at_or_name(buf_slice(&out)))
			return false;
	}
	return true;
}

#include "mime/scan.h"

#include <string.h>

enum { MAX_COMMENT_DEPTH = 20 };

static bool
is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

/* printable US-ASCII without the space: VCHAR of RFC 5234 B.1 */
static bool
is_vchar(char c)
{
	return c >= 33 && c <= 126;
}

/* RFC 5322 3.2.3 */
static bool
is_atext(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return true;
	return is_vchar(c) && memchr("!#$%&'*+-/=?^_`{|}~", c, 19) != NULL;
}

/* RFC 2045 5.1 */
static bool
is_token_char(char c)
{
	return is_vchar(c) && memchr("()<>@,;:\\\"/[]?=", c, 15) == NULL;
}

bool
scan_char(struct slice *at, char c)
{
	if (at->n == 0 || at->p[0] != c)
		return false;
	*at = slice_from(*at, 1);
	return true;
}

bool
scan_word(struct slice *at, struct slice word)
{
	if (!slice_istarts(*at, word))
		return false;
	*at = slice_from(*at, word.n);
	return true;
}

bool
scan_number(struct slice *at, unsigned long long max, unsigned long long *value)
{
	unsigned long long sum = 0;
	size_t i;

	for (i = 0; i < at->n && at->p[i] >= '0' && at->p[i] <= '9'; i++) {
		unsigned digit = (unsigned)(at->p[i] - '0');

		if (sum > max / 10 || digit > max - sum * 10)
			return false;
		sum = sum * 10 + digit;
	}
	if (i == 0)
		return false;
	*value = sum;
	*at = slice_from(*at, i);
	return true;
}

bool
scan_wsp(struct slice *at)
{
	size_t i = 0;

	while (i < at->n && is_wsp(at->p[i]))
		i++;
	*at = slice_from(*at, i);
	return i > 0;
}

bool
scan_fws(struct slice *at)
{
	const char *p = at->p;
	size_t n = at->n, i = 0;

	for (;;) {
		size_t eol = 0;

		while (i < n && is_wsp(p[i]))
			i++;
		if (i < n && p[i] == '\n')
			eol = 1;
		else if (n - i >= 2 && p[i] == '\r' && p[i + 1] == '\n')
			eol = 2;
		if (eol == 0 || i + eol >= n || !is_wsp(p[i + eol]))
			break;
		i += eol;
	}
	if (i > 0)
		*at = slice_from(*at, i);
	return i > 0;
}

/*
 * quoted-pair (RFC 5322 3.2.1, RFC 6532 3.2); a backslash before a control character or NUL is not
 * one
 */
static bool
scan_quoted_pair(struct slice *at, bool utf8)
{
	struct slice s = slice_from(*at, 1);

	if (at->n < 2 || at->p[0] != '\\')
		return false;
	if (is_vchar(s.p[0]) || is_wsp(s.p[0]))
		s = slice_from(s, 1);
	else if (!utf8 || !scan_utf8_non_ascii(&s))
		return false;
	*at = s;
	return true;
}

static bool
scan_nested(struct slice *at, size_t max_depth)
{
	struct slice s = *at;
	size_t depth = 0;

	if (s.n == 0 || s.p[0] != '(')
		return false;
	do {
		if (scan_fws(&s) || scan_quoted_pair(&s, true) || scan_utf8_non_ascii(&s))
			continue;
		if (s.n == 0 || !is_vchar(s.p[0]) || s.p[0] == '\\')
			return false;
		if (s.p[0] == '(' && ++depth > max_depth)
			return false;
		if (s.p[0] == ')')
			depth--;
		s = slice_from(s, 1);
	} while (depth > 0);
	*at = s;
	return true;
}

bool
scan_comment(struct slice *at)
{
	return scan_nested(at, MAX_COMMENT_DEPTH);
}

bool
scan_is_deep_comment(struct slice at)
{
	struct slice again = at;

	return !scan_comment(&at) && scan_nested(&again, again.n);
}

bool
scan_cfws(struct slice *at)
{
	bool any = false;

	while (scan_fws(at) || scan_comment(at))
		any = true;
	return any;
}

bool
scan_atom(struct slice *at, bool utf8, struct slice *out)
{
	struct slice s = *at;

	while (s.n > 0) {
		if (is_atext(s.p[0]))
			s = slice_from(s, 1);
		else if (!utf8 || !scan_utf8_non_ascii(&s))
			break;
	}
	if (s.n == at->n)
		return false;
	*out = slice_head(*at, at->n - s.n);
	*at = s;
	return true;
}

bool
scan_dot_atom(struct slice *at, bool utf8, struct slice *out)
{
	struct slice s = *at, atom, more;

	if (!scan_atom(&s, utf8, &atom))
		return false;
	for (more = s; scan_char(&more, '.') && scan_atom(&more, utf8, &atom); s = more)
		continue;
	*out = slice_head(*at, at->n - s.n);
	*at = s;
	return true;
}

bool
scan_quoted_string(struct slice *at, bool utf8, struct slice *out)
{
	struct slice s = *at, text;

	if (!scan_char(&s, '"'))
		return false;
	text = s;
	while (s.n > 0 && s.p[0] != '"') {
		if (scan_fws(&s))
			continue;
		if (s.p[0] == '\\') {
			if (!scan_quoted_pair(&s, utf8))
				return false;
		} else if (is_vchar(s.p[0])) {
			s = slice_from(s, 1);
		} else if (!utf8 || !scan_utf8_non_ascii(&s)) {
			return false;
		}
	}
	text.n -= s.n;
	if (!scan_char(&s, '"'))
		return false;
	*out = text;
	*at = s;
	return true;
}

void
scan_until(struct slice *at, const char *ends)
{
	struct slice quoted;
	bool closed = true;

	while (at->n > 0 && (at->p[0] == '\0' || strchr(ends, at->p[0]) == NULL)) {
		if (at->p[0] == '"' && closed) {
			closed = scan_quoted_string(at, true, &quoted);
			if (closed)
				continue;
		}
		*at = slice_from(*at, 1);
	}
}

bool
scan_token(struct slice *at, struct slice *out)
{
	size_t i = 0;

	while (i < at->n && is_token_char(at->p[i]))
		i++;
	if (i == 0)
		return false;
	*out = slice_head(*at, i);
	*at = slice_from(*at, i);
	return true;
}

/* RFC 3629 4: no overlong form, no surrogate, nothing over U+10FFFF */
bool
scan_utf8_non_ascii(struct slice *at)
{
	const unsigned char *u = (const unsigned char *)at->p;
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (at->n < 2 || u[0] < 0xc2 || u[0] > 0xf4)
		return false;
	n = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	if (u[0] == 0xe0)
		low = 0xa0;
	else if (u[0] == 0xed)
		high = 0x9f;
	else if (u[0] == 0xf0)
		low = 0x90;
	else if (u[0] == 0xf4)
		high = 0x8f;
	if (at->n < n || u[1] < low || u[1] > high)
		return false;
	for (size_t i = 2; i < n; i++)
		if (u[i] < 0x80 || u[i] > 0xbf)
			return false;
	*at = slice_from(*at, n);
	return true;
}

/* sixteen octets at once; the comparison of two vectors gives 0 or all ones in each octet */
typedef unsigned char octets16 __attribute__((vector_size(16)));
typedef unsigned long long halves __attribute__((vector_size(16)));

size_t
scan_printable_run(struct slice s, unsigned char first)
{
	const unsigned char span = (unsigned char)('~' - first);
	size_t n = 0;

	for (; s.n - n >= sizeof(octets16); n += sizeof(octets16)) {
		octets16 v;
		halves outside;

		memcpy(&v, s.p + n, sizeof v);
		outside = (halves)(v - first > (octets16){0} + span);
		if ((outside[0] | outside[1]) != 0)
			break;
	}
	while (n < s.n && (unsigned char)((unsigned char)s.p[n] - first) <= span)
		n++;
	return n;
}

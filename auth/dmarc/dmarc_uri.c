/* dmarc_uri.c: the syntax of a reporting URI, as far as RFC 3986 defines it for every scheme. */
#include "auth/dmarc/dmarc_uri.h"

struct slice
dmarc_trim(struct slice s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = slice_from(s, 1);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

struct slice
dmarc_cut(struct slice *rest, char separator)
{
	size_t at = slice_find(*rest, separator);
	struct slice piece = dmarc_trim(slice_head(*rest, at));

	*rest = slice_from(*rest, at + 1);
	return piece;
}

static bool
is_alpha(char c)
{
	return slice_lower(c) >= 'a' && slice_lower(c) <= 'z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (slice_lower(c) >= 'a' && slice_lower(c) <= 'f');
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/*
 * Does s consist only of these (RFC 3986 2.1 to 2.3): unreserved, pct-encoded, sub-delims other
 * than '!' and ',', and the characters in more?
 */
static bool
only(struct slice s, const char *more)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%') {
			if (s.n - i < 3 || !is_hex(s.p[i + 1]) || !is_hex(s.p[i + 2]))
				return false;
			i += 2;
		} else if (!is_alpha(s.p[i]) && !is_digit(s.p[i]) &&
			   !is_one_of(s.p[i], "-._~$&'()*+;=") && !is_one_of(s.p[i], more)) {
			return false;
		}
	}
	return true;
}

/* RFC 3986 3.1 */
static bool
scheme_valid(struct slice scheme)
{
	if (scheme.n == 0 || !is_alpha(scheme.p[0]))
		return false;
	for (size_t i = 1; i < scheme.n; i++)
		if (!is_alpha(scheme.p[i]) && !is_digit(scheme.p[i]) &&
			!is_one_of(scheme.p[i], "+-."))
			return false;
	return true;
}

/* RFC 3986 3.2: [ userinfo "@" ] host [ ":" port ]; the inside of a literal is not examined */
static bool
authority_valid(struct slice authority)
{
	size_t at = slice_find(authority, '@');
	struct slice host = authority;

	if (at < authority.n) {
		if (!only(slice_head(authority, at), ":"))
			return false;
		host = slice_from(authority, at + 1);
	}
	size_t close = slice_find(host, ']');
	size_t colon = slice_find(host, ':');
	if (host.n > 0 && host.p[0] == '[') {
		struct slice literal = slice_from(slice_head(host, close), 1);
		if (close == host.n || literal.n == 0 || !only(literal, ":"))
			return false;
		if (close + 1 < host.n && host.p[close + 1] != ':')
			return false;
		colon = close + 1;
	} else if (!only(slice_head(host, colon), "")) {
		return false;
	}
	struct slice port = slice_from(host, colon + 1);
	for (size_t i = 0; i < port.n; i++)
		if (!is_digit(port.p[i]))
			return false;
	return true;
}

/* RFC 9989 4.8: obs-dmarc-report-size without its '!' */
static bool
size_valid(struct slice size)
{
	size_t digits = 0;

	while (digits < size.n && is_digit(size.p[digits]))
		digits++;
	return digits > 0 &&
	       (digits == size.n ||
		       (digits + 1 == size.n && is_one_of(slice_lower(size.p[digits]), "kmgt")));
}

bool
dmarc_uri_valid(struct slice uri)
{
	size_t bang = slice_find(uri, '!');

	if (bang < uri.n && !size_valid(slice_from(uri, bang + 1)))
		return false;
	uri = slice_head(uri, bang);

	size_t colon = slice_find(uri, ':');
	if (colon == uri.n || !scheme_valid(slice_head(uri, colon)))
		return false;
	struct slice rest = slice_from(uri, colon + 1);
	size_t hash = slice_find(rest, '#');
	if (!only(slice_from(rest, hash + 1), ":@/?"))
		return false;
	rest = slice_head(rest, hash);
	size_t question = slice_find(rest, '?');
	if (!only(slice_from(rest, question + 1), ":@/?"))
		return false;
	rest = slice_head(rest, question);
	if (slice_starts(rest, SLICE("//"))) {
		struct slice authority = slice_from(rest, 2);
		size_t path = slice_find(authority, '/');
		if (!authority_valid(slice_head(authority, path)))
			return false;
		rest = slice_from(authority, path);
	}
	return only(rest, ":@/");
}

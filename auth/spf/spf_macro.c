#include "auth/base/domain.h"
#include "auth/spf/spf.h"
#include "mime/buf.h"
#include "mime/scan.h"

enum { EXPANSION_MAX = 8192 };

static const char hex_lower[] = "0123456789abcdef", hex_upper[] = "0123456789ABCDEF";

struct macro {
	char letter; /* lower case; '%', '_' or '-' for the forms without braces */
	bool escape; /* upper-case letter: the value is URL-escaped (RFC 7208 7.3) */
	bool reverse;
	size_t parts;            /* 0: all */
	struct slice delimiters; /* empty: "." is the delimiter */
	bool split;
};

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* RFC 7208 7.1: *DIGIT. A large number is capped to one that still means "all parts". */
static bool
scan_parts(struct slice *at, struct macro *macro)
{
	size_t value = 0;

	if (at->n == 0 || !slice_is_digit(at->p[0]))
		return true;
	for (; at->n > 0 && slice_is_digit(at->p[0]); *at = slice_from(*at, 1))
		if (value < (size_t)EXPANSION_MAX * 10)
			value = value * 10 + (size_t)(at->p[0] - '0');
	macro->parts = value;
	macro->split = true;
	return value > 0; /* RFC 7208 7.3: must be nonzero */
}

/* Parses what follows a '%'; exp: %{c}, %{r} and %{t} are allowed (RFC 7208 7.2). */
static bool
scan_macro(struct slice *at, bool exp, struct macro *macro)
{
	size_t n = 0;

	*macro = (struct macro){.parts = 0};
	if (at->n == 0)
		return false;
	macro->letter = slice_lower(at->p[0]);
	*at = slice_from(*at, 1);
	if (is_one_of(macro->letter, "%_-"))
		return true;
	if (macro->letter != '{' || at->n == 0)
		return false;
	macro->letter = slice_lower(at->p[0]);
	macro->escape = macro->letter != at->p[0];
	if (!is_one_of(macro->letter, exp ? "slodipvhcrt" : "slodipvh"))
		return false;
	*at = slice_from(*at, 1);
	if (!scan_parts(at, macro))
		return false;
	if (scan_char(at, 'r') || scan_char(at, 'R'))
		macro->reverse = macro->split = true;
	while (n < at->n && is_one_of(at->p[n], ".-+,/_="))
		n++;
	macro->delimiters = slice_head(*at, n);
	macro->split = macro->split || n > 0;
	*at = slice_from(*at, n);
	return scan_char(at, '}');
}

bool
spf_macro_check(struct slice text, bool exp, size_t *literals)
{
	struct macro macro;

	*literals = 0;
	while (text.n > 0) {
		char c = text.p[0];
		text = slice_from(text, 1);
		if (c == '%') {
			if (!scan_macro(&text, exp, &macro))
				return false;
			*literals = 0;
		} else if ((c > ' ' && c <= '~') || (exp && c == ' ')) {
			++*literals; /* RFC 7208 7.1 macro-literal; 6.2 explain-string */
		} else {
			return false;
		}
	}
	return true;
}

bool
spf_macro_needs_p(struct slice text)
{
	struct macro macro;

	for (;;) {
		text = slice_from(text, slice_find(text, '%'));
		if (!scan_char(&text, '%') || !scan_macro(&text, true, &macro))
			return false;
		if (macro.letter == 'p')
			return true;
	}
}

/* %{i}: dotted quad, or the 32 nibbles of an IPv6 address (RFC 7208 7.3) */
static struct slice
dotted(const struct ip *ip, struct arena *arena)
{
	char *p;

	if (ip->family != 6)
		return ip_text(ip, arena);
	p = arena_alloc(arena, 64);
	for (size_t i = 0; i < 16; i++) {
		p[4 * i] = hex_lower[ip->bytes[i] >> 4];
		p[4 * i + 1] = '.';
		p[4 * i + 2] = hex_lower[ip->bytes[i] & 15];
		p[4 * i + 3] = '.';
	}
	return slice_make(p, 63);
}

static struct slice
decimal(int64_t value, struct arena *arena)
{
	struct buf buf;

	buf_init(&buf, arena, 32);
	buf_addf(&buf, "%lld", (long long)value);
	return buf_slice(&buf);
}

static struct slice
value_of(char letter, const struct spf_macro_context *context, struct arena *arena)
{
	const struct slice sender = context->sender;
	const size_t at = slice_rfind(sender, '@');

	switch (letter) {
	case 's':
		return sender;
	case 'l':
		return slice_head(sender, at);
	case 'o':
		return slice_from(sender, at + 1);
	case 'd':
		return context->domain;
	case 'i':
		return dotted(context->client, arena);
	case 'p':
		return context->validated;
	case 'v':
		return context->client->family == 6 ? SLICE("ip6") : SLICE("in-addr");
	case 'h':
		return context->helo;
	case 'c':
		return ip_text(context->client, arena);
	case 'r': /* RFC 7208 7.3: "unknown" if the receiver's name is not known */
		return context->receiver.n == 0 ? SLICE("unknown") : context->receiver;
	case 't':
		return decimal(context->now, arena);
	case '_':
		return SLICE(" ");
	case '-':
		return SLICE("%20");
	default:
		return SLICE("%");
	}
}

static void
add_char(struct buf *out, char c, bool escape)
{
	unsigned char byte = (unsigned char)c;

	if (!escape || slice_is_alpha(c) || slice_is_digit(c) || is_one_of(c, "-._~")) {
		buf_addc(out, c); /* RFC 3986 2.3 */
	} else {
		buf_addc(out, '%');
		buf_addc(out, hex_upper[byte >> 4]);
		buf_addc(out, hex_upper[byte & 15]);
	}
}

static bool
is_delimiter(const struct macro *macro, char c)
{
	return macro->delimiters.n == 0 ? c == '.'
					: slice_find(macro->delimiters, c) < macro->delimiters.n;
}

/*
 * The parts of a split value that are kept: the last ones after the reversal (RFC 7208 7.3), so for
 * a reversed value the first ones as written.
 */
static struct slice
kept_parts(const struct macro *macro, struct slice value)
{
	size_t parts = 1;

	if (macro->parts == 0)
		return value;
	if (macro->reverse) {
		for (size_t i = 0; i < value.n; i++)
			if (is_delimiter(macro, value.p[i]) && parts++ == macro->parts)
				return slice_head(value, i);
	} else {
		for (size_t i = value.n; i > 0; i--)
			if (is_delimiter(macro, value.p[i - 1]) && parts++ == macro->parts)
				return slice_from(value, i);
	}
	return value;
}

static void
add_value(struct buf *out, const struct macro *macro, struct slice value)
{
	size_t end;

	if (macro->split)
		value = kept_parts(macro, value);
	if (!macro->reverse) {
		for (size_t i = 0; i < value.n && !out->over; i++)
			add_char(out,
				macro->split && is_delimiter(macro, value.p[i]) ? '.' : value.p[i],
				macro->escape);
		return;
	}
	end = value.n;
	for (size_t i = value.n; !out->over; i--) {
		if (i > 0 && !is_delimiter(macro, value.p[i - 1]))
			continue;
		for (size_t j = i; j < end && !out->over; j++)
			add_char(out, value.p[j], macro->escape);
		if (i == 0)
			return;
		buf_addc(out, '.');
		end = i - 1;
	}
}

/* Truncates an expanded domain-spec: no final dot, at most 253 octets (RFC 7208 7.3). */
static struct slice
cut_name(struct slice name)
{
	if (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	while (name.n > DOMAIN_MAX) {
		size_t dot = slice_find(name, '.');
		if (dot == name.n)
			break; /* a single label that is too long: not a name */
		name = slice_from(name, dot + 1);
	}
	return name;
}

enum status
spf_macro_expand(struct slice text, const struct spf_macro_context *context, bool exp,
	struct arena *arena, struct slice *out)
{
	struct buf buf;
	struct macro macro;
	size_t literals;

	*out = SLICE("");
	if (!spf_macro_check(text, exp, &literals))
		return ST_BAD;
	buf_init(&buf, arena, EXPANSION_MAX);
	while (text.n > 0 && !buf.over) {
		size_t n = slice_find(text, '%');
		buf_add(&buf, slice_head(text, n));
		text = slice_from(text, n);
		if (scan_char(&text, '%') && scan_macro(&text, exp, &macro))
			add_value(&buf, &macro, value_of(macro.letter, context, arena));
	}
	if (buf.over)
		return ST_LIMIT;
	*out = exp ? buf_slice(&buf) : cut_name(buf_slice(&buf));
	return ST_OK;
}

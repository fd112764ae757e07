/*
 * diagnose_links.c: links that a filter rewrote to go through its own site.
 *
 * Most of them carry the original link in a parameter, percent-encoded (Safe Links, Barracuda,
 * Symantec, FireEye, Google); Proofpoint's v2 and v3 have their own schemes.
 */
#include "auth/base/base64.h"
#include "auth/diagnose/diagnose_mime.h"

enum { LINK_MAX = 8192 };

enum way { WAY_NONE, AS_IS, AS_HTML }; /* AS_HTML: an ampersand is written as "&amp;" */

static bool
ends_link(char c)
{
	return slice_is_blank(c) || c == '"' || c == '\'' || c == '<' || c == '>' ||
	       (unsigned char)c < ' ';
}

static size_t
link_length(struct slice text)
{
	size_t n = 0;

	while (n < text.n && n < LINK_MAX && !ends_link(text.p[n]))
		n++;
	return n;
}

static bool
is_web(struct slice s)
{
	return slice_istarts(s, SLICE("http://")) || slice_istarts(s, SLICE("https://"));
}

/*
 * Decodes escaped octets. percent: the character before two hexadecimal digits; false if they are
 * missing.
 */
static bool
unescape(struct slice text, char percent, bool underscores, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == percent) {
			if (text.n - i < 3 || slice_hex_digit(text.p[i + 1]) < 0 ||
				slice_hex_digit(text.p[i + 2]) < 0)
				return false;
			c = (char)(slice_hex_digit(text.p[i + 1]) * 16 +
				   slice_hex_digit(text.p[i + 2]));
			i += 2;
		} else if (underscores && c == '_') {
			c = '/';
		}
		buf_addc(out, c);
	}
	return true;
}

/* The value of the first parameter that contains a link; empty if there is none. */
static struct slice
parameter(struct slice link)
{
	struct slice rest = slice_from(link, slice_find(link, '?'));

	while (rest.n > 1) {
		size_t end;
		struct slice one, value;

		rest = slice_from(rest, 1);
		if (slice_starts(rest, SLICE("amp;")))
			rest = slice_from(rest, 4);
		end = slice_find(rest, '&');
		one = slice_head(rest, end);
		value = slice_from(one, slice_find(one, '=') + 1);
		if (slice_istarts(value, SLICE("http%3A")) ||
			slice_istarts(value, SLICE("https%3A")) || is_web(value) ||
			slice_istarts(value, SLICE("http-3A")) ||
			slice_istarts(value, SLICE("https-3A")))
			return value;
		rest = slice_from(rest, end);
	}
	return SLICE("");
}

/*
 * Proofpoint v3: /v3/__LINK__;CHARACTERS!!...$, where each '*' in LINK stands for one of
 * CHARACTERS, which are in base64.
 */
static bool
unlink_v3(struct slice link, struct arena *arena, struct buf *out)
{
	size_t at = 0, end, k = 0;
	struct slice old, rest, bytes = SLICE("");
	struct buf coded;

	while (at + 6 < link.n && !slice_starts(slice_from(link, at), SLICE("/v3/__")))
		at++;
	old = slice_from(link, at + 6);
	if (!is_web(old))
		return false;
	for (end = 0; end < old.n && !slice_starts(slice_from(old, end), SLICE("__;")); end++)
		continue;
	if (end == old.n)
		return false;
	rest = slice_from(old, end + 3);
	rest = slice_head(rest, slice_find(rest, '!'));
	old = slice_head(old, end);
	buf_init(&coded, arena, rest.n + 4);
	for (size_t i = 0; i < rest.n; i++)
		buf_addc(&coded, rest.p[i] == '-' ? '+' : rest.p[i] == '_' ? '/' : rest.p[i]);
	if (coded.n > 0 && base64_decode(buf_slice(&coded), arena, &bytes) != ST_OK)
		return false;
	for (size_t i = 0; i < old.n; i++)
		buf_addc(out, old.p[i] == '*' && k < bytes.n ? bytes.p[k++] : old.p[i]);
	return true;
}

/* Extracts the original link from a rewritten one. */
static bool
inner_link(struct slice link, struct arena *arena, struct slice *out)
{
	struct slice value = parameter(link), path;
	struct buf made;

	buf_init(&made, arena, link.n);
	if (unlink_v3(link, arena, &made)) {
		*out = buf_slice(&made);
		return true;
	}
	made.n = 0;
	if (value.n == 0) { /* the link is at the end of the path, where Cisco puts it */
		for (path = slice_from(link, 8); path.n > 0; path = slice_from(path, 1))
			if (slice_istarts(path, SLICE("/http%3A")) ||
				slice_istarts(path, SLICE("/https%3A")))
				break;
		value = slice_from(path, 1);
	}
	if (value.n == 0)
		return false;
	if (slice_istarts(value, SLICE("http-3A")) || slice_istarts(value, SLICE("https-3A"))) {
		if (!unescape(value, '-', true, &made))
			return false;
	} else if (!unescape(value, '%', false, &made)) {
		return false;
	}
	*out = buf_slice(&made);
	return is_web(*out);
}

static struct slice
host_of(struct slice link)
{
	size_t n = 0;

	link = slice_from(link, slice_find(link, ':') + 3);
	while (n < link.n && link.p[n] != '/' && link.p[n] != '?')
		n++;
	return slice_head(link, n);
}

/* Adds a link with its ampersands as in HTML, unless they are already "&amp;". */
static void
add_html(struct slice link, struct buf *out)
{
	for (size_t i = 0; i < link.n; i++) {
		buf_addc(out, link.p[i]);
		if (link.p[i] == '&' && !slice_starts(slice_from(link, i), SLICE("&amp;")))
			buf_adds(out, "amp;");
	}
}

bool
diagnose_unlink(struct slice text, int way, bool html, struct buf *out, struct slice *host)
{
	bool changed = false;

	*host = SLICE("");
	while (text.n > 0) {
		size_t n = 0;
		struct slice old;

		if ((text.p[0] == 'h' || text.p[0] == 'H') && is_web(text))
			n = link_length(text);
		if (n == 0) {
			size_t skip = 1; /* skips to the next h */

			while (skip < text.n && text.p[skip] != 'h' && text.p[skip] != 'H')
				skip++;
			buf_add(out, slice_head(text, skip));
			text = slice_from(text, skip);
			continue;
		}
		if (inner_link(slice_head(text, n), out->arena, &old)) {
			if (html && way == AS_HTML)
				add_html(old, out);
			else
				buf_add(out, old);
			if (host->n == 0)
				*host = host_of(slice_head(text, n));
			changed = true;
		} else {
			buf_add(out, slice_head(text, n));
		}
		text = slice_from(text, n);
	}
	return changed && !out->over;
}

void
diagnose_link_options(struct diagnose_plan *plan, struct diagnose_choice *choice)
{
	static const int ways[] = {AS_HTML, AS_IS};
	struct slice host = SLICE("");
	struct arena scratch;
	bool html = false;

	arena_init(&scratch, plan->arena->oom, plan->arena->oom_arg);
	for (size_t i = 0; i < plan->nleaves; i++) {
		const struct diagnose_leaf *leaf = &plan->leaves[i];
		struct slice one;
		struct buf out;

		if (!leaf->text || leaf->decoded.p == NULL)
			continue;
		buf_init(&out, &scratch, 2 * leaf->decoded.n + 16);
		if (!diagnose_unlink(leaf->decoded, AS_IS, leaf->html, &out, &one))
			continue;
		host = host.n > 0 ? host : one;
		html |= leaf->html;
	}
	host = arena_dup(plan->arena, host);
	arena_clear(&scratch);
	for (size_t i = html ? 0 : 1; host.n > 0 && i < 2; i++) {
		struct diagnose_option *option = diagnose_choice_add(choice, 1);

		if (option == NULL)
			return;
		option->way = ways[i];
		diagnose_option_change(option, DIAGNOSE_LINKS, SLICE(""), host);
	}
}

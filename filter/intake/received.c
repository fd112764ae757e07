#include "filter/intake/received.h"

#include "mime/scan.h"

enum { MAX_WORDS = 64 }; /* in one comment, or in one clause */

/* The next word or whole comment of a Received field. */
struct token {
	struct slice text; /* a comment's without its parentheses */
	bool comment;
};

static bool
is_word_end(char c)
{
	return slice_is_blank(c) || c == '(' || c == ')' || c == ';';
}

/* The text of the comment that begins here, nested ones included; an unclosed one runs to the end.
 */
static struct slice
cut_comment(struct slice *at)
{
	struct slice text = slice_from(*at, 1);
	size_t depth = 1, i = 0;

	for (; i < text.n && depth > 0; i++) {
		if (text.p[i] == '\\' && i + 1 < text.n)
			i++;
		else if (text.p[i] == '(')
			depth++;
		else if (text.p[i] == ')')
			depth--;
	}
	*at = slice_from(text, i);
	return slice_head(text, depth == 0 ? i - 1 : i);
}

/* false at the end: of the value, or where the date begins */
static bool
next_token(struct slice *at, struct token *token)
{
	size_t n = 0;

	*at = slice_trim(*at);
	while (at->n > 0 && at->p[0] == ')')
		*at = slice_trim(slice_from(*at, 1));
	if (at->n == 0 || at->p[0] == ';')
		return false;
	token->comment = at->p[0] == '(';
	if (token->comment) {
		token->text = cut_comment(at);
		return true;
	}
	while (n < at->n && !is_word_end(at->p[n]))
		n++;
	token->text = slice_head(*at, n);
	*at = slice_from(*at, n);
	return true;
}

static bool
is_word(const struct token *token, const char *word)
{
	return !token->comment && slice_ieq(token->text, slice_str(word));
}

/* Begins another clause than from? */
static bool
ends_from(const struct token *token)
{
	return is_word(token, "by") || is_word(token, "via") || is_word(token, "with") ||
	       is_word(token, "id") || is_word(token, "for");
}

/* The word at the start of text, up to a blank or nested comment. */
static struct slice
cut_word(struct slice *text)
{
	struct slice word;
	size_t n = 0;

	while (text->n > 0 && is_word_end(text->p[0]))
		*text = slice_from(*text, 1);
	while (n < text->n && !is_word_end(text->p[n]))
		n++;
	word = slice_head(*text, n);
	*text = slice_from(*text, n);
	return word;
}

/* `[ADDR]`, also within `name[ADDR]` or before `:port` */
static bool
bracketed(struct slice word, struct ip *ip)
{
	struct slice inner = slice_from(word, slice_find(word, '[') + 1);
	size_t close = slice_find(inner, ']');

	return close < inner.n && slice_find(word, '[') < word.n &&
	       slice_head(inner, close).n > 0 && ip_client(slice_head(inner, close), ip) == ST_OK &&
	       ip->family != 0;
}

/* An address on its own, as qmail (`user@ADDR` too) and Microsoft write it. */
static bool
bare(struct slice word, struct ip *ip)
{
	size_t at = slice_rfind(word, '@');

	return ip_parse(at < word.n ? slice_from(word, at + 1) : word, ip);
}

/*
 * One comment of the from clause: the last address in brackets, or an address that is all. What
 * stands behind `helo=`, `HELO` or `EHLO` is the sender's word, and so is everything after it.
 * Returns whether it tells anything but HELO, ident and port.
 */
static bool
read_comment(struct slice text, struct slice *helo, struct ip *ip)
{
	struct slice word, only = SLICE("");
	size_t words = 0;
	struct ip found;

	for (int i = 0; i < MAX_WORDS && (word = cut_word(&text)).n > 0; i++) {
		if (slice_ieq(word, SLICE("HELO")) || slice_ieq(word, SLICE("EHLO"))) {
			*helo = cut_word(&text);
			break;
		}
		if (slice_istarts(word, SLICE("helo="))) {
			*helo = slice_from(word, 5);
			break;
		}
		if (slice_istarts(word, SLICE("ident=")) || slice_istarts(word, SLICE("port=")))
			continue;
		only = word;
		words++;
		if (bracketed(word, &found))
			*ip = found;
	}
	if (ip->family == 0 && words == 1 && bare(only, &found))
		*ip = found;
	return words > 0;
}

/* NAME of the from clause. A sender may greet as `by`: a comment behind it tells. */
static struct slice
read_name(struct slice *at, struct token *token, bool *more)
{
	struct slice name = token->text, peek = *at;
	struct token next;

	if (token->comment || (ends_from(token) && !(next_token(&peek, &next) && next.comment)))
		return SLICE("");
	*more = next_token(at, token);
	return name;
}

/*
 * The from clause: NAME, then comments. Only the first comment that tells an address counts, for
 * the server writes its own knowledge there. An address in NAME's place is the client's (Exim,
 * CommuniGate) where no comment speaks of anything but the HELO argument; else it is the sender's
 * own word.
 */
static void
read_from(struct slice *at, struct token *token, bool *more, struct received *received)
{
	struct slice name = SLICE(""), helo = SLICE("");
	bool other = false; /* a comment tells something, but no address */
	struct ip ip;

	received->has_from = true;
	*more = next_token(at, token);
	if (*more)
		name = read_name(at, token, more);
	for (int i = 0; i < MAX_WORDS && *more && !ends_from(token); i++) {
		if (token->comment && received->ip.family == 0)
			other |= read_comment(token->text, &helo, &received->ip);
		*more = next_token(at, token);
	}
	if (received->ip.family == 0 && !other && bracketed(name, &ip))
		received->ip = ip;
	received->helo = helo.n > 0 ? helo : name;
}

void
received_parse(struct slice value, struct received *received)
{
	struct token token;
	bool more = next_token(&value, &token);

	*received = (struct received){.helo = SLICE(""), .by = SLICE("")};
	while (more && token.comment) /* `(qmail 123 invoked by uid 4)` */
		more = next_token(&value, &token);
	if (more && is_word(&token, "from"))
		read_from(&value, &token, &more, received);
	for (int i = 0; i < MAX_WORDS && more; i++) {
		if (is_word(&token, "by")) {
			if (next_token(&value, &token) && !token.comment)
				received->by = token.text;
			return;
		}
		more = next_token(&value, &token);
	}
}

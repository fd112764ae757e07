#include "filter/intake/received.h"

#include "mime/scan.h"

enum { MAX_WORDS = 64 }; /* words examined in one comment or clause */

/* The next word or whole comment of a Received field. */
struct token {
	struct slice text; /* of a comment, without its parentheses */
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

/* reads the next token; false at the end of the value, or where the date begins */
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

/* Does the word begin a clause other than from? */
static bool
ends_from(const struct token *token)
{
	return is_word(token, "by") || is_word(token, "via") || is_word(token, "with") ||
	       is_word(token, "id") || is_word(token, "for");
}

/* The word at the start of text, up to white space or a nested comment. */
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

/* Removes the last c if a number follows it, and the number. */
static struct slice
without_number(struct slice word, char c)
{
	size_t at = slice_rfind(word, c), i = at + 1;

	while (i < word.n && slice_is_digit(word.p[i]))
		i++;
	return at < word.n && i == word.n && at + 1 < word.n ? slice_head(word, at) : word;
}

bool
received_address(struct slice word, struct ip *ip)
{
	struct slice colon = without_number(word, ':'), dot = without_number(word, '.');

	if (ip_client(word, ip) == ST_OK && ip->family != 0)
		return true;
	/* 192.0.2.1:25, 192.0.2.1.25; after an IPv6 address, a number is a part of it */
	return (colon.n < word.n && ip_parse_family(colon, 4, ip)) ||
	       (dot.n < word.n && ip_parse_family(dot, 4, ip));
}

/* `[ADDR]`, also within `name[ADDR]` or before `:port` */
static bool
bracketed(struct slice word, struct ip *ip)
{
	struct slice inner = slice_from(word, slice_find(word, '[') + 1);
	size_t close = slice_find(inner, ']');

	return close < inner.n && slice_find(word, '[') < word.n &&
	       received_address(slice_head(inner, close), ip);
}

/*
 * An address without brackets, as written by qmail (also `user@ADDR`), Microsoft and XMail
 * (`ADDR:port`).
 */
static bool
bare(struct slice word, struct ip *ip)
{
	size_t at = slice_rfind(word, '@');

	return received_address(at < word.n ? slice_from(word, at + 1) : word, ip);
}

/* "TLS", "TLS:", "TLSv1.3", "TLS1.3", "TLS_AES..."; not a host name such as tls.example. */
static bool
is_tls_word(struct slice word)
{
	struct slice rest = slice_from(word, 3);

	if (!slice_istarts(word, SLICE("TLS")))
		return false;
	if (slice_istarts(rest, SLICE("v")))
		rest = slice_from(rest, 1);
	return rest.n == 0 || rest.p[0] == ':' || rest.p[0] == '_' || slice_is_digit(rest.p[0]);
}

/*
 * Is this comment about TLS, and not about the client? It begins with word and goes on with text.
 * The owner of an address chooses its reverse name, so a comment with an address is never about
 * TLS.
 */
static bool
is_tls(struct slice word, struct slice text)
{
	struct ip ip;

	if (!slice_istarts(word, SLICE("version=")) && !slice_istarts(word, SLICE("cipher=")) &&
		!slice_ieq(word, SLICE("using")) && !is_tls_word(word))
		return false;
	for (int i = 0; i < MAX_WORDS && word.n > 0; i++) {
		if (bracketed(word, &ip))
			return false;
		word = cut_word(&text);
	}
	return true;
}

/* The state of read_from. */
struct from {
	struct slice name, helo;
	struct ip last;  /* the last address in brackets after the name or the comments */
	bool greeted;    /* a comment contains the HELO argument */
	bool other;      /* a comment contains something else, but no address */
	bool ends_in_ip; /* the clause ends with the address in last */
};

/*
 * Examines one comment of the from clause for the last address in brackets, or an address that is
 * the whole comment. Everything after `helo=`, `HELO` or `EHLO` comes from the sender.
 */
static void
read_comment(struct slice text, struct from *from, struct received *received)
{
	struct slice word, first = SLICE("");
	size_t words = 0;
	struct ip found;
	bool login = false;

	for (int i = 0; i < MAX_WORDS && (word = cut_word(&text)).n > 0; i++) {
		if (words == 0 && is_tls(word, text))
			return;
		while (word.n > 0 && word.p[0] == '"') /* vger: "HELO name" */
			word = slice_from(word, 1);
		if (slice_ieq(word, SLICE("HELO")) || slice_ieq(word, SLICE("EHLO"))) {
			from->helo = cut_word(&text);
			if (from->helo.n > 0 && from->helo.p[from->helo.n - 1] == '"')
				from->helo.n--;
			from->greeted = true;
			/* sendmail: `helo` is a reverse name if a remark in parentheses follows */
			from->other |= slice_find(text, '(') < text.n;
			break;
		}
		if (slice_istarts(word, SLICE("helo="))) {
			from->helo = slice_from(word, 5);
			from->greeted = true;
			break;
		}
		if (slice_istarts(word, SLICE("ident=")) || slice_istarts(word, SLICE("port=")))
			continue;
		login |= words == 1 && slice_ieq(word, SLICE("with")); /* `joe@ADDR with login` */
		if (words++ == 0)
			first = word;
		if (bracketed(word, &found))
			received->ip = found;
	}
	if (received->ip.family == 0 && (words == 1 || login) && bare(first, &found)) {
		received->ip = found;
		received->bare = true;
	}
	from->other |= words > 0 && received->ip.family == 0;
}

static bool
is_socket(struct slice text)
{
	static const char *const sockets[] = {"[unix socket]", "[local]"};

	for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++) {
		struct slice socket = slice_str(sockets[i]);

		if (text.n >= socket.n && slice_ieq(slice_from(text, text.n - socket.n), socket))
			return true;
	}
	return false;
}

/*
 * The name in the from clause. A sender may use `by` as its HELO name; then a comment follows it.
 */
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

/* Handles a word or comment of the from clause after its name. */
static void
read_part(const struct token *token, struct from *from, struct received *received)
{
	from->ends_in_ip = false;
	if (!token->comment) {
		from->ends_in_ip = bracketed(token->text, &from->last);
		return;
	}
	received->from_comments = true;
	received->local_socket |= is_socket(token->text);
	if (received->ip.family == 0)
		read_comment(token->text, from, received);
}

/*
 * Reads the from clause: NAME, then comments. Only the first comment with an address counts,
 * because the server writes the address that it saw there; else `[ADDR]` at the end of the clause
 * (GMX, IMail). An address in place of NAME is the client's (Exim, CommuniGate, Yahoo without
 * brackets) if the comments contain only TLS parameters and the HELO argument; otherwise it comes
 * from the sender.
 */
static void
read_from(struct slice *at, struct token *token, bool *more, struct received *received)
{
	struct from from = {.name = SLICE(""), .helo = SLICE("")};
	struct ip ip;

	received->has_from = true;
	*more = next_token(at, token);
	if (*more)
		from.name = read_name(at, token, more);
	for (int i = 0; i < MAX_WORDS && *more && !ends_from(token); i++) {
		read_part(token, &from, received);
		*more = next_token(at, token);
	}
	if (received->ip.family == 0 && from.ends_in_ip)
		received->ip = from.last;
	if (received->ip.family == 0 && !from.other &&
		(bracketed(from.name, &ip) || (from.greeted && ip_parse(from.name, &ip))))
		received->ip = ip;
	received->from = from.name;
	received->helo = from.helo.n > 0 ? from.helo : from.name;
}

/* Reads what follows the host of the by clause. */
static void
read_rest(struct slice *at, struct received *received)
{
	struct token token, before = {SLICE(""), true};
	bool first = true, with = false;

	for (int i = 0; i < MAX_WORDS && next_token(at, &token); i++) {
		if (first && token.comment)
			received->by_comment = token.text;
		first = false;
		if (is_word(&before, "with") && received->with.n == 0) {
			received->with = token.text;
			with = true;
		} else if (with) {
			received->with_next = token.text;
			with = false;
		}
		/* `IMAP4 getmail 6 by USER` has a legitimate second by */
		if (is_word(&token, "by") && !slice_istarts(received->with_next, SLICE("getmail")))
			received->ambiguous = true;
		before = token;
	}
}

static bool
is_closed(struct slice value)
{
	size_t depth = 0;

	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] == '\\')
			i++;
		else if (value.p[i] == '(')
			depth++;
		else if (value.p[i] == ')' && depth > 0)
			depth--;
	return depth == 0;
}

/* Are all comments closed, and is a date all that follows the first `;` outside them? */
static bool
is_whole(struct slice value)
{
	size_t depth = 0, i = 0;

	for (; i < value.n && (depth > 0 || value.p[i] != ';'); i++) {
		if (value.p[i] == '\\')
			i++;
		else if (value.p[i] == '(')
			depth++;
		else if (value.p[i] == ')' && depth-- == 0)
			return false;
	}
	for (i++; depth == 0 && i < value.n; i++)
		if (!slice_is_blank(value.p[i]) && !slice_is_alpha(value.p[i]) &&
			!slice_is_digit(value.p[i]) && strchr(",:+-()", value.p[i]) == NULL)
			return false;
	return depth == 0;
}

/* Does a by clause follow the date? Then the `;` was part of the HELO argument. */
static bool
has_late_by(struct slice at)
{
	struct token token;

	while (at.n > 0 && at.p[0] == ';')
		at = slice_from(at, 1);
	for (int i = 0; i < MAX_WORDS && next_token(&at, &token); i++)
		if (is_word(&token, "by"))
			return true;
	return false;
}

void
received_parse(struct slice value, struct received *received)
{
	struct slice at = value;
	struct token token;
	bool more = next_token(&at, &token);

	*received = (struct received){.whole = is_whole(value)};
	if (more && token.comment)
		received->lead = token.text;
	while (more && token.comment) /* `(qmail 123 invoked by uid 4)` */
		more = next_token(&at, &token);
	if (more && is_word(&token, "from"))
		read_from(&at, &token, &more, received);
	received->after_from = at;
	for (int i = 0; i < MAX_WORDS && more && !is_word(&token, "by"); i++)
		more = next_token(&at, &token);
	if (more && is_word(&token, "by") && next_token(&at, &token) && !token.comment) {
		received->by = token.text;
		read_rest(&at, received);
	}
	/* an unclosed comment may hide the by clause that the server wrote */
	received->ambiguous |= has_late_by(at) || (received->by.n > 0 && !is_closed(value));
	if (received->ambiguous)
		received->ip = (struct ip){.family = 0};
}

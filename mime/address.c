#include "mime/address.h"

#include "mime/address_lex.h"
#include "mime/buf.h"
#include "mime/scan.h"

enum { VALUE_MAX = 64 * 1024, FIRST_CAP = 4 };

struct reader {
	struct slice at;          /* the unread rest; after a failure it begins at the fault */
	enum address_cause cause; /* why the reading failed, if the grammar is not violated */
	struct arena *arena;
	struct address *list;
	size_t n, cap, groups;
	bool full; /* more than ADDRESS_MAX mailboxes */
};

/* Words and dots before `<`, `@` or `:`. Only that byte determines what they are. */
struct words {
	struct slice text; /* first to last, without the CFWS around them */
	size_t n;
	bool phrase; /* RFC 5322 4.1: phrase, obs-phrase or empty */
	bool local;  /* RFC 5322 3.4.1, 4.4: local-part or obs-local-part */
};

static bool
next_is(const struct reader *r, char c)
{
	return r->at.n > 0 && r->at.p[0] == c;
}

static bool
refuse(struct reader *r, enum address_cause cause)
{
	r->cause = cause;
	return false;
}

/*
 * RFC 2047 5 (3): an addr-spec contains no encoded-word. Some readers decode one anyway, so text
 * that looks like one has two readings.
 */
static bool
holds_encoded_word(struct slice s)
{
	for (size_t at = 0; at + 1 < s.n; at++) {
		at += slice_find(slice_from(s, at), '=');
		if (at + 1 < s.n && s.p[at + 1] == '?')
			return true;
	}
	return false;
}

static struct words
read_words(struct reader *r)
{
	struct words w = {.text = {r->at.p, 0}, .phrase = true, .local = true};
	struct slice part;
	bool after_word = false;

	for (;;) {
		if (scan_atom(&r->at, true, &part) || scan_quoted_string(&r->at, true, &part)) {
			w.local = w.local && !after_word;
			after_word = true;
			w.n++;
		} else if (scan_char(&r->at, '.')) {
			w.phrase = w.phrase && w.n > 0; /* RFC 5322 4.1 */
			w.local = w.local && after_word;
			after_word = false;
		} else {
			break;
		}
		w.text.n = (size_t)(r->at.p - w.text.p);
		(void)scan_cfws(&r->at);
	}
	w.local = w.local && after_word;
	return w;
}

/* RFC 5322 3.2.1, 3.2.4: the backslash of a quoted pair and the CRLF of a fold are not content. */
static void
add_unquoted(struct buf *buf, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\r' || text.p[i] == '\n')
			continue;
		if (text.p[i] == '\\' && i + 1 < text.n)
			i++;
		buf_addc(buf, text.p[i]);
	}
}

static struct slice
local_part(const struct words *words, struct arena *arena)
{
	struct slice rest = words->text, part;
	struct buf buf;

	if (scan_dot_atom(&rest, true, &part) && rest.n == 0)
		return part;
	rest = words->text;
	buf_init(&buf, arena, rest.n);
	while (rest.n > 0) {
		if (scan_atom(&rest, true, &part))
			buf_add(&buf, part);
		else if (scan_quoted_string(&rest, true, &part))
			add_unquoted(&buf, part);
		else if (scan_char(&rest, '.'))
			buf_addc(&buf, '.');
		else if (!scan_cfws(&rest))
			break;
	}
	return buf_slice(&buf);
}

/*
 * Reads a domain-literal (RFC 5322 3.4.1, RFC 6532 3.2). A quoted pair (obs-dtext) is refused: some
 * readers keep the backslash as a part of the domain.
 */
static bool
read_literal(struct reader *r, struct slice *domain)
{
	const char *start = r->at.p;
	struct buf buf;
	bool folded = false;

	buf_init(&buf, r->arena, r->at.n);
	(void)scan_char(&r->at, '[');
	buf_addc(&buf, '[');
	while (r->at.n > 0 && !next_is(r, ']')) {
		struct slice dtext = r->at;

		if (scan_fws(&r->at)) {
			folded = true;
			continue;
		}
		if (r->at.p[0] >= 33 && r->at.p[0] <= 126 && r->at.p[0] != '[' &&
			r->at.p[0] != '\\')
			r->at = slice_from(r->at, 1);
		else if (!scan_utf8_non_ascii(&r->at))
			return false;
		buf_add(&buf, slice_head(dtext, dtext.n - r->at.n));
	}
	if (!scan_char(&r->at, ']'))
		return false;
	buf_addc(&buf, ']');
	*domain = folded ? buf_slice(&buf) : slice_make(start, (size_t)(r->at.p - start));
	return true;
}

/*
 * Reads a domain and the CFWS around it (RFC 5322 3.4.1). obs-domain (4.4), with CFWS beside a dot,
 * is refused: some readers take `a@b .c` for `a@b`.
 */
static bool
read_domain(struct reader *r, struct slice *domain, bool *literal)
{
	(void)scan_cfws(&r->at);
	*literal = next_is(r, '[');
	if (*literal) {
		if (!read_literal(r, domain))
			return false;
		(void)scan_cfws(&r->at);
		return true;
	}
	if (!scan_dot_atom(&r->at, true, domain))
		return false;
	(void)scan_cfws(&r->at);
	return !holds_encoded_word(*domain);
}

/* Reads `@` and the domain after the words of the local-part, and adds the mailbox to the list. */
static bool
finish_mailbox(struct reader *r, struct slice display, const struct words *local)
{
	struct address *address;

	if (!local->local || holds_encoded_word(local->text) || !scan_char(&r->at, '@'))
		return false;
	if (r->n == ADDRESS_MAX) {
		r->full = true;
		return false;
	}
	if (r->n == r->cap) {
		size_t cap = r->cap == 0 ? FIRST_CAP : r->cap * 2;
		struct address *grown = arena_array(r->arena, cap, sizeof *grown);

		if (r->n > 0)
			memcpy(grown, r->list, r->n * sizeof *grown);
		r->list = grown;
		r->cap = cap;
	}
	address = &r->list[r->n];
	address->display = display;
	address->local = local_part(local, r->arena);
	if (slice_find(address->local, '@') < address->local.n)
		return refuse(r, ADDRESS_QUOTED_AT); /* some read an address there */
	if (!read_domain(r, &address->domain, &address->literal))
		return false;
	r->n++;
	return true;
}

/*
 * Skips an obs-route (RFC 5322 4.4) of one relay, which does not affect whose address it is. A
 * route of several relays is refused: Python's email.utils takes one of them for the address.
 */
static bool
skip_route(struct reader *r)
{
	struct slice domain;
	bool literal;

	if (!scan_char(&r->at, '@'))
		return true;
	return read_domain(r, &domain, &literal) && scan_char(&r->at, ':');
}

/* Reads an angle-addr (RFC 5322 3.4); the CFWS before it has already been read. */
static bool
read_angle(struct reader *r, struct slice display)
{
	struct words local;

	(void)scan_char(&r->at, '<');
	(void)scan_cfws(&r->at);
	if (!skip_route(r))
		return false;
	(void)scan_cfws(&r->at);
	local = read_words(r);
	if (!finish_mailbox(r, display, &local) || !scan_char(&r->at, '>'))
		return false;
	(void)scan_cfws(&r->at);
	return true;
}

/* Reads a mailbox (RFC 5322 3.4); or only a group's name, if a colon follows: then sets *group. */
static bool
read_mailbox(struct reader *r, bool *group)
{
	const char *start = r->at.p;
	struct words words = read_words(r);
	struct address first;

	*group = words.n > 0 && words.phrase && next_is(r, ':');
	if (*group)
		return true;
	if (next_is(r, '<'))
		return words.phrase && read_angle(r, words.text);
	if (!finish_mailbox(r, slice_head(words.text, 0), &words))
		return false;
	if (!next_is(r, '<'))
		return true;
	/*
	 * `a@b <a@b>` breaks the grammar but is common; if both domains are equal it has only one
	 * reading
	 */
	first = r->list[--r->n];
	return !first.literal &&
	       read_angle(r, slice_trim(slice_make(start, (size_t)(r->at.p - start)))) &&
	       slice_ieq(first.domain, r->list[r->n - 1].domain);
}

/*
 * Skips empty list elements before the next address (RFC 5322 4.4), and the CFWS around them. Some
 * readers take an element that is only a comment for an address if the comment contains one.
 */
static bool
skip_empty(struct reader *r)
{
	for (;;) {
		struct slice cfws = r->at;
		bool end;

		(void)scan_cfws(&r->at);
		cfws.n -= r->at.n;
		end = r->at.n == 0 || next_is(r, ';');
		if ((end || next_is(r, ',')) && slice_find(cfws, '@') < cfws.n)
			return refuse(r, ADDRESS_COMMENT_ALONE);
		if (!scan_char(&r->at, ','))
			return true;
	}
}

/* Reads a group from its `:` to its `;` (RFC 5322 3.4, 4.4); a group inside a group is refused. */
static bool
read_group(struct reader *r)
{
	bool group;

	(void)scan_char(&r->at, ':');
	r->groups++;
	for (;;) {
		if (!skip_empty(r))
			return false;
		if (scan_char(&r->at, ';'))
			break;
		if (!read_mailbox(r, &group) || group || (!next_is(r, ',') && !next_is(r, ';')))
			return false;
	}
	(void)scan_cfws(&r->at);
	return true;
}

/*
 * Reads an address-list (RFC 5322 3.4) with the empty elements of 4.4; every mailbox-list is also
 * an address-list.
 */
static bool
read_list(struct reader *r)
{
	bool group;

	for (;;) {
		if (!skip_empty(r))
			return false;
		if (r->at.n == 0)
			return r->n > 0 || r->groups > 0;
		if (!read_mailbox(r, &group) || (group && !read_group(r)))
			return false;
		if (r->at.n > 0 && !next_is(r, ','))
			return false;
	}
}

/* Does a grammatically valid value have only one reading? */
static bool
has_one_reading(struct slice value, struct address_fault *fault)
{
	struct address_lex lex;
	char c;

	address_lex_init(&lex, value);
	while (address_lex_next(&lex, &c))
		continue;
	*fault = lex.fault;
	return lex.fault.cause == ADDRESS_NO_FAULT;
}

enum status
address_parse_list(struct slice value, struct arena *arena, struct address_list *list)
{
	struct reader r = {.at = value, .arena = arena};

	*list = (struct address_list){0};
	if (value.n > VALUE_MAX)
		return ST_LIMIT;
	if (!read_list(&r)) {
		list->fault.cause = r.cause == ADDRESS_NO_FAULT ? ADDRESS_SYNTAX : r.cause;
		list->fault.at = value.n - r.at.n;
		return r.full || scan_is_deep_comment(r.at) ? ST_LIMIT : ST_BAD;
	}
	if (!has_one_reading(value, &list->fault))
		return ST_BAD;
	*list = (struct address_list){.list = r.list, .n = r.n, .groups = r.groups};
	return ST_OK;
}

static bool
is_ldh(struct slice domain)
{
	for (size_t i = 0; i < domain.n; i++) {
		char c = slice_lower(domain.p[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '.')
			return false;
		/* GMime decodes A-labels to U-labels */
		if ((i == 0 || domain.p[i - 1] == '.') &&
			slice_istarts(slice_from(domain, i), SLICE("xn--")))
			return false;
	}
	return true;
}

/* Scans a display name of atoms and dots, or one quoted string, and the white space after it. */
static bool
scan_plain_name(struct slice *at)
{
	struct slice word;

	if (scan_quoted_string(at, false, &word)) {
		for (size_t i = 0; i < word.n; i++)
			if (memchr("\\<>@\t\r\n", word.p[i], 7) != NULL)
				return false;
		(void)scan_wsp(at);
		return true;
	}
	while (scan_dot_atom(at, false, &word)) {
		(void)scan_char(at, '.');
		(void)scan_wsp(at);
	}
	return true;
}

bool
address_is_plain(struct slice value)
{
	struct slice at = value, local, domain, rest;
	struct address_fault fault;
	bool angle = slice_find(value, '<') < value.n;

	(void)scan_wsp(&at);
	if (angle && (!scan_plain_name(&at) || !scan_char(&at, '<')))
		return false;
	if (!scan_dot_atom(&at, false, &local) || holds_encoded_word(local) ||
		!scan_char(&at, '@') || !scan_dot_atom(&at, false, &domain) || !is_ldh(domain))
		return false;
	if (angle && !scan_char(&at, '>'))
		return false;
	rest = at;
	(void)scan_wsp(&rest);
	return rest.n == 0 && (!holds_encoded_word(value) || has_one_reading(value, &fault));
}

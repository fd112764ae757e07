#include "mime/address_tolerant.h"

#include "mime/address_lex.h"
#include "mime/address_map.h"
#include "mime/scan.h"

enum { VALUE_MAX = 64 * 1024 };

struct outline {
	struct slice value;
	struct address_fault fault;  /* why it is refused */
	struct address_fault passed; /* the first departure that is ignored */
	bool utf8;
	size_t at, angle,
		colon; /* offsets of the `@`, of `<`, of the last `:` before `@`; or NONE */
	size_t local, domain, end;
};

#define NONE ((size_t)-1)

static bool
refuse_tolerant(struct outline *o, enum address_cause cause, size_t at)
{
	if (o->fault.cause == ADDRESS_NO_FAULT)
		o->fault = (struct address_fault){cause, at};
	return false;
}

static void
pass_over(struct outline *o, enum address_cause cause, size_t at)
{
	if (o->passed.cause == ADDRESS_NO_FAULT || at < o->passed.at)
		o->passed = (struct address_fault){cause, at};
}

/* offset of the first octet that is not UTF-8, or NONE */
static size_t
not_utf8(struct slice s)
{
	struct slice rest = s;

	while (rest.n > 0)
		if ((rest.p[0] & 0x80) == 0)
			rest = slice_from(rest, 1);
		else if (!scan_utf8_non_ascii(&rest))
			return s.n - rest.n;
	return NONE;
}

/* RFC 5322 3.2.2: a fold is a line end before white space. */
static bool
is_fold(struct slice s, size_t at)
{
	if (s.p[at] == '\r')
		at++;
	return at + 1 < s.n && s.p[at] == '\n' && (s.p[at + 1] == ' ' || s.p[at + 1] == '\t');
}

static bool
check_octet(struct outline *o, char c, size_t at)
{
	unsigned char before = at > 0 ? (unsigned char)o->value.p[at - 1] : 0;

	if (c == '\r' || c == '\n')
		return is_fold(o->value, at) || refuse_tolerant(o, ADDRESS_CONTROL, at);
	if (c == 127 || ((c & 0xe0) == 0 && c != '\t'))
		return refuse_tolerant(o, ADDRESS_CONTROL, at);
	if (!o->utf8 && (c == '@' || c == '\\') && before >= 0x81 && before <= 0xfe)
		return refuse_tolerant(o, ADDRESS_LEGACY_SPECIAL, at - 1);
	return true;
}

static bool
note_special(struct outline *o, char c, size_t at)
{
	if (c == '@') {
		if (o->at != NONE)
			return refuse_tolerant(o, ADDRESS_SECOND_AT, at);
		o->at = at;
	} else if (c == '<') {
		if (o->angle != NONE || o->at != NONE)
			return refuse_tolerant(o, ADDRESS_SECOND_ANGLE, at);
		o->angle = at;
	} else if (c == ':' && o->at == NONE) {
		o->colon = at;
	}
	return true;
}

/* Finds the specials that matter, and checks everything that concerns single octets. */
static bool
survey(struct outline *o)
{
	struct address_lex lex;
	char c;

	address_lex_init(&lex, o->value);
	while (address_lex_next(&lex, &c)) {
		size_t at = lex.at - 1;

		if (!check_octet(o, c, at))
			return false;
		if (lex.place == ADDRESS_PLAIN && !note_special(o, c, at))
			return false;
		if (lex.place == ADDRESS_PLAIN && o->at == NONE && o->angle == NONE &&
			memchr(",;:[]>\\.", c, 8) != NULL)
			pass_over(o, ADDRESS_BARE_SPECIAL, at);
	}
	if (lex.fault.cause != ADDRESS_NO_FAULT)
		return refuse_tolerant(o, lex.fault.cause, lex.fault.at);
	return o->at != NONE || refuse_tolerant(o, ADDRESS_NO_AT, o->value.n);
}

/* Sets o->local, the offset at which the local part begins. */
static void
find_local(struct outline *o)
{
	struct address_lex lex;
	char c;

	if (o->angle != NONE || o->colon != NONE) {
		o->local = (o->angle != NONE ? o->angle : o->colon) + 1;
		if (o->angle == NONE) {
			struct slice rest = slice_from(o->value, o->local);

			if (o->passed.at == o->colon)
				o->passed = (struct address_fault){0};
			(void)scan_fws(&rest);
			o->local = o->value.n - rest.n;
		}
		return;
	}
	address_lex_init(&lex, o->value);
	while (address_lex_next(&lex, &c) && (lex.place == ADDRESS_COMMENT || slice_is_blank(c)))
		o->local = lex.at;
	o->passed = (struct address_fault){0}; /* what was ignored as TEXT is part of LOCAL */
}

static bool
read_local(struct outline *o)
{
	struct slice local = slice_head(o->value, o->at), rest, part;

	local = rest = slice_from(local, o->local);
	if (local.n == 0)
		return refuse_tolerant(o, ADDRESS_BAD_LOCAL, o->at);
	while (rest.n > 0) {
		size_t at = o->at - rest.n;

		if (rest.p[0] == '=' && rest.n > 1 && rest.p[1] == '?')
			return refuse_tolerant(o, ADDRESS_BAD_LOCAL, at);
		if (rest.p[0] == '.') {
			if (rest.n == 1 || rest.n == local.n || rest.p[1] == '.')
				pass_over(o, ADDRESS_LOCAL_DOTS, at);
			rest = slice_from(rest, 1);
		} else if (scan_atom(&rest, true, &part)) {
			for (size_t i = 0; i + 1 < part.n; i++)
				if (part.p[i] == '=' && part.p[i + 1] == '?')
					return refuse_tolerant(o, ADDRESS_BAD_LOCAL, at + i);
		} else {
			return refuse_tolerant(o, ADDRESS_BAD_LOCAL, at);
		}
	}
	return true;
}

static bool
read_domain(struct outline *o)
{
	struct slice rest = slice_from(o->value, o->at + 1), domain;

	o->domain = o->at + 1;
	if (!scan_dot_atom(&rest, true, &domain))
		return refuse_tolerant(o, ADDRESS_BAD_DOMAIN, o->domain);
	o->end = o->domain + domain.n;
	for (size_t i = 0; i + 1 < domain.n; i++)
		if (domain.p[i] == '=' && domain.p[i + 1] == '?')
			return refuse_tolerant(o, ADDRESS_BAD_DOMAIN, o->domain + i);
	return true;
}

/* Checks what follows the domain, and notes the departures that are ignored. */
static bool
read_tail(struct outline *o)
{
	struct address_lex lex;
	size_t dot = NONE, closed = NONE, semicolon = NONE;
	char c;

	address_lex_init(&lex, o->value);
	while (address_lex_next(&lex, &c)) {
		size_t at = lex.at - 1;

		if (at < o->end)
			continue;
		if (at == o->end && c == '.') {
			dot = at;
		} else if (lex.place == ADDRESS_COMMENT || slice_is_blank(c)) {
			if (dot != NONE && dot + 1 == at)
				return refuse_tolerant(o, ADDRESS_DOMAIN_GAP, at);
		} else if (c == '>' && o->angle != NONE && closed == NONE && semicolon == NONE) {
			closed = at;
		} else if (c == ';' && lex.place == ADDRESS_PLAIN && semicolon == NONE) {
			semicolon = at;
		} else {
			return refuse_tolerant(
				o, c == '.' ? ADDRESS_DOMAIN_GAP : ADDRESS_TRAILING_TEXT, at);
		}
	}
	if (dot != NONE)
		pass_over(o, ADDRESS_FINAL_DOT, dot);
	if (o->angle != NONE && closed == NONE)
		pass_over(o, ADDRESS_NO_CLOSE, semicolon != NONE ? semicolon : o->value.n);
	if (o->angle == NONE && o->colon != NONE && semicolon == NONE)
		pass_over(o, ADDRESS_OPEN_GROUP, o->value.n);
	else if ((o->angle != NONE || o->colon == NONE) && semicolon != NONE)
		pass_over(o, ADDRESS_SEMICOLON, semicolon);
	return true;
}

/* Does s begin with exactly this domain, for every reader that finds an address there? */
static bool
domain_follows(struct slice s, struct slice domain)
{
	if (!slice_istarts(s, domain))
		return false;
	s = slice_from(s, domain.n);
	(void)scan_char(&s, '.');
	if (s.n > 1 && (s.p[0] == ',' || s.p[0] == ';'))
		s = slice_from(s, 1); /* only before white space: otherwise some readers add it to
					 the domain */
	else if (s.n > 0 && memchr(">\")", s.p[0], 3) != NULL)
		return true;
	return s.n == 0 || slice_is_blank(s.p[0]) || (s.n == 1 && s.p[0] == ';');
}

static bool
hides_no_address(struct outline *o, struct arena *arena)
{
	struct slice domain = slice_head(slice_from(o->value, o->domain), o->end - o->domain);
	struct buf out, mapped;

	buf_init(&mapped, arena, domain.n * 2);
	(void)address_map(domain, false, &mapped);
	for (int joined = 0; joined <= 1; joined++) {
		struct slice rest;

		buf_init(&out, arena, o->value.n * 2);
		if (!address_map(o->value, joined != 0, &out) || out.over)
			return false;
		for (rest = buf_slice(&out); rest.n > 0;) {
			rest = slice_from(rest, slice_find(rest, '@') + 1);
			if (rest.p > out.p && rest.p[-1] == '@' &&
				!domain_follows(rest, buf_slice(&mapped)))
				return false;
		}
	}
	return true;
}

/*
 * Where a person would look for the fault: at the first other `@`, else at the first encoded word,
 * else at the start
 */
static size_t
place_of_hidden(const struct outline *o)
{
	size_t word = NONE;

	for (size_t i = 0; i < o->value.n; i++) {
		if (o->value.p[i] == '@' && i != o->at)
			return i;
		if (word == NONE && o->value.p[i] == '=' && i + 1 < o->value.n &&
			o->value.p[i + 1] == '?')
			word = i;
	}
	return word == NONE ? 0 : word;
}

static bool
outline(struct outline *o, struct arena *arena)
{
	size_t bad = not_utf8(o->value);

	o->utf8 = bad == NONE;
	if (!survey(o))
		return false;
	find_local(o);
	if (!read_local(o) || !read_domain(o) || !read_tail(o))
		return false;
	if (bad != NONE)
		pass_over(o, ADDRESS_NOT_UTF8, bad);
	return hides_no_address(o, arena) ||
	       refuse_tolerant(o, ADDRESS_HIDDEN_AT, place_of_hidden(o));
}

/* Removes white space at the end of s; a line end is removed only if white space follows it. */
static struct slice
without_trailing_folds(struct slice s)
{
	for (;;) {
		size_t n = s.n;

		while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
			s.n--;
		if (s.n == n || s.n == 0 || s.p[s.n - 1] != '\n')
			return s;
		s.n--;
		if (s.n > 0 && s.p[s.n - 1] == '\r')
			s.n--;
	}
}

enum status
address_parse_tolerant(struct slice value, struct arena *arena, struct address_list *list)
{
	struct outline o = {.at = NONE, .angle = NONE, .colon = NONE};
	struct address *address;

	*list = (struct address_list){0};
	if (value.n > VALUE_MAX)
		return ST_LIMIT;
	o.value = without_trailing_folds(value);
	if (!outline(&o, arena)) {
		list->fault = o.fault;
		return ST_BAD;
	}
	address = arena_array(arena, 1, sizeof *address);
	*address = (struct address){
		.display = slice_trim(slice_head(o.value, o.angle != NONE ? o.angle : 0)),
		.local = slice_make(o.value.p + o.local, o.at - o.local),
		.domain = slice_make(o.value.p + o.domain, o.end - o.domain),
	};
	*list = (struct address_list){.list = address, .n = 1, .fault = o.passed};
	return ST_OK;
}

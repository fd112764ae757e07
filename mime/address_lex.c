#include "mime/address_lex.h"

void
address_lex_init(struct address_lex *lex, struct slice value)
{
	*lex = (struct address_lex){.value = value};
}

static bool
is_word_start(struct slice value, size_t at)
{
	return value.n - at >= 2 && value.p[at] == '=' && value.p[at + 1] == '?';
}

bool
address_word_at(struct slice value, size_t at, struct address_word *word)
{
	struct slice rest;
	size_t n;

	if (!is_word_start(value, at))
		return false;
	rest = slice_from(value, at + 2);
	n = slice_find(rest, '?');
	if (rest.n - n < 3 || rest.p[n + 2] != '?')
		return false;
	word->charset = slice_head(rest, n);
	word->coding = rest.p[n + 1];
	rest = slice_from(rest, n + 3);
	for (n = slice_find(rest, '?'); rest.n - n >= 2;
		n += 1 + slice_find(slice_from(rest, n + 1), '?')) {
		if (rest.p[n + 1] != '=')
			continue;
		word->text = slice_head(rest, n);
		word->end = (size_t)(rest.p - value.p) + n + 2;
		return true;
	}
	return false;
}

static bool
set_lex_fault(struct address_lex *lex, enum address_cause cause, size_t at)
{
	lex->fault = (struct address_fault){cause, at};
	return false;
}

/* Updates which encoded word, if any, the next octet is in. */
static void
find_word(struct address_lex *lex)
{
	struct address_word word;
	size_t n;

	if (lex->at >= lex->word_end)
		lex->word = 0;
	if (lex->word != 0 || lex->no_more_words || !is_word_start(lex->value, lex->at))
		return;
	if (!address_word_at(lex->value, lex->at, &word)) {
		/* if no `?=` closes a `=?a?b?` here, none closes a later one */
		struct slice rest = slice_from(lex->value, lex->at + 2);

		n = slice_find(rest, '?');
		lex->no_more_words = rest.n - n >= 3 && rest.p[n + 2] == '?';
		return;
	}
	lex->word = lex->at + 1;
	lex->word_end = word.end;
	lex->crossed = false;
	for (n = lex->at + 2; n + 3 < word.end; n++)
		lex->crossed = lex->crossed || is_word_start(lex->value, n);
}

/*
 * Notes in opened[] in which encoded word the quote or parenthesis at offset at opens, or checks
 * that it closes in the same one.
 */
static bool
delimit(struct address_lex *lex, bool opens, size_t in_opened, size_t at)
{
	if (lex->word != 0 && lex->crossed)
		return set_lex_fault(lex, ADDRESS_WORD_DELIMITER, at);
	if (opens)
		lex->opened[in_opened] = lex->word;
	else if (lex->opened[in_opened] != lex->word)
		return set_lex_fault(lex, ADDRESS_WORD_DELIMITER, at);
	return true;
}

static bool
read_quoted(struct address_lex *lex, char c, size_t at)
{
	bool opens = !lex->quoting;

	lex->place = ADDRESS_QUOTED;
	if (c != '"')
		return true;
	lex->quoting = opens;
	return delimit(lex, opens, 0, at);
}

static bool
read_comment(struct address_lex *lex, char c, size_t at)
{
	lex->place = ADDRESS_COMMENT;
	if (lex->inner_closed &&
		(memchr("\"(<@,;:", c, 7) != NULL ||
			(lex->value.p[at - 1] == ')' && c != ')' && !slice_is_blank(c))))
		return set_lex_fault(lex, ADDRESS_NESTED_COMMENT, at);
	if (c == '(') {
		if (lex->depth == ADDRESS_COMMENT_DEPTH)
			return set_lex_fault(lex, ADDRESS_DEEP_COMMENT, at);
		return delimit(lex, true, ++lex->depth, at);
	}
	if (c != ')')
		return true;
	lex->inner_closed = lex->depth > 1;
	return delimit(lex, false, lex->depth--, at);
}

static bool
read_octet(struct address_lex *lex, char c, size_t at)
{
	if (lex->word != 0 && memchr("<@\\", c, 3) != NULL)
		return set_lex_fault(lex, ADDRESS_WORD_SPECIAL, at);
	if (lex->angle && ((lex->quoting && memchr("<>", c, 2) != NULL) ||
				  (lex->depth > 0 && memchr("<>@", c, 3) != NULL)))
		return set_lex_fault(lex, ADDRESS_ANGLE_SPECIAL, at);
	if (lex->group && c == ';' && (lex->quoting || lex->depth > 0))
		return set_lex_fault(lex, ADDRESS_GROUP_SEMICOLON, at);
	lex->escaped = lex->pair;
	lex->pair = !lex->escaped && c == '\\';
	if (lex->escaped) {
		if (lex->place != ADDRESS_QUOTED && memchr("\"()<@", c, 5) != NULL)
			return set_lex_fault(lex, ADDRESS_BACKSLASH, at - 1);
		return true;
	}
	if (lex->quoting || (c == '"' && lex->depth == 0))
		return read_quoted(lex, c, at);
	if (lex->depth > 0 || c == '(')
		return read_comment(lex, c, at);
	lex->place = ADDRESS_PLAIN;
	if (c == '<' || c == '>')
		lex->angle = c == '<';
	else if (!lex->angle && (c == ':' || c == ';'))
		lex->group = c == ':';
	return c != ')' || set_lex_fault(lex, ADDRESS_UNCLOSED, at);
}

bool
address_lex_next(struct address_lex *lex, char *c)
{
	if (lex->at == lex->value.n) {
		if (lex->quoting || lex->depth > 0)
			return set_lex_fault(lex, ADDRESS_UNCLOSED, lex->at);
		return false;
	}
	find_word(lex);
	*c = lex->value.p[lex->at];
	return read_octet(lex, *c, lex->at++);
}

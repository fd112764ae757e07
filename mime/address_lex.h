/*
 * address_lex.h: splits an address field into octets, each classified by its context (quotes,
 * comment...), and finds the forms that are ambiguous under either grammar.
 *
 * Ambiguous in both the strict and the tolerant reading (with their causes):
 *   - a `"`, `(` or `)` that opens or closes within an encoded word and has its partner outside it,
 *     or that is at an overlap of two encoded words: a reader that takes the encoded word as one
 *     word sees no delimiter there [ADDRESS_WORD_DELIMITER]
 *   - `<`, `@` or `\` within an encoded word [ADDRESS_WORD_SPECIAL]
 *   - a backslash outside quotes before `"`, `(`, `)`, `<` or `@` [ADDRESS_BACKSLASH]
 *   - `"`, `(`, `<`, `@`, `,`, `;` or `:` in a comment after a comment nested in it, or anything
 *     but white space and `)` right after the nested one: some readers end the outer comment at the
 *     first `)` [ADDRESS_NESTED_COMMENT]
 *   - between `<` and `>`, a `<` or `>` in quotes, or a `<`, `>` or `@` in a comment: some readers
 *     end the address at the first `>` and keep the comment in it [ADDRESS_ANGLE_SPECIAL]
 *   - `;` in quotes or a comment after the `:` of a group: some readers end the group there
 *     [ADDRESS_GROUP_SEMICOLON]
 *   - a quote or parenthesis without a partner [ADDRESS_UNCLOSED]
 * and these, which the parsers find (mime/address.c, mime/address_tolerant.c):
 *   - white space or a comment beside a dot of the domain [ADDRESS_DOMAIN_GAP]
 *   - `@` in a quoted local part [ADDRESS_QUOTED_AT]
 *   - `@` in a comment that is a whole element of a list [ADDRESS_COMMENT_ALONE]
 *   - a route of several domains
 */
#ifndef MIME_ADDRESS_LEX_H
#define MIME_ADDRESS_LEX_H

#include "mime/address.h"

enum { ADDRESS_COMMENT_DEPTH = 20 };

enum address_place { ADDRESS_PLAIN, ADDRESS_QUOTED, ADDRESS_COMMENT };

/* `=?`, charset, `?`, coding, `?`, text, `?=`, as lenient readers find it (RFC 2047 2) */
struct address_word {
	struct slice charset, text;
	char coding;
	size_t end; /* offset just after `?=` */
};

struct address_lex {
	struct slice value;
	size_t at; /* offset of the next octet */
	/* context of the last octet; quotes and parentheses belong to what they enclose */
	enum address_place place;
	bool escaped; /* the last octet is the second one of a quoted pair */
	struct address_fault fault;

	bool quoting, pair;
	size_t depth;
	bool angle;        /* after a `<` that no `>` has closed */
	bool group;        /* after a `:` that no `;` has closed */
	bool inner_closed; /* a comment nested in this one was closed */
	/* the encoded word, or 0, in which each comment was opened; [0] is for the quote */
	size_t opened[ADDRESS_COMMENT_DEPTH + 1];
	size_t word, word_end; /* the encoded word that at is in (its start + 1), or 0 */
	bool crossed;          /* another encoded word begins within it */
	bool no_more_words;
};

void address_lex_init(struct address_lex *lex, struct slice value);

/* Reads the next octet into *c; false at the end, or at a fault, which it sets. Linear in value. */
bool address_lex_next(struct address_lex *lex, char *c);

/* Does an encoded word begin at offset at? */
bool address_word_at(struct slice value, size_t at, struct address_word *word);

#endif

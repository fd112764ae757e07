/* diagnose_head.h: shared by the rules for headers. Only for diagnose_*.c. */
#ifndef AUTH_DIAGNOSE_DIAGNOSE_HEAD_H
#define AUTH_DIAGNOSE_DIAGNOSE_HEAD_H

#include "auth/diagnose/diagnose_search.h"

struct diagnose_head {
	const struct auth_input *in;
	const struct dkim_sig *sig;
	const struct diagnose_body *body; /* NULL: not known */
	struct arena *arena;
	const struct field *fields;
	size_t n;
};

/* Does h= name this field? */
bool diagnose_signed(const struct diagnose_head *head, struct slice name);
/* The index of the first field of that name; head->n if it is missing or not signed. */
size_t diagnose_find(const struct diagnose_head *head, const char *name);
/* Makes a field of a name and a value; its flags are FIELD_JUNK if they are not valid. */
struct field diagnose_field(struct slice name, struct slice value, struct arena *arena);
/* The value of the field at an index, without folds and without white space at its ends. */
struct slice diagnose_value(const struct diagnose_head *head, size_t at);

/*
 * Adds an option that gives the field at an index another value, with a space before it. NULL if
 * that would change nothing or is not valid, if an option already does the same, or if the choice
 * is full.
 */
struct diagnose_option *diagnose_replace(const struct diagnose_head *head,
	struct diagnose_choice *choice, unsigned cost, size_t at, struct slice value);
/*
 * Adds another edit to an option: the field at an index is replaced, or removed if field is NULL.
 */
void diagnose_also(const struct diagnose_head *head, struct diagnose_option *option, size_t at,
	const struct field *field);
/* Adds an option that appends a missing field; NULL as above. */
struct diagnose_option *diagnose_insert(const struct diagnose_head *head,
	struct diagnose_choice *choice, unsigned cost, struct slice name, struct slice value);

enum { DIAGNOSE_ADDRESSES_MAX = 16 };

/*
 * Splits an address list, and trims the addresses; commas in quotes, comments and <> do not
 * separate. Returns the number of addresses; those over DIAGNOSE_ADDRESSES_MAX are left out.
 */
size_t diagnose_addresses(struct slice value, struct slice out[DIAGNOSE_ADDRESSES_MAX]);

/* The parts of an address; name is without quotes. */
struct diagnose_mailbox {
	struct slice name, addr;
	bool quoted, angle;
};

void diagnose_mailbox(struct slice address, struct diagnose_mailbox *mailbox);

/*
 * Converts text from one character set to another, into the arena. False if one of them is unknown,
 * text is not valid in from, or a character does not exist in to.
 */
bool diagnose_convert(struct slice from, struct slice to, struct slice text, struct arena *arena,
	struct slice *out);

/*
 * Decodes a value with encoded words (RFC 2047) into UTF-8; *charset is that of the first one.
 * False if there is none, or one cannot be decoded.
 */
bool diagnose_words_decode(
	struct slice value, struct arena *arena, struct slice *text, struct slice *charset);

/* A value, a part of which consists of encoded words. */
struct diagnose_worded {
	struct slice before, text, after; /* text: in UTF-8 */
	struct slice charset;             /* the present one */
};

/*
 * Adds options in which text is encoded in each style, likeliest first. change: what each option
 * reports; if it is NULL or has no text, they report DIAGNOSE_FIELD_FORM.
 */
void diagnose_word_options(const struct diagnose_head *head, struct diagnose_choice *choice,
	unsigned cost, size_t at, const struct diagnose_worded *worded,
	const struct diagnose_change *change);

/* The rules for headers: each adds its options to choice. */
void diagnose_subject_options(const struct diagnose_head *head, struct diagnose_choice *choice);
void diagnose_from_options(const struct diagnose_head *head, struct diagnose_choice *choice);
void diagnose_added_options(const struct diagnose_head *head, struct diagnose_choice *choice);
void diagnose_type_options(const struct diagnose_head *head, struct diagnose_choice *choice);
void diagnose_encoding_options(const struct diagnose_head *head, struct diagnose_choice *choice);
void diagnose_address_options(const struct diagnose_head *head, struct diagnose_choice *choice);
void diagnose_date_options(const struct diagnose_head *head, struct diagnose_choice *choice);
void diagnose_kept_options(const struct diagnose_head *head, struct diagnose_choice *choice);
void diagnose_missing_options(const struct diagnose_head *head, struct diagnose_choice *choice);
void diagnose_space_options(const struct diagnose_head *head, struct diagnose_choice *choice);
void diagnose_folded_options(const struct diagnose_head *head, struct diagnose_choice *choice);

#endif

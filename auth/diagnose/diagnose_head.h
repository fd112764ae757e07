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

/* Does h= name it? */
bool diagnose_signed(const struct diagnose_head *head, struct slice name);
/* The first signed field of that name, or head->n. */
size_t diagnose_find(const struct diagnose_head *head, const char *name);
/* A field with that name and value; FIELD_JUNK if they are not valid. */
struct field diagnose_field(struct slice name, struct slice value, struct arena *arena);
/* The value without folds and without white space at its ends. */
struct slice diagnose_value(const struct diagnose_head *head, size_t at);

/*
 * Changes the field at to another value (" " is put before it); NULL if an option already does
 * that, or nothing would change.
 */
struct diagnose_option *diagnose_replace(const struct diagnose_head *head,
	struct diagnose_choice *choice, unsigned cost, size_t at, struct slice value);
/* Adds another edit to the newest option; field NULL: the field is removed. */
void diagnose_also(const struct diagnose_head *head, struct diagnose_option *option, size_t at,
	const struct field *field);
/* Adds an option: a missing field, at the end. */
struct diagnose_option *diagnose_insert(const struct diagnose_head *head,
	struct diagnose_choice *choice, unsigned cost, struct slice name, struct slice value);

enum { DIAGNOSE_ADDRESSES_MAX = 16 };

/* The addresses of a list, trimmed; commas in quotes, comments and <> do not count. */
size_t diagnose_addresses(struct slice value, struct slice out[DIAGNOSE_ADDRESSES_MAX]);

/* The parts of an address; name is without quotes. */
struct diagnose_mailbox {
	struct slice name, addr;
	bool quoted, angle;
};

void diagnose_mailbox(struct slice address, struct diagnose_mailbox *mailbox);

/*
 * text of the character set from, in the character set to, in the arena. False if one of them is
 * not known, text is invalid in it, or a character does not exist in the other.
 */
bool diagnose_convert(struct slice from, struct slice to, struct slice text, struct arena *arena,
	struct slice *out);

/* Text with encoded words (RFC 2047), as UTF-8; charset: of the first one. False if there is
 * none, or one cannot be read. */
bool diagnose_words_decode(
	struct slice value, struct arena *arena, struct slice *text, struct slice *charset);

/* A value of which a part is encoded words. */
struct diagnose_worded {
	struct slice before, text, after; /* text: in UTF-8 */
	struct slice charset;             /* as it is now */
};

/*
 * Adds options in which text is encoded in each style, likeliest first. change: what each option
 * reports; if it is NULL or has no text, they report DIAGNOSE_FIELD_FORM.
 */
void diagnose_word_options(const struct diagnose_head *head, struct diagnose_choice *choice,
	unsigned cost, size_t at, const struct diagnose_worded *worded,
	const struct diagnose_change *change);

/* The rules of headers: each adds the options of its choice. */
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

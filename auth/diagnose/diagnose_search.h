/*
 * diagnose_search.h: options, their combinations, and the limits of the search. Only for
 * diagnose_*.c.
 *
 * A rule yields the options of one choice: possible changes of one thing. From each choice one
 * option is picked (the first: nothing was changed), and the picks are tried in the order of their
 * summed cost, so that common changes come first and the order is deterministic.
 */
#ifndef AUTH_DIAGNOSE_DIAGNOSE_SEARCH_H
#define AUTH_DIAGNOSE_DIAGNOSE_SEARCH_H

#include "auth/diagnose/diagnose.h"
#include "mime/buf.h"

/* Replaces a range of octets in a body or in a decoded part. */
struct diagnose_edit {
	size_t from, to;
	struct slice with;
};

/*
 * Replaces the field at an index, or removes it (field NULL); an index past the last field adds
 * one.
 */
struct diagnose_field_edit {
	size_t at;
	const struct field *field;
	bool weak; /* another option's edit of the same field takes precedence */
};

struct diagnose_option {
	unsigned cost;
	int way; /* which change to make, for a rule whose result is computed when it is tried */
	const struct diagnose_edit *edits;
	size_t nedits;
	const struct diagnose_field_edit *fields;
	size_t nfields;
	struct diagnose_change changes[3];
	size_t nchanges;
};

enum { DIAGNOSE_OPTIONS_MAX = 256, DIAGNOSE_CHOICES_MAX = 16, DIAGNOSE_COST_MAX = 9 };

struct diagnose_choice {
	struct diagnose_option *options; /* options[0] costs nothing and does nothing */
	size_t n, cap;
	struct arena *arena;
};

void diagnose_choice_init(struct diagnose_choice *choice, struct arena *arena);
/* Adds an option. The pointer is valid until the next one is added; NULL if the choice is full. */
struct diagnose_option *diagnose_choice_add(struct diagnose_choice *choice, unsigned cost);
void diagnose_option_change(struct diagnose_option *option, enum diagnose_kind kind,
	struct slice field, struct slice text);

struct diagnose_budget {
	const struct diagnose_options *options;
	int64_t until_ms;
	uint64_t work, work_max; /* the effort so far and its limit, in octets hashed or copied */
	uint64_t looked;         /* work when the clock was last read */
	size_t tries, tries_max;
	bool stopped;
};

/* Is one more attempt allowed? Checks the clock from time to time. */
bool diagnose_may_try(struct diagnose_budget *budget);
void diagnose_spend(struct diagnose_budget *budget, size_t octets);

/* Tries the options whose indexes are in picks, one for each choice; true ends the search. */
typedef bool diagnose_try(void *arg, const size_t *picks);

/* Tries picks in the order of their cost; true if one of them ended the search. */
bool diagnose_combine(const struct diagnose_choice *choices, size_t n,
	struct diagnose_budget *budget, diagnose_try *try, void *arg);

/* The body half */

enum diagnose_coding { DIAGNOSE_PLAIN, DIAGNOSE_QP, DIAGNOSE_BASE64 };

struct diagnose_body {
	struct slice bytes; /* the body that bh= matches */
	bool same;          /* bytes is the message's own body */
	bool unwrapped;     /* content is the header of a part, whose fields belonged to the message
			       itself */
	struct slice content;
	bool recoded; /* the transfer encoding was changed; coding is the former one */
	enum diagnose_coding coding;
	struct diagnose_change changes[DIAGNOSE_CHANGES];
	size_t n;
};

/*
 * Searches for a body that bh= matches; false if none was found. The arena owns everything in
 * *found.
 */
bool diagnose_body_search(const struct auth_input *in, const struct dkim_sig *sig,
	struct diagnose_budget *budget, struct arena *arena, struct diagnose_body *found);

/*
 * Does bh= match the body up to the end of some line? all: tries all lines, otherwise only the last
 * ones. *to is the end of the match. With l=, only that many octets are tried, and *to is the end
 * of the body.
 */
bool diagnose_digest(const struct auth_input *in, const struct dkim_sig *sig, struct slice body,
	bool all, struct diagnose_budget *budget, size_t *to);

/* The header half */

struct diagnose_header {
	const struct field *fields; /* all fields of the message, as b= covers them */
	size_t nfields;
	bool same;
	struct diagnose_change changes[DIAGNOSE_CHANGES];
	size_t n;
};

/*
 * Searches for a header over which b= verifies; false if none was found. hashes: the result of
 * dkim_recover. body: what was found out about the body, or NULL.
 */
bool diagnose_header_search(const struct auth_input *in, const struct dkim_sig *sig,
	const struct dkim_signed *hashes, const struct diagnose_body *body,
	struct diagnose_budget *budget, struct arena *arena, struct diagnose_header *found);

/* Do all additions identify themselves as those of a list? */
bool diagnose_like_list(const struct auth_input *in, const struct dkim_sig *sig,
	const struct diagnose_body *body, const struct diagnose_header *header);

#endif

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

/* A range replaced: octets of a body or of a decoded part. */
struct diagnose_edit {
	size_t from, to;
	struct slice with;
};

/* A field that is replaced, removed (field NULL) or, at the end, added. */
struct diagnose_field_edit {
	size_t at;
	const struct field *field;
	bool weak; /* another option's edit of the same field takes precedence */
};

struct diagnose_option {
	unsigned cost;
	int way; /* for a rule whose result is computed when it is tried */
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
/* The new option, valid until the next one is added; NULL if the choice is full. */
struct diagnose_option *diagnose_choice_add(struct diagnose_choice *choice, unsigned cost);
void diagnose_option_change(struct diagnose_option *option, enum diagnose_kind kind,
	struct slice field, struct slice text);

struct diagnose_budget {
	const struct diagnose_options *options;
	int64_t until_ms;
	uint64_t work, work_max; /* octets hashed or copied, in effect */
	uint64_t looked;         /* work when the clock was last read */
	size_t tries, tries_max;
	bool stopped;
};

/* Is one more attempt allowed? Checks the clock from time to time. */
bool diagnose_may_try(struct diagnose_budget *budget);
void diagnose_spend(struct diagnose_budget *budget, size_t octets);

/* true ends the search */
typedef bool diagnose_try(void *arg, const size_t *picks);

/* Tries picks in the order of their cost; true if one of them ended the search. */
bool diagnose_combine(const struct diagnose_choice *choices, size_t n,
	struct diagnose_budget *budget, diagnose_try *try, void *arg);

/* The body half */

enum diagnose_coding { DIAGNOSE_PLAIN, DIAGNOSE_QP, DIAGNOSE_BASE64 };

struct diagnose_body {
	struct slice bytes; /* as bh= covers it */
	bool same;          /* the message's own body */
	bool unwrapped;     /* content has the fields that belonged to the message itself */
	struct slice content;
	bool recoded; /* the transfer encoding was changed; this was the former one */
	enum diagnose_coding coding;
	struct diagnose_change changes[DIAGNOSE_CHANGES];
	size_t n;
};

/* The body that bh= matches; false if none was found. found is owned by the arena. */
bool diagnose_body_search(const struct auth_input *in, const struct dkim_sig *sig,
	struct diagnose_budget *budget, struct arena *arena, struct diagnose_body *found);

/*
 * Does bh= match the body up to the end of some line? all: tries all lines, otherwise only the last
 * ones. *to is the end of the match.
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

/* signed: the result of dkim_recover. body: known facts about the body, or NULL. */
bool diagnose_header_search(const struct auth_input *in, const struct dkim_sig *sig,
	const struct dkim_signed *hashes, const struct diagnose_body *body,
	struct diagnose_budget *budget, struct arena *arena, struct diagnose_header *found);

/* Do all additions identify themselves as those of a list? */
bool diagnose_like_list(const struct auth_input *in, const struct dkim_sig *sig,
	const struct diagnose_body *body, const struct diagnose_header *header);

#endif

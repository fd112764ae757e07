/*
 * taglist.h: tag=value lists (RFC 6376 3.2), as in DKIM-Signature fields, key records and DMARC
 * records. Syntax only: the caller decides which tags it wants and what a bad one means.
 */
#ifndef AUTH_BASE_TAGLIST_H
#define AUTH_BASE_TAGLIST_H

#include "mime/arena.h"
#include "mime/status.h"

struct tag {
	struct slice name;  /* as written (tag names are case-sensitive, RFC 6376 3.2) */
	struct slice value; /* without white space and folds at both ends; those inside are kept */
	struct slice whole; /* from the first octet of the name up to, but not including, the ';' */
	bool well_formed;   /* according to the rules */
	const char *fault;  /* not well-formed: the first octet at fault; NULL: there is no '=' */
};

/*
 * Extensions of the grammar, in which a tag's name is ALPHA *ALNUMPUNC and its value tag-value
 * (RFC 6376 3.2; UTF-8 included, RFC 8616 3). All zero means the plain grammar.
 */
struct taglist_rules {
	/* names of letters, digits, '_' and '-' that begin with a letter or digit */
	bool lenient_names;
	/*
	 * accept 8-bit octets in all values except those of the tags listed here (NULL-terminated);
	 * NULL: in none
	 */
	const char *const *known;
};

struct taglist {
	const struct tag *tags;
	size_t n;
	bool duplicate;    /* a tag name occurs twice */
	bool malformed;    /* some element is empty but not last, or not well_formed */
	const char *empty; /* the ';' of the first element that is empty but not last, or NULL */
	/* the first octet that was accepted only because of that rule, or NULL */
	const char *lenient_name, *eight_bit;
};

enum { TAGLIST_MAX = 100 };

/*
 * ST_OK for any bytes, with the defects noted in the list; ST_LIMIT, with an empty list, over
 * TAGLIST_MAX tags. An element without a '=' is also a tag: it has a name, no value, and is not
 * well_formed. rules: NULL for the plain grammar.
 */
enum status taglist_parse(struct slice text, const struct taglist_rules *rules, struct arena *arena,
	struct taglist *list);

/* The first tag that is not well-formed; NULL if there is none (an empty element is not a tag). */
const struct tag *taglist_malformed(const struct taglist *list);

/* The first tag whose name occurred before, or NULL. */
const struct tag *taglist_duplicate(const struct taglist *list);

/* The first tag of exactly that name, or NULL. */
const struct tag *taglist_get(const struct taglist *list, const char *name);

#endif

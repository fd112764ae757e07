/*
 * taglist.h: tag=value lists (RFC 6376 3.2), as in DKIM-Signature fields, key records and DMARC
 * records. Syntax only: which tags are wanted, and what a bad one means, is for the caller.
 */
#ifndef AUTH_BASE_TAGLIST_H
#define AUTH_BASE_TAGLIST_H

#include "mime/arena.h"
#include "mime/status.h"

struct tag {
	struct slice name;  /* as it stands (tag names are case-sensitive, RFC 6376 3.2) */
	struct slice value; /* blanks and folds at both ends taken off, those inside kept */
	struct slice whole; /* from the name's first byte up to before the ';' */
	bool well_formed;   /* name is ALPHA *ALNUMPUNC and value is tag-value, both as RFC 6376 */
};

struct taglist {
	const struct tag *tags;
	size_t n;
	bool duplicate; /* a tag name stands twice */
	bool malformed; /* some element is empty but not last, lacks a '=', or is not well_formed */
};

enum { TAGLIST_MAX = 100 };

/*
 * ST_OK for any bytes, with the defects told in the list; ST_LIMIT, with an empty list, over
 * TAGLIST_MAX tags. An element without a '=' is a tag, too: a name, no value, not well_formed.
 */
enum status taglist_parse(struct slice text, struct arena *arena, struct taglist *list);

/* The first tag that is not well-formed; NULL where there is none, or only an empty element. */
const struct tag *taglist_malformed(const struct taglist *list);

/* The first tag whose name stands before it already, or NULL. */
const struct tag *taglist_duplicate(const struct taglist *list);

/* The first tag of exactly that name, or NULL. */
const struct tag *taglist_get(const struct taglist *list, const char *name);

#endif

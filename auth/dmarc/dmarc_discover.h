/*
 * dmarc_discover.h: where DMARC records are: the tree walk, the organizational domain, the policy
 * record (RFC 9989 4.10; RFC 7489 3.2, 6.6.3). Only for dmarc_*.c.
 */
#ifndef AUTH_DMARC_DMARC_DISCOVER_H
#define AUTH_DMARC_DMARC_DISCOVER_H

#include "auth/dmarc/dmarc.h"
#include "auth/dns/dns.h"

enum { DMARC_WALK_MAX = 8 }; /* RFC 9989 4.10 */

enum dmarc_found {
	DMARC_NO_RECORD,
	DMARC_RECORD,
	DMARC_SEVERAL,  /* several records, which count as none (RFC 9989 4.10) */
	DMARC_TOO_LONG, /* "_dmarc." and the name are not a valid DNS name */
	DMARC_NO_ANSWER /* the query failed, so it is unknown whether there is a record */
};

/* What was found at _dmarc.name. */
struct dmarc_node {
	struct slice name;
	enum dmarc_found found;
	enum dns_status status;
	bool over;                  /* for DMARC_NO_ANSWER: the query limit was reached */
	struct dmarc_record record; /* DMARC_RECORD */
	char assumed; /* for DMARC_NO_ANSWER: psd of the record that is assumed there, or NUL for
			 none */
	struct dmarc_node *next;
};

/* The records of one message: every name is queried and parsed once. */
struct dmarc_finder {
	const struct auth_input *in;
	enum dmarc_mode mode;
	struct dmarc_node *nodes; /* newest first */
};

/* A tree walk (RFC 9989 4.10): longest name first, up to the first known psd=y or psd=n. */
struct dmarc_walk {
	struct slice start;
	struct dmarc_node *nodes[DMARC_WALK_MAX];
	size_t n;
	bool failed; /* some node has no answer */
	bool over;   /* some node has no answer because of the query limit */
};

struct dmarc_node *dmarc_node(struct dmarc_finder *finder, struct slice name);

/* Starts the queries for all names of a walk. */
void dmarc_walk_ask(const struct dmarc_finder *finder, struct slice start);
void dmarc_walk(struct dmarc_finder *finder, struct slice start, struct dmarc_walk *walk);

/* The organizational domain from the records found and assumed (RFC 9989 4.10.2). */
struct slice dmarc_walk_org(const struct dmarc_walk *walk);

enum dmarc_discovery {
	DMARC_SELECTED,
	DMARC_NOTHING,         /* no record */
	DMARC_NOTHING_SEVERAL, /* no usable record, because a name has several */
	DMARC_UNKNOWN          /* a failed query could have changed the selection */
};

struct dmarc_selection {
	const struct dmarc_node *node;
	enum dmarc_source source;
	struct slice org; /* the author's organizational domain; empty if it was not determined */
};

/*
 * Finds the record to apply to the author domain (RFC 9989 4.10.1, RFC 7489 6.6.3). The tree is
 * walked only if the author domain has no record. *selection is set for DMARC_SELECTED.
 */
enum dmarc_discovery dmarc_discover(
	struct dmarc_finder *finder, struct slice author, struct dmarc_selection *selection);

/*
 * Sets steps and nsteps of result: what was found so far at the names of the author domain's walk,
 * in its order.
 */
void dmarc_steps(
	const struct dmarc_finder *finder, struct slice author, struct dmarc_result *result);

enum dmarc_alignment {
	DMARC_NOT_ALIGNED,
	DMARC_ALIGNED,
	DMARC_UNSURE,        /* a failed query could have decided it */
	DMARC_UNSURE_AUTHOR, /* the same, and a query on the author domain's own walk failed */
	DMARC_OVER           /* undecided because of the query limit: counts as not aligned */
};

/*
 * Relaxed alignment of two different names (RFC 9989 4.4, 4.10.2; RFC 7489 3.1): do both have the
 * same organizational domain? The answer is certain even if a query failed, as long as no answer to
 * it could change the result. *author_org is set if it was needed and is known.
 */
enum dmarc_alignment dmarc_align_relaxed(struct dmarc_finder *finder, struct slice author,
	struct slice identifier, struct slice *author_org);

/*
 * The same without queries for the identifier, whose result cannot lead to a pass: any name within
 * the author's organizational domain counts as aligned.
 */
enum dmarc_alignment dmarc_align_roughly(struct dmarc_finder *finder, struct slice author,
	struct slice identifier, struct slice *author_org);

/* Starts the queries that dmarc_align_relaxed will need for the identifier. */
void dmarc_align_ask(struct dmarc_finder *finder, struct slice author, struct slice identifier);

#endif

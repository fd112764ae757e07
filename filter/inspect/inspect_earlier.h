/* inspect_earlier.h: what an earlier inspection found (--baseline), read from its JSON. */
#ifndef FILTER_INSPECT_INSPECT_EARLIER_H
#define FILTER_INSPECT_INSPECT_EARLIER_H

#include <stdint.h>

#include "auth/base/ip.h"
#include "auth/base/reason.h"

enum { EARLIER_LIST = 2000 /* of networks, terms, keys or hosts at most */ };

struct earlier_term {
	unsigned depth;
	struct slice text, target, record; /* as in struct inspect_term */
};

struct earlier_net {
	struct ip_net net;
	struct slice term, domain;
};

struct earlier_dmarc {
	bool known;           /* DNS answered */
	struct slice record;  /* empty: none */
	struct slice domain;  /* where it is */
	struct slice policy;  /* after t or pct; empty: none */
	struct slice verdict; /* our disposition of unauthenticated mail */
	bool spf_strict, dkim_strict, reports;
	unsigned pct; /* 100 unless RFC 7489 applies a policy to a share only */
};

struct earlier_key {
	struct slice selector, name, record;
	bool usable, known;
};

struct earlier_mx {
	struct slice name; /* "" for the null MX */
	unsigned preference;
};

/* The result of an earlier inspection. */
struct inspect_earlier {
	bool there; /* in the file */
	int64_t time;
	bool spf_known, spf_whole;
	struct slice spf, others; /* the record; the result for all others, or empty */
	struct earlier_term *terms;
	size_t nterms;
	struct earlier_net *nets;
	size_t nnets;
	struct earlier_dmarc dmarc[2]; /* RFC 9989, RFC 7489 */
	struct earlier_key *keys;
	size_t nkeys;
	bool mx_known;
	struct earlier_mx *mx;
	size_t nmx;
};

/*
 * The domain's object in lines of inspect --output json; *earlier then points into the arena.
 * ST_BAD with *error if a line is not one of this version's, the end is missing, or the domain is
 * there twice; ST_TEMP without memory.
 */
enum status inspect_earlier_parse(struct slice lines, struct slice domain, struct arena *arena,
	struct inspect_earlier *earlier, struct error *error);

#endif

/* inspect_earlier.h: reads an earlier inspection (--baseline) from its JSON. */
#ifndef FILTER_INSPECT_INSPECT_EARLIER_H
#define FILTER_INSPECT_INSPECT_EARLIER_H

#include <stdint.h>

#include "auth/base/ip.h"
#include "auth/base/reason.h"

enum { EARLIER_LIST = 2000 /* maximum number of networks, terms, keys or hosts */ };

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
	struct slice domain;  /* the domain where it was found */
	struct slice policy;  /* the policy after t= or pct= was applied; empty if there is none */
	struct slice verdict; /* our disposition for unauthenticated mail */
	bool spf_strict, dkim_strict, reports;
	unsigned pct; /* 100 unless, under RFC 7489, the policy applies only to a share */
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
	bool there; /* the file has the domain */
	int64_t time;
	bool spf_known, spf_whole;
	struct slice spf, others; /* the record; the result for all other addresses, or empty */
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
 * Reads the domain's object from lines of inspect --output json; *earlier then points into the
 * arena. ST_BAD with *error if a line does not have the format of this version, if the last line
 * end is missing, or if the domain occurs twice; ST_TEMP when out of memory.
 */
enum status inspect_earlier_parse(struct slice lines, struct slice domain, struct arena *arena,
	struct inspect_earlier *earlier, struct error *error);

#endif

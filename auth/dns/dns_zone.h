/* dns_zone.h: a zone in memory: a hash table of all names in the file and their parents. */
#ifndef AUTH_DNS_DNS_ZONE_H
#define AUTH_DNS_DNS_ZONE_H

#include "auth/dns/dns_backend.h"
#include "auth/dns/dns_name.h"

enum { ZONE_TXT_MAX = 65535 };

struct zone_record {
	struct zone_record *next; /* next record of the same name, in file order */
	enum dns_type type;
	uint32_t ttl;
	struct dns_rr rr;
	struct dns_name *target; /* CNAME */
};

/* the answer that a pragma gives */
struct zone_pragma {
	struct zone_pragma *next;
	bool typed;    /* for one type; otherwise for the name */
	bool recorded; /* each line of its file is a complete answer (DNS_RECORD_FIRST) */
	enum dns_type type;
	const struct dns_outcome *outcome; /* NULL: answers are secure */
};

struct zone_node {
	struct zone_node *next; /* in the same bucket */
	uint64_t hash;
	size_t n;
	const unsigned char *wire;
	bool exists; /* has records or a pragma other than NXDOMAIN and SECURE, or is the parent of
			such a name */
	bool owns;   /* there is a record of that name, perhaps of a type that is skipped */
	struct zone_record *first, *last;
	struct zone_pragma *pragmas;
};

struct zone {
	struct arena *arena;
	struct zone_node **buckets;
	size_t nbuckets, nnodes;
};

void zone_init(struct zone *zone, struct arena *arena);

/* NULL if neither the name nor anything below it is in the zone */
struct zone_node *zone_find(const struct zone *zone, const unsigned char *wire, size_t n);

struct zone_node *zone_add(struct zone *zone, const struct dns_name *name);

/* Marks the name and all its parents as existing. */
void zone_exists(struct zone *zone, struct zone_node *node);

enum zone_says { ZONE_NOTHING, ZONE_ANSWER, ZONE_CNAME };

/* The answer of a single node: nothing for this type, *answer, or the *target of a CNAME. */
enum zone_says zone_node_says(const struct zone_node *node, enum dns_type type, struct arena *arena,
	struct dns_answer *answer, const struct dns_name **target);

/* Does a pragma of a parent say that the name does not exist (RFC 8020)? */
bool zone_hides(const struct zone *zone, const struct dns_name *name);

/* The wildcard directly below a name, or NULL. */
const struct zone_node *zone_star(const struct zone *zone, const unsigned char *wire, size_t n);

/*
 * Reads a master file. False, with *error and its line, if it is malformed or, if strict, if a
 * pragma denies a record: NXDOMAIN or a failure any record of its name or type, NODATA one of its
 * type. NODATA without a type denies only types without records.
 */
bool zone_read(struct zone *zone, struct slice text, bool strict, struct error *error);

/*
 * The answer as an authoritative server of this zone gives it, with CNAMEs followed inside the
 * zone. The array of records is in the arena; its texts belong to the zone, which is not changed.
 */
void zone_answer(const struct zone *zone, const struct dns_name *name, enum dns_type type,
	struct arena *arena, struct dns_answer *answer);

#endif

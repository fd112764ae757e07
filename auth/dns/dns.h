/*
 * dns.h: DNS queries and answers.
 *
 * A question is a normal name (auth/base/domain.h) or any name of at most 253 octets whose labels
 * are 1 to 63 octets (any octets but the dot; ASCII case does not matter; one final dot is
 * removed). Any other name gives DNS_BAD at once; nothing is queried or recorded. There is always
 * an answer, of one of five kinds. A caller that needs several answers decides how to combine the
 * kinds; TEMP must never count as NXDOMAIN.
 */
#ifndef AUTH_DNS_DNS_H
#define AUTH_DNS_DNS_H

#include <stdint.h>

#include "auth/base/ip.h"
#include "auth/dns/dns_error.h"
#include "mime/arena.h"
#include "mime/status.h"

enum dns_status {
	DNS_OK,       /* at least one record of the type */
	DNS_NODATA,   /* the name exists (or is an empty non-terminal), without that type */
	DNS_NXDOMAIN, /* the name does not exist, nor anything below it (RFC 8020) */
	DNS_TEMP,     /* time-out, SERVFAIL, REFUSED, no server, no time left: unknown for now */
	DNS_BAD /* an answer that cannot be read or is too large, or a name that cannot be asked */
};

enum dns_type { DNS_A = 1, DNS_CNAME = 5, DNS_PTR = 12, DNS_MX = 15, DNS_TXT = 16, DNS_AAAA = 28 };

/* Why an answer has no records; the table is in dns.c. */
enum dns_outcome_id {
	DNS_OUT_NODATA,
	DNS_OUT_NXDOMAIN,
	DNS_OUT_SERVFAIL,
	DNS_OUT_TIMEOUT,
	DNS_OUT_DEADLINE,
	DNS_OUT_REFUSED,
	DNS_OUT_NOTIMP,
	DNS_OUT_FORMERR,
	DNS_OUT_RCODE,
	DNS_OUT_REFERRAL,
	DNS_OUT_UNREACHABLE,
	DNS_OUT_BAD,
	DNS_OUT_LOOP,
	DNS_OUT_LARGE,
	DNS_OUT_UNASKED,
	DNS_OUT_NAME,
	DNS_OUT_MANY,
	DNS_OUTCOMES
};

struct dns_rr {
	struct slice text; /* TXT: its character-strings, concatenated (RFC 7208 3.3) */
	struct slice
		name; /* MX, PTR, CNAME: target, lower case, no dot at the end; "" for the root */
	struct ip ip; /* A: family 4; AAAA: family 6, also if the address is IPv4-mapped */
	unsigned preference; /* MX */
};

struct dns_answer {
	enum dns_status status;
	const struct dns_rr *rr; /* only for DNS_OK */
	size_t n;
	uint32_t ttl; /* seconds, the smallest; 0 if unknown */
	bool secure;  /* the resolver set AD, which is only as trustworthy as the path to it */
	enum dns_outcome_id outcome; /* if status is not DNS_OK */
};

struct dns; /* cache, limits and one back end; for one thread at a time (for several: dns_pool.h) */

/*
 * Starts a query without waiting; asking again costs nothing. This changes only the speed, never a
 * result.
 */
void dns_ask(struct dns *dns, struct slice name, enum dns_type type);

/*
 * Waits for the answer if needed. Never NULL; owned by the dns, valid until dns_free. until_ms
 * (dns_clock_ms) bounds this wait in addition to the limits of the dns; 0: no further bound. An
 * answer that does not arrive in time is DNS_TEMP, with DNS_OUT_TIMEOUT or DNS_OUT_DEADLINE, and
 * later calls return the same, so that a recording of the run reproduces it.
 */
const struct dns_answer *dns_get(
	struct dns *dns, struct slice name, enum dns_type type, int64_t until_ms);

/* Is ip one of the addresses in an answer to an A or AAAA query? */
bool dns_answer_has(const struct dns_answer *answer, const struct ip *ip);
/*
 * Is ip one of the addresses of the name? Queries A or AAAA, by its family. until_ms: as in
 * dns_get.
 */
bool dns_has_address(struct dns *dns, struct slice name, const struct ip *ip, int64_t until_ms);

/* Milliseconds of a monotonic clock. With a zone nothing waits, and the time never changes. */
int64_t dns_clock_ms(const struct dns *dns);

/* Starts the clock for the deadline: time spent before does not count. */
void dns_begin(struct dns *dns, int64_t deadline_ms);

/* Waits for the answers to all queries that were started, so that they can be recorded. */
void dns_settle(struct dns *dns);

/* The number of distinct questions so far. */
size_t dns_asked(const struct dns *dns);

/*
 * Limits the number of queries, without those of the next two functions, to max: the answer to
 * further ones is DNS_BAD with DNS_OUT_MANY, and nothing is sent or recorded. Initially there is no
 * limit.
 */
void dns_limit(struct dns *dns, size_t max);

/* Like dns_ask and dns_get, but exempt from the limit: for the author's policy. */
void dns_ask_policy(struct dns *dns, struct slice name, enum dns_type type);
const struct dns_answer *dns_get_policy(
	struct dns *dns, struct slice name, enum dns_type type, int64_t until_ms);

const char *dns_status_word(enum dns_status status);
/* Why there is no answer, for people ("timeout"); NULL unless the status is TEMP or BAD. */
const char *dns_why(const struct dns_answer *answer);
/* The same for programs ("TIMEOUT"), as in the pragma of a zone; NULL in the same cases. */
const char *dns_why_word(const struct dns_answer *answer);
const char *dns_type_word(enum dns_type type);

/* back ends */

struct dns_config {
	const char *const *
		resolvers; /* ADDR[:PORT] or [ADDR]:PORT; if there are none, those of resolv.conf */
	size_t nresolvers;
	const struct dns_servers *system; /* those of resolv.conf; NULL: it is read now */
	const char *resolv_conf;          /* NULL: /etc/resolv.conf */
	int64_t timeout_ms;               /* for one query, retries included */
	int64_t deadline_ms;              /* for all queries together, counted from opening */
	arena_oom *oom;                   /* as in an arena */
	void *oom_arg;
};

/*
 * Opens a dns that queries resolvers over UDP and TCP (dns_resolver.c). Files are read now; sockets
 * are opened when queries are sent. ST_BAD for an invalid resolver address or more than 16 of them,
 * ST_TEMP if resolv.conf cannot be read (a missing one means 127.0.0.1), with *error set.
 */
enum status dns_open_resolver(
	const struct dns_config *config, struct dns **dns, struct error *error);

/*
 * Opens a dns that answers from text, an RFC 1035 master file of at most DNS_ZONE_MAX octets, with
 * absolute names or names relative to $ORIGIN (initially the root), and pragma lines `;!WORD name
 * [TYPE]`. Types other than those of enum dns_type are skipped, but their names exist. CNAMEs are
 * followed inside the zone, 16 at most (more, or a loop, is DNS_BAD, because a retry would not
 * help); wildcards are those of RFC 4592.
 *
 * SERVFAIL, TIMEOUT (REFUSED, BAD...: all are listed in dns.c) make queries for the name, or for
 * one of its types, fail at once even if it has records. NODATA and NXDOMAIN with a TYPE are the
 * answer for that type, unless the name has a CNAME and the file was not recorded (its first line
 * is not DNS_RECORD_FIRST): then the CNAME is followed. Without TYPE, they are the answer for types
 * without records, and NXDOMAIN also applies to all names below that are not in the zone. SECURE
 * sets secure.
 *
 * No network is used. ST_BAD with *error and its line. The dns refers to neither text nor arena
 * afterwards, except for arena's oom function.
 */
enum status dns_open_zone(
	struct slice text, struct arena *arena, struct dns **dns, struct error *error);

enum { DNS_ZONE_MAX = 64 * 1024 * 1024 };

/* first line of a recorded zone */
#define DNS_RECORD_FIRST "; DNS answers of one run, recorded by mailstamp\n"

/*
 * Records that override DNS, as if they were published.
 *
 * An RRset (one name, one type) replaces the one in DNS; a CNAME replaces all types of its name;
 * other types are unchanged. Pragmas work as in a zone: NXDOMAIN, NODATA and failures also override
 * DNS. The parents of a name in the overlay exist. A wildcard answers for names that exist neither
 * in the overlay nor in DNS (RFC 4592 3.3.1), and in place of the same wildcard in DNS: for names
 * with the records that DNS has for the wildcard's own name. CNAMEs may lead from the overlay into
 * DNS and from DNS into the overlay; at most DNS_CHAIN_MAX are followed.
 *
 * texts: n master files as dns_open_zone reads them. In the first `strict` ones, a pragma beside a
 * record that it denies, in any text, is an error. ST_BAD with *error, and the index of the
 * faulty file in *wrong. The overlay is owned by the arena and never changes afterwards.
 */
struct dns_overlay;

enum status dns_overlay_read(const struct slice *texts, size_t n, size_t strict,
	struct arena *arena, struct dns_overlay **overlay, size_t *wrong, struct error *error);

/*
 * Opens a dns with the answers of below, overridden by the overlay. Queries go through below and
 * its limits; the caller owns below, which must outlive the result. The result is in the arena:
 * call dns_free before the arena is cleared.
 */
struct dns *dns_open_overlay(
	const struct dns_overlay *overlay, struct dns *below, struct arena *arena);

/*
 * All queries and answers so far as a sorted master file, from which dns_open_zone gives the same
 * answers, including outcomes and secure. Records have the queried name even if CNAMEs led to them.
 * Owned by arena; empty if it would exceed DNS_ZONE_MAX.
 */
struct slice dns_record(const struct dns *dns, struct arena *arena);

/* For tests: makes the answer for that name and type a time-out. */
void dns_break(struct dns *dns, struct slice name, enum dns_type type);

/*
 * Calls each(arg, name, type, answer) for every query in the order in which it was first made; the
 * answer is DNS_TEMP if none has arrived yet.
 */
void dns_each(const struct dns *dns,
	void (*each)(
		void *arg, struct slice name, enum dns_type type, const struct dns_answer *answer),
	void *arg);

void dns_free(struct dns *dns); /* NULL is fine */

#endif

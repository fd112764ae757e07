/*
 * dns.h: questions and answers.
 *
 * A question is a normal name (auth/base/domain.h) or any name of at most 253 octets whose labels
 * are 1 to 63 octets (any octets but the dot; ASCII case does not matter; one dot at its end is
 * taken off). Any other name gives DNS_BAD at once; nothing is asked or recorded. There is always
 * an answer, in one of five kinds. The caller decides which kind wins if it needs several
 * answers: TEMP is never taken for NXDOMAIN.
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
	DNS_TEMP,     /* time-out, SERVFAIL, REFUSED, no server, no budget left: unknown for now */
	DNS_BAD       /* an answer that cannot be read, or a name that cannot be asked */
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
	DNS_OUT_UNASKED,
	DNS_OUT_NAME,
	DNS_OUT_MANY,
	DNS_OUTCOMES
};

struct dns_rr {
	struct slice text; /* TXT: its character-strings joined, nothing between (RFC 7208 3.3) */
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
	bool secure;  /* the resolver set AD: only as trustworthy as the path to it */
	enum dns_outcome_id outcome; /* if it is not DNS_OK */
};

struct dns; /* cache, budget and one back end; one thread at a time (more: dns_pool.h) */

/*
 * name_ask starts a question without waiting; repeating a question costs nothing. It changes the
 * speed and never a result.
 */
void dns_ask(struct dns *dns, struct slice name, enum dns_type type);

/*
 * The answer, waited for if needed: never NULL, owned by the dns, valid until dns_free. until_ms
 * (dns_clock_ms) bounds this wait in addition to the budgets of the dns; 0 is no further bound. An
 * answer that did not come in time is DNS_TEMP, with DNS_OUT_TIMEOUT or DNS_OUT_DEADLINE, and stays
 * so: a recording of the run replays what was answered first.
 */
const struct dns_answer *dns_get(
	struct dns *dns, struct slice name, enum dns_type type, int64_t until_ms);

/* Milliseconds of a monotonic clock; with a zone, where nothing waits, it does not advance. */
int64_t dns_clock_ms(const struct dns *dns);

/* Starts the clock for all questions: time spent before does not count. */
void dns_begin(struct dns *dns, int64_t deadline_ms);

/* Waits for answers that were asked for and not yet needed, so that all are recorded. */
void dns_settle(struct dns *dns);

/* The number of distinct questions so far. */
size_t dns_asked(const struct dns *dns);

/*
 * From now on a new question is asked only while fewer than max were; else the answer is DNS_BAD
 * with DNS_OUT_MANY, and nothing is asked or recorded. There is no limit at first.
 */
void dns_limit(struct dns *dns, size_t max);

/* Like dns_ask and dns_get, but exempt from the limit: for the author's policy. */
void dns_ask_policy(struct dns *dns, struct slice name, enum dns_type type);
const struct dns_answer *dns_get_policy(
	struct dns *dns, struct slice name, enum dns_type type, int64_t until_ms);

const char *dns_status_word(enum dns_status status);
/* Why there is no answer, for people ("timeout"); NULL if the status is neither TEMP nor BAD. */
const char *dns_why(const struct dns_answer *answer);
/* The same for programs ("TIMEOUT"), as in the pragma of a zone; NULL likewise. */
const char *dns_why_word(const struct dns_answer *answer);
const char *dns_type_word(enum dns_type type);

/* back ends */

struct dns_config {
	const char *const *resolvers; /* ADDR[:PORT] or [ADDR]:PORT; none: those of resolv.conf */
	size_t nresolvers;
	const char *resolv_conf; /* its path; NULL: /etc/resolv.conf */
	int64_t timeout_ms;      /* waiting for one question, retries included */
	int64_t deadline_ms;     /* all questions together, counted from opening */
	void (*oom)(void *arg);  /* as in an arena */
	void *oom_arg;
};

/*
 * Over UDP and TCP (dns_resolver.c). All files are read now; sockets are opened for questions.
 * ST_BAD for an invalid resolver address, ST_TEMP if resolv.conf cannot be read (a missing one
 * means 127.0.0.1), with *error set.
 */
enum status dns_open_resolver(
	const struct dns_config *config, struct dns **dns, struct error *error);

/*
 * text: an RFC 1035 master file, at most DNS_ZONE_MAX octets, with names absolute or below $ORIGIN
 * (the root before the first one), and pragma lines `;!WORD name [TYPE]`. Types other than those of
 * enum dns_type are skipped, but their names exist. CNAMEs are followed inside the zone, 16 at most
 * (more, or a loop, are DNS_BAD: waiting does not help); wildcards are those of RFC 4592.
 *
 * SERVFAIL, TIMEOUT (REFUSED, BAD... : dns_backend.h) fail at once, for the name or one of its
 * types, whatever records it has. NODATA and NXDOMAIN with a TYPE are the answer for it; without,
 * they are the answer for types without records, and NXDOMAIN also for all names below that are not
 * in the zone. SECURE sets secure.
 *
 * No network. ST_BAD with *error and its line. The dns keeps nothing of text or
 * arena but arena's oom.
 */
enum status dns_open_zone(
	struct slice text, struct arena *arena, struct dns **dns, struct error *error);

enum { DNS_ZONE_MAX = 64 * 1024 * 1024 };

/* how a recorded zone begins */
#define DNS_RECORD_FIRST "; DNS answers of one run, recorded by mailstamp\n"

/*
 * Records that override other DNS, as if they were published.
 *
 * A set of records (one name, one type) replaces the one below; a CNAME replaces all types of its
 * name; other types stay. Pragmas as in a zone: NXDOMAIN, NODATA and failures also replace the
 * records below. A name above one that is laid over exists. A wildcard answers for names that exist
 * neither here nor below (RFC 4592 3.3.1). CNAMEs are followed from one into the other,
 * DNS_CHAIN_MAX at most.
 *
 * texts: n master files as dns_open_zone reads them. ST_BAD with the error in *error, and its index
 * in *wrong. The overlay is arena's and is not changed by its users.
 */
struct dns_overlay;

enum status dns_overlay_read(const struct slice *texts, size_t n, struct arena *arena,
	struct dns_overlay **overlay, size_t *wrong, struct error *error);

/*
 * The answers of below, with the overlay over them. Queries and their limits are those of below,
 * which the caller owns and which must outlive the result. It is in the arena: dns_free must free
 * it before the arena is cleared.
 */
struct dns *dns_open_overlay(
	const struct dns_overlay *overlay, struct dns *below, struct arena *arena);

/*
 * Everything that was asked and answered so far, as such a zone, sorted: the text that
 * dns_open_zone reads back to the same answers, outcomes and secure included. Records have the name
 * that was asked, whatever CNAMEs led to them. Owned by arena; empty if they exceed DNS_ZONE_MAX.
 */
struct slice dns_record(const struct dns *dns, struct arena *arena);

/* From now on the answer for that name and type is a time-out: for tests. */
void dns_break(struct dns *dns, struct slice name, enum dns_type type);

/*
 * Calls each(arg, name, type, answer) for every question in the order it was first asked; the
 * answer is DNS_TEMP if none has arrived yet and none was waited for.
 */
void dns_each(const struct dns *dns,
	void (*each)(
		void *arg, struct slice name, enum dns_type type, const struct dns_answer *answer),
	void *arg);

void dns_free(struct dns *dns); /* NULL is fine */

#endif

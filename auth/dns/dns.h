/*
 * dns.h: questions and answers.
 *
 * A question is a normal name (auth/base/domain.h) or any name of at most 253 octets whose labels
 * are 1 to 63 octets (any octets but the dot; ASCII case does not matter; one dot at its end is
 * taken off). Of another name the answer is DNS_BAD at once, and nothing is asked or recorded. An
 * answer always comes, and says which of five things is known. Which wins where several are needed
 * is the caller's: TEMP is never taken for NXDOMAIN.
 */
#ifndef AUTH_DNS_DNS_H
#define AUTH_DNS_DNS_H

#include <stdint.h>

#include "auth/base/ip.h"
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

/* What an answer without records is in detail: the table is in dns.c. */
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
	struct ip ip; /* A: family 4; AAAA: family 6, also where the address is IPv4-mapped */
	unsigned preference; /* MX */
};

struct dns_answer {
	enum dns_status status;
	const struct dns_rr *rr; /* only for DNS_OK */
	size_t n;
	uint32_t ttl;                /* seconds, the smallest; 0 where unknown */
	bool secure;                 /* the resolver set AD: only as good as the way to it */
	enum dns_outcome_id outcome; /* where it is not DNS_OK */
};

struct dns; /* cache, budget and one back end; one thread at a time (more: dns_pool.h) */

/*
 * name_ask starts a question without waiting; asking what was asked before costs nothing.
 * It changes the speed and never a result.
 */
void dns_ask(struct dns *dns, struct slice name, enum dns_type type);

/*
 * The answer, waited for where needed: never NULL, owned by the dns, valid until dns_free.
 * until_ms (dns_clock_ms) bounds this wait beside the budgets of the dns; 0 is no further bound.
 * An answer that did not come in time is DNS_TEMP, with DNS_OUT_TIMEOUT or DNS_OUT_DEADLINE, and
 * stays so: what was once told is what a record of the run replays.
 */
const struct dns_answer *dns_get(
	struct dns *dns, struct slice name, enum dns_type type, int64_t until_ms);

/* Milliseconds of a monotonic clock; over a zone, where nothing waits, it stands still. */
int64_t dns_clock_ms(const struct dns *dns);

/* Counts the time for all questions from now on: what came before was not spent on them. */
void dns_begin(struct dns *dns, int64_t deadline_ms);

/* Waits for the answers that were asked for and not yet needed, so that all are told. */
void dns_settle(struct dns *dns);

/* How many distinct questions were asked so far. */
size_t dns_asked(const struct dns *dns);

/*
 * From now on a new question is asked only while fewer than max were; else the answer is DNS_BAD
 * with DNS_OUT_MANY, and nothing is asked or recorded. There is no limit at first.
 */
void dns_limit(struct dns *dns, size_t max);

/* The same as dns_ask and dns_get for what the limit must not hold back: the author's policy. */
void dns_ask_policy(struct dns *dns, struct slice name, enum dns_type type);
const struct dns_answer *dns_get_policy(
	struct dns *dns, struct slice name, enum dns_type type, int64_t until_ms);

const char *dns_status_word(enum dns_status status);
/* Why there is no answer, for people ("timeout"); NULL where the status is neither TEMP nor BAD. */
const char *dns_why(const struct dns_answer *answer);
/* The same for programs ("TIMEOUT"), as the pragma of a zone has it; NULL likewise. */
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
 * Over UDP and TCP (dns_resolver.c). Every file is read here, sockets are opened for questions.
 * ST_BAD for a resolver's address that is none, ST_TEMP where resolv.conf cannot be read (one that
 * is not there names 127.0.0.1), with *error set (a literal).
 */
enum status dns_open_resolver(
	const struct dns_config *config, struct dns **dns, const char **error);

/*
 * text: an RFC 1035 master file, at most DNS_ZONE_MAX octets, with names absolute or below $ORIGIN
 * (the root before the first one), and pragma lines `;!WORD name [TYPE]`. Types other than those of
 * enum dns_type are skipped, but their names exist. CNAMEs are followed inside the zone, 16 at most
 * (more, or a loop, are DNS_BAD: waiting does not mend them); wildcards are those of RFC 4592.
 *
 * SERVFAIL, TIMEOUT (REFUSED, BAD... : dns_backend.h) fail at once, for the name or one of its
 * types, whatever records it has. NODATA and NXDOMAIN with a TYPE are the answer for it; without,
 * they are the answer for types without records, and NXDOMAIN also for all below that is not in the
 * zone. SECURE sets secure.
 *
 * No network. ST_BAD with the line and an error in *error (owned by arena). The dns keeps nothing
 * of text or arena but arena's oom.
 */
enum status dns_open_zone(
	struct slice text, struct arena *arena, struct dns **dns, const char **error);

enum { DNS_ZONE_MAX = 64 * 1024 * 1024 };

/* how a recorded zone begins */
#define DNS_RECORD_FIRST "; DNS answers of one run, recorded by mailstamp\n"

/*
 * Everything that was asked and answered so far, as such a zone, sorted: the text that
 * dns_open_zone reads back to the same answers, outcomes and secure included. Records have the name
 * that was asked, whichever CNAMEs led to them. Owned by arena; empty where they are more than
 * DNS_ZONE_MAX.
 */
struct slice dns_record(const struct dns *dns, struct arena *arena);

/* From now on the answer for that name and type is a time-out: for the tests of the invariants. */
void dns_break(struct dns *dns, struct slice name, enum dns_type type);

/* Calls each(arg, name, type, answer) for every question in the order it was first asked; the
 * answer is DNS_TEMP where none has come yet and nobody waited for one. */
void dns_each(const struct dns *dns,
	void (*each)(
		void *arg, struct slice name, enum dns_type type, const struct dns_answer *answer),
	void *arg);

void dns_free(struct dns *dns); /* NULL is fine */

#endif

/*
 * dns.h: questions and answers.
 *
 * A question is a normal name (auth/base/domain.h) or any name whose labels are 1 to 63 octets; an
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

struct dns_rr {
	struct slice text; /* TXT: its character-strings joined, nothing between (RFC 7208 3.3) */
	struct slice name; /* MX, PTR: the target, lower case, no dot at the end; "" for the root */
	struct ip ip;      /* A, AAAA (never mapped) */
	unsigned preference; /* MX */
};

struct dns_answer {
	enum dns_status status;
	const struct dns_rr *rr; /* only for DNS_OK */
	size_t n;
	uint32_t ttl;    /* seconds, the smallest; 0 where unknown */
	bool secure;     /* the resolver set AD: only as good as the way to it */
	const char *why; /* for TEMP and BAD: from a fixed table ("SERVFAIL", "timeout", ...) */
};

struct dns; /* cache, budget and one back end; one thread at a time */

/*
 * name_ask starts a question without waiting; asking what was asked before costs nothing.
 * It changes the speed and never a result.
 */
void
dns_ask(struct dns *dns, struct slice name, enum dns_type type);

/*
 * The answer, waited for where needed: never NULL, owned by the dns, valid until dns_free.
 * until_ms (dns_clock_ms) bounds this wait beside the budgets of the dns; 0 is no further bound.
 * An answer that did not come in time is DNS_TEMP with why "timeout" (for this caller; a later
 * get may find it arrived).
 */
const struct dns_answer *
dns_get(struct dns *dns, struct slice name, enum dns_type type, int64_t until_ms);

/* Milliseconds of a monotonic clock. */
int64_t
dns_clock_ms(const struct dns *dns);

/* How many distinct questions were asked so far. */
size_t
dns_asked(const struct dns *dns);

const char *
dns_status_word(enum dns_status status);
const char *
dns_type_word(enum dns_type type);

/* back ends */

struct dns_config {
	const char *const
		*resolvers; /* ADDR[:PORT] or [ADDR]:PORT; none: the system's resolv.conf */
	size_t nresolvers;
	int64_t timeout_ms;  /* one question, retries included */
	int64_t deadline_ms; /* all questions together, counted from opening */
};

/* c-ares; ST_TEMP where it could not start, ST_BAD for a resolver's address with *error set */
enum status
dns_open_resolver(const struct dns_config *config, struct dns **dns, const char **error);

/*
 * text: an RFC 1035 master file with absolute or $ORIGIN-relative names and the pragmas
 * `;!SERVFAIL name [TYPE]`, `;!TIMEOUT name [TYPE]`, `;!NODATA name`, `;!NXDOMAIN name`.
 * No network. ST_BAD with the line and an error in *error (owned by arena).
 */
enum status
dns_open_zone(struct slice text, struct arena *arena, struct dns **dns, const char **error);

/*
 * Everything that was asked and answered so far, as such a zone, sorted: the text that
 * dns_open_zone reads back to the same answers. Owned by arena.
 */
struct slice
dns_record(const struct dns *dns, struct arena *arena);

/* A name and type whose answer is replaced by a time-out: for the tests of the invariants. */
void
dns_break(struct dns *dns, struct slice name, enum dns_type type);

/* Calls each(arg, name, type, answer) for every question in the order it was first asked. */
void
dns_each(const struct dns *dns,
	void (*each)(
		void *arg, struct slice name, enum dns_type type, const struct dns_answer *answer),
	void *arg);

void
dns_free(struct dns *dns); /* NULL is fine */

#endif

/*
 * dns_pool.h: DNS answers shared by threads: one bounded cache in front of one back end.
 *
 * Each message has its own struct dns, with its own budget and list of questions; the pool provides
 * the answers. A thread sends its queries itself; one of those that wait for answers receives the
 * answers of all, so that no thread exists only for that. The time-out of a query counts only while
 * some thread waits.
 *
 * TTLs are ignored: an answer is valid while it is in the cache, so that all messages of a run see
 * the same. A failure is queried again after DNS_POOL_RETRY_MS unless keep_all is set.
 */
#ifndef AUTH_DNS_DNS_POOL_H
#define AUTH_DNS_DNS_POOL_H

#include "auth/dns/dns.h"

enum {
	DNS_POOL_RETRY_MS = 60000,
	DNS_POOL_LONG_MS = 2, /* a local resolver answers within this time */
	DNS_POOL_FLYING = 512 /* concurrent queries; further questions wait */
};

struct dns_pool;

struct dns_pool_config {
	struct dns_config dns;    /* deadline_ms counts from the opening of each dns */
	const struct slice *zone; /* a master file to answer from (dns_open_zone), or NULL */
	size_t cache_max;         /* octets of idle answers to keep, approximately */
	bool keep_all;            /* discard nothing, for dns_pool_record */
};

/*
 * ST_BAD with *error for a bad resolver or zone; ST_TEMP with *error if memory or a pipe is not
 * available.
 */
enum status dns_pool_open(
	const struct dns_pool_config *config, struct dns_pool **pool, struct error *error);

/* All its dns must have been freed. NULL is allowed. */
void dns_pool_free(struct dns_pool *pool);

/* The user of a dns: all members may be NULL. */
struct dns_pool_user {
	void (*wait_begin)(void *arg); /* called before the thread sleeps for an answer */
	void (*wait_long)(void *arg);  /* called when it has slept for DNS_POOL_LONG_MS */
	void (*wait_end)(void *arg);   /* called after it has woken up */
	void *wait_arg;
};

/*
 * A dns for one message, in the message's arena: call dns_free before the arena is cleared. For one
 * thread at a time, like every dns.
 */
struct dns *dns_pool_dns(
	struct dns_pool *pool, const struct dns_pool_user *user, struct arena *arena);

/* Do all queries go to this machine, whose server needs the processor while we wait for it? */
bool dns_pool_is_local(const struct dns_pool *pool);

/*
 * The number of answers, and each of them, in no particular order; no other thread may use the
 * pool.
 */
size_t dns_pool_count(struct dns_pool *pool);
void dns_pool_each(struct dns_pool *pool,
	void (*each)(
		void *arg, struct slice name, enum dns_type type, const struct dns_answer *answer),
	void *arg);

/* Like dns_record, for all answers in the cache; empty if they exceed DNS_ZONE_MAX. */
struct slice dns_pool_record(struct dns_pool *pool, struct arena *arena);

#endif

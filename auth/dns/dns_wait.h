/*
 * dns_wait.h: threads that sleep until an answer of the pool comes. Each has its own condition, so
 * that an answer wakes no thread that waits for another one.
 */
#ifndef AUTH_DNS_DNS_WAIT_H
#define AUTH_DNS_DNS_WAIT_H

#include <pthread.h>

#include "auth/dns/dns_cache.h"
#include "auth/dns/dns_pool.h"

struct dns_waits {
	pthread_condattr_t clock;
};

/* False when out of memory. */
bool dns_waits_init(struct dns_waits *waits);
void dns_waits_clear(struct dns_waits *waits);

/*
 * Sleeps until the entry, which is pinned, has its answer, or until then, in milliseconds of
 * resolver_clock; the lock guards the entry and is not held. wait_long of the user is called
 * meanwhile. Is there an answer?
 */
bool dns_wait(struct dns_waits *waits, pthread_mutex_t *lock, struct dns_entry *e, int64_t until_ms,
	const struct dns_pool_user *user);

/* The entry has its answer; the lock is held. */
void dns_wait_wake(struct dns_entry *e);

#endif

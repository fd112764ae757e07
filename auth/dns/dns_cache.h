/*
 * dns_cache.h: the answers of a pool, bounded; the least recently used are discarded first. It has
 * no lock; its owner locks it.
 */
#ifndef AUTH_DNS_DNS_CACHE_H
#define AUTH_DNS_DNS_CACHE_H

#include <pthread.h>

#include "auth/dns/dns_backend.h"

struct dns_waiter; /* a thread that sleeps for an answer */

/* an answer, or a pending one; pinned by its users */
struct dns_entry {
	struct dns_entry *next;          /* in its bucket */
	struct dns_entry *newer, *older; /* among the idle ones: answered and not pinned */
	struct slice name;
	enum dns_type type;
	uint64_t hash;
	size_t pins; /* holders: each dns, and the pending query */
	struct dns_waiter *waiting;
	size_t size;
	bool done;        /* answer is set and no longer changes */
	bool gone;        /* no longer in the table: freed by its last holder */
	int64_t until_ms; /* a failure: when it may be queried again */
	struct dns_answer answer;
	void *held; /* the answer's records and texts, in one block */
};

struct dns_cache {
	struct dns_entry **buckets;
	size_t nbuckets; /* a power of two */
	size_t n, idle_size, max;
	bool keep_all;
	struct dns_entry *newest, *oldest; /* of the idle ones */
};

/* max: octets of idle entries; keep_all: nothing is discarded. False when out of memory. */
bool dns_cache_init(struct dns_cache *cache, size_t max, bool keep_all);
void dns_cache_free(struct dns_cache *cache);

/* NULL if there is none */
struct dns_entry *dns_cache_find(const struct dns_cache *cache, const struct dns_question *q);
/* A new one without an answer, pinned once; NULL if there is no memory. */
struct dns_entry *dns_cache_add(struct dns_cache *cache, const struct dns_question *q);
void dns_cache_pin(struct dns_cache *cache, struct dns_entry *e);
/* Once the last pin is removed, the entry is idle and may be discarded. It must have its answer. */
void dns_cache_unpin(struct dns_cache *cache, struct dns_entry *e);
/* Removes it from the table; it is freed when its last holder releases it. */
void dns_cache_drop(struct dns_cache *cache, struct dns_entry *e);
/* Sets the answer, a copy; a failure may be queried again after until_ms. Pinned, and only once. */
void dns_cache_settle(struct dns_entry *e, const struct dns_answer *answer, int64_t until_ms);

/*
 * Threads that sleep until an answer comes. Each has its own condition, so that an answer wakes no
 * thread that waits for another one.
 */
struct dns_waits {
	pthread_condattr_t clock;
};

/* What is called, once, by a thread that has slept for so long. call may be NULL. */
struct dns_slow {
	int64_t ms;
	void (*call)(void *arg);
	void *arg;
};

/* False when out of memory. */
bool dns_waits_init(struct dns_waits *waits);
void dns_waits_clear(struct dns_waits *waits);

/*
 * Sleeps until the entry, which is pinned, has its answer, or until then, in milliseconds of
 * resolver_clock; the lock guards the entry and is not held. Is there an answer?
 */
bool dns_wait(struct dns_waits *waits, pthread_mutex_t *lock, struct dns_entry *e, int64_t until_ms,
	const struct dns_slow *slow);

/* The entry has its answer; the lock is held. */
void dns_wait_wake(struct dns_entry *e);

#endif

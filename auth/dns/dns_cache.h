/*
 * dns_cache.h: the bounded cache of a pool; the least recently used answers are discarded first. It
 * is not locked; its owner must do that.
 */
#ifndef AUTH_DNS_DNS_CACHE_H
#define AUTH_DNS_DNS_CACHE_H

#include <pthread.h>

#include "auth/dns/dns_backend.h"

struct dns_waiter; /* a thread that sleeps for an answer */

/* an answer, or a pending one; pinned by its users */
struct dns_entry {
	struct dns_entry *next;          /* in its bucket */
	struct dns_entry *newer, *older; /* in the list of idle entries: answered and not pinned */
	struct slice name;
	enum dns_type type;
	uint64_t hash;
	size_t pins; /* references: each dns that uses it, and the pending query */
	struct dns_waiter *waiting;
	size_t size;
	bool done;        /* answer is set and no longer changes */
	bool gone;        /* no longer in the table: freed with the last reference */
	bool lacking;     /* there was no memory for the answer, which is then UNREACHABLE */
	int64_t until_ms; /* a failure: when it may be queried again */
	struct dns_answer answer;
	void *held; /* the answer's records and texts, in one block */
};

struct dns_cache {
	struct dns_entry **buckets;
	size_t nbuckets; /* a power of two */
	size_t n, idle_size, max;
	bool keep_all;
	struct dns_entry *newest, *oldest; /* of the idle entries */
};

/* max: octets of idle entries; keep_all: nothing is discarded. False when out of memory. */
bool dns_cache_init(struct dns_cache *cache, size_t max, bool keep_all);
void dns_cache_free(struct dns_cache *cache);

/* The entry for that question, or NULL. */
struct dns_entry *dns_cache_find(const struct dns_cache *cache, const struct dns_question *q);
/* A new entry without an answer, pinned once; NULL when out of memory. */
struct dns_entry *dns_cache_add(struct dns_cache *cache, const struct dns_question *q);
void dns_cache_pin(struct dns_cache *cache, struct dns_entry *e);
/* Removes a pin. Without pins the entry is idle and may be discarded; it must have its answer. */
void dns_cache_unpin(struct dns_cache *cache, struct dns_entry *e);
/* Removes the entry from the table; it is freed once it has no pins. */
void dns_cache_drop(struct dns_cache *cache, struct dns_entry *e);
/*
 * Sets the answer to a copy; a failure may be queried again after until_ms, and one for lack of
 * memory (e->lacking) at once. The entry must be pinned and have no answer yet.
 */
void dns_cache_settle(struct dns_entry *e, const struct dns_answer *answer, int64_t until_ms);

/* Gives the entry the answer for lack of memory; dns_cache_settle must follow. */
void dns_cache_lack(struct dns_entry *e);

/*
 * Threads that sleep until an answer arrives. Each has its own condition variable, so that an
 * answer wakes only the threads that wait for it. One of them at a time takes a turn instead: it
 * receives answers for all.
 */
struct dns_waits {
	pthread_condattr_t clock;
	pthread_mutex_t *lock; /* guards the entries and the members below */
	/*
	 * Receives what arrives until until_ms, settles entries and calls dns_wait_wake. The lock
	 * is held, and is released while it sleeps.
	 */
	void (*turn)(void *arg, int64_t until_ms);
	void *arg;
	bool taken; /* a thread takes a turn */
	struct dns_waiter *first;
};

/* A function that a sleeping thread calls once, after it has waited that long. call may be NULL. */
struct dns_slow {
	int64_t ms;
	void (*call)(void *arg);
	void *arg;
};

/* False when out of memory. */
bool dns_waits_init(struct dns_waits *waits, pthread_mutex_t *lock,
	void (*turn)(void *arg, int64_t until_ms), void *arg);
void dns_waits_clear(struct dns_waits *waits);

/*
 * Takes a turn without sleeping if no other thread takes one; true if the entry, which must be
 * pinned, has its answer. The lock must not be held.
 */
bool dns_wait_look(struct dns_waits *waits, const struct dns_entry *e);

/*
 * Sleeps until the entry, which must be pinned, has its answer or resolver_clock reaches
 * until_ms; true if it has its answer. The lock must not be held.
 */
bool dns_wait(struct dns_waits *waits, struct dns_entry *e, int64_t until_ms,
	const struct dns_slow *slow);

/* Wakes the threads that wait for the entry, which has its answer. The lock must be held. */
void dns_wait_wake(struct dns_entry *e);

#endif

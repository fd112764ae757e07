#include "auth/dns/dns_pool.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/dns/dns_cache.h"
#include "auth/dns/dns_zone.h"

/* a query of the pool */
struct asking {
	struct asking *next;
	struct dns_entry *entry;
	struct dns_question question;
	struct arena arena;
	int64_t left_ms; /* the time until it fails; counts only while a thread waits for answers */
	int64_t seen_ms; /* the clock when left_ms was right */
	bool delivered;
};

struct dns_pool {
	struct arena arena; /* holds the zone and the resolver */
	int64_t timeout_ms, deadline_ms;
	struct zone *zone; /* NULL: answers come from resolver */
	struct resolver *resolver;
	pthread_mutex_t lock;
	struct dns_waits waits;
	/* guarded by lock */
	struct dns_cache cache;
	struct asking *first, *last; /* not yet sent */
	struct asking *flying;
	size_t nflying;
	bool asleep; /* a thread sleeps for answers, or handles them */
	bool woken;  /* an octet is in wake */
	/* unchanged once the pool is open */
	bool shared; /* there is a pipe */
	int wake[2];
};

/* an entry that a dns holds */
struct pin {
	struct pin *next;
	struct dns_entry *entry;
};

struct member {
	struct dns_pool *pool;
	struct dns_pool_user user;
	struct pin *pins;
};

static void
settle(struct dns_pool *pool, struct dns_entry *e, const struct dns_answer *answer)
{
	dns_cache_settle(e, answer,
		pool->cache.keep_all ? INT64_MAX : resolver_clock(NULL) + DNS_POOL_RETRY_MS);
	dns_wait_wake(e);
}

static void send_queued(struct dns_pool *pool);

/* Sends a query, or queues it; the lock is held. */
static void
send_off(struct dns_pool *pool, struct dns_entry *e)
{
	struct asking *asking = calloc(1, sizeof *asking);

	if (asking == NULL) {
		dns_cache_lack(e);
		settle(pool, e, &e->answer);
		return;
	}
	e->pins++;
	asking->entry = e;
	asking->question.name = e->name;
	asking->question.type = e->type;
	asking->question.hash = e->hash;
	*(pool->first == NULL ? &pool->first : &pool->last->next) = asking;
	pool->last = asking;
	send_queued(pool);
}

static void
answer_from(struct dns_question *q, const struct dns_entry *e)
{
	if (e->done)
		dns_question_answer(q, &e->answer);
}

static void
member_start(void *self, struct dns_question *q)
{
	struct member *member = self;
	struct dns_pool *pool = member->pool;
	struct pin *held = arena_alloc(q->arena, sizeof *held);
	struct dns_entry *e;
	bool lacking;

	pthread_mutex_lock(&pool->lock);
	e = dns_cache_find(&pool->cache, q);
	if (e != NULL && e->done && e->until_ms < INT64_MAX && e->until_ms < resolver_clock(NULL)) {
		dns_cache_drop(&pool->cache, e);
		e = NULL;
	}
	if (e != NULL) {
		dns_cache_pin(&pool->cache, e);
	} else {
		e = dns_cache_add(&pool->cache, q);
		if (e != NULL)
			send_off(pool, e);
	}
	if (e != NULL)
		answer_from(q, e);
	lacking = e == NULL || (e->done && e->lacking);
	pthread_mutex_unlock(&pool->lock);
	if (e != NULL) {
		*held = (struct pin){member->pins, e};
		member->pins = held;
		q->own = e;
	}
	/* the message fails, for lack of memory: its results must not depend on that */
	if (lacking)
		arena_no_memory(q->arena);
}

static void
member_wait(void *self, const struct dns_question *question, int64_t until_ms)
{
	struct member *member = self;
	struct dns_pool *pool = member->pool;
	const struct dns_slow slow = {
		DNS_POOL_LONG_MS, member->user.wait_long, member->user.wait_arg};
	struct dns_entry *e = question->own;
	bool done = dns_wait_look(&pool->waits, e);

	if (!done) {
		if (member->user.wait_begin != NULL)
			member->user.wait_begin(member->user.wait_arg);
		done = dns_wait(&pool->waits, e, until_ms, &slow);
		if (member->user.wait_end != NULL)
			member->user.wait_end(member->user.wait_arg);
	}
	/* safe: the question belongs to this thread, and is const only in the interface of wait */
	if (done && e->lacking)
		arena_no_memory(question->arena);
	if (done)
		dns_question_answer((struct dns_question *)(uintptr_t)question, &e->answer);
}

static void
member_free(void *self)
{
	struct member *member = self;

	pthread_mutex_lock(&member->pool->lock);
	for (struct pin *at = member->pins; at != NULL; at = at->next)
		dns_cache_unpin(&member->pool->cache, at->entry);
	pthread_mutex_unlock(&member->pool->lock);
}

/* With a zone: answers at once; the answer is cached only if it is to be recorded. */
static void
zone_member_start(void *self, struct dns_question *q)
{
	struct member *member = self;
	struct dns_pool *pool = member->pool;
	struct dns_answer answer;
	struct dns_name name;
	bool lacking = false;

	if (!dns_name_parse(q->name, &name))
		return; /* dns.c passes only valid names */
	zone_answer(pool->zone, &name, q->type, q->arena, &answer);
	dns_question_answer(q, &answer);
	if (!pool->cache.keep_all)
		return;
	pthread_mutex_lock(&pool->lock);
	if (dns_cache_find(&pool->cache, q) == NULL) {
		struct dns_entry *e = dns_cache_add(&pool->cache, q);

		if (e != NULL) {
			settle(pool, e, &answer);
			lacking = e->lacking;
			dns_cache_unpin(&pool->cache, e);
		} else {
			lacking = true;
		}
	}
	pthread_mutex_unlock(&pool->lock);
	if (lacking) /* else the record would be incomplete */
		arena_no_memory(q->arena);
}

static void
zone_member_wait(void *self, const struct dns_question *question, int64_t until_ms)
{
	(void)self;
	(void)question;
	(void)until_ms;
}

static int64_t
zone_member_clock(const void *self)
{
	(void)self;
	return 1;
}

static void
zone_member_free(void *self)
{
	(void)self;
}

struct dns *
dns_pool_dns(struct dns_pool *pool, const struct dns_pool_user *user, struct arena *arena)
{
	static const struct dns_backend shared = {
		member_start, member_wait, resolver_clock, member_free};
	static const struct dns_backend zone = {
		zone_member_start, zone_member_wait, zone_member_clock, zone_member_free};
	struct dns *dns = dns_new_in(arena);
	struct member *member = arena_alloc(arena, sizeof *member);
	int64_t now = resolver_clock(NULL), deadline = INT64_MAX;

	*member = (struct member){.pool = pool, .user = *user};
	if (pool->zone == NULL && pool->deadline_ms < INT64_MAX - now)
		deadline = now + pool->deadline_ms;
	/*
	 * the pool sets the time limit of a query, so that all waiting threads get the same answer
	 */
	dns_attach(dns, pool->zone != NULL ? &zone : &shared, member, INT64_MAX, deadline);
	return dns;
}

/*
 * Sends new queries while there is room, and wakes the thread that sleeps for answers, so that it
 * also waits for theirs. The lock is held.
 */
static void
send_queued(struct dns_pool *pool)
{
	const size_t sockets = resolver_most(pool->resolver);
	const size_t most = sockets < DNS_POOL_FLYING ? sockets : DNS_POOL_FLYING;
	struct asking *asking;

	while (pool->nflying < most && (asking = pool->first) != NULL) {
		pool->first = asking->next;
		arena_init(&asking->arena, pool->arena.oom, pool->arena.oom_arg);
		asking->question.arena = &asking->arena;
		asking->question.asked = true;
		asking->seen_ms = resolver_clock(NULL);
		asking->left_ms = pool->timeout_ms;
		asking->next = pool->flying;
		pool->flying = asking;
		pool->nflying++;
		resolver_start(pool->resolver, &asking->question);
		if (pool->asleep && !pool->woken)
			pool->woken = write(pool->wake[1], "", 1) == 1;
	}
}

/*
 * Counts the time that passed with a thread waiting for answers (waited) against the limit of each
 * query; returns when the next one reaches it.
 */
static int64_t
count_time(struct dns_pool *pool, bool waited)
{
	int64_t now = resolver_clock(NULL), until = INT64_MAX;

	for (struct asking *asking = pool->flying; asking != NULL; asking = asking->next) {
		if (waited)
			asking->left_ms -= now - asking->seen_ms;
		asking->seen_ms = now;
		if (!asking->question.done && asking->left_ms < until - now)
			until = now + asking->left_ms;
	}
	return until;
}

/* Delivers answers and removes finished queries. The lock is held. */
static void
deliver_answers(struct dns_pool *pool)
{
	struct asking **at = &pool->flying, *asking;

	while ((asking = *at) != NULL) {
		if (!asking->question.done && asking->left_ms <= 0) {
			struct dns_answer late = dns_outcome_answer(DNS_OUT_TIMEOUT);

			dns_question_answer(&asking->question, &late);
		}
		if (asking->question.done && !asking->delivered) {
			settle(pool, asking->entry, &asking->question.answer);
			dns_cache_unpin(&pool->cache, asking->entry);
			asking->delivered = true;
		}
		if (asking->delivered && !asking->question.flying) {
			*at = asking->next;
			pool->nflying--;
			arena_clear(&asking->arena);
			free(asking);
		} else {
			at = &asking->next;
		}
	}
}

/* Receives answers for all threads (struct dns_waits). The lock is held. */
static void
receive(void *arg, int64_t until_ms)
{
	struct dns_pool *pool = arg;
	const int64_t due_ms = count_time(pool, false);
	char octets[8];

	pool->asleep = true;
	resolver_turn(pool->resolver, due_ms < until_ms ? due_ms : until_ms);
	pool->asleep = false;
	if (pool->woken)
		pool->woken = read(pool->wake[0], octets, sizeof octets) <= 0;
	(void)count_time(pool, true);
	deliver_answers(pool);
	send_queued(pool);
}

static bool
set_up_lock(struct dns_pool *pool)
{
	if (!dns_waits_init(&pool->waits, &pool->lock, receive, pool))
		return false;
	if (pthread_mutex_init(&pool->lock, NULL) == 0)
		return true;
	dns_waits_clear(&pool->waits);
	return false;
}

/* Prepares the resolver for use by several threads. */
static bool
share_resolver(struct dns_pool *pool)
{
	pool->shared = pipe(pool->wake) == 0;
	for (int i = 0; pool->shared && i < 2; i++) {
		(void)fcntl(pool->wake[i], F_SETFD, FD_CLOEXEC);
		(void)fcntl(pool->wake[i], F_SETFL, O_NONBLOCK);
	}
	if (pool->shared)
		resolver_share(pool->resolver, &pool->lock, pool->wake[0]);
	return pool->shared;
}

static enum status
open_backend(struct dns_pool *pool, const struct dns_pool_config *config, struct error *error)
{
	enum status status;

	if (config->zone != NULL) {
		pool->zone = arena_alloc(&pool->arena, sizeof *pool->zone);
		zone_init(pool->zone, &pool->arena);
		return zone_read(pool->zone, *config->zone, false, error) ? ST_OK : ST_BAD;
	}
	status = resolver_open(&config->dns, &pool->arena, &pool->resolver, error);
	if (status != ST_OK || share_resolver(pool))
		return status;
	*error = dns_error(DNS_E_NO_PIPE);
	return ST_TEMP;
}

enum status
dns_pool_open(const struct dns_pool_config *config, struct dns_pool **pool, struct error *error)
{
	struct dns_pool *made = calloc(1, sizeof *made);
	enum status status;

	*pool = NULL;
	*error = dns_error(DNS_E_NO_MEMORY);
	if (made == NULL)
		return ST_TEMP;
	if (!dns_cache_init(&made->cache, config->cache_max, config->keep_all) ||
		!set_up_lock(made)) {
		dns_cache_free(&made->cache);
		free(made);
		return ST_TEMP;
	}
	arena_init(&made->arena, config->dns.oom, config->dns.oom_arg);
	made->timeout_ms = config->dns.timeout_ms;
	made->deadline_ms = config->dns.deadline_ms;
	status = open_backend(made, config, error);
	if (status == ST_OK)
		*pool = made;
	else
		dns_pool_free(made);
	return status;
}

static void
free_askings(struct asking *list)
{
	struct asking *next;

	for (; list != NULL; list = next) {
		next = list->next;
		arena_clear(&list->arena);
		free(list);
	}
}

void
dns_pool_free(struct dns_pool *pool)
{
	if (pool == NULL)
		return;
	if (pool->resolver != NULL)
		resolver_free(pool->resolver);
	if (pool->shared) {
		close(pool->wake[0]);
		close(pool->wake[1]);
	}
	free_askings(pool->flying);
	free_askings(pool->first);
	dns_cache_free(&pool->cache);
	dns_waits_clear(&pool->waits);
	(void)pthread_mutex_destroy(&pool->lock);
	arena_clear(&pool->arena);
	free(pool);
}

bool
dns_pool_is_local(const struct dns_pool *pool)
{
	return pool->resolver == NULL || resolver_is_local(pool->resolver);
}

size_t
dns_pool_count(struct dns_pool *pool)
{
	size_t n;

	pthread_mutex_lock(&pool->lock);
	n = pool->cache.n;
	pthread_mutex_unlock(&pool->lock);
	return n;
}

void
dns_pool_each(struct dns_pool *pool,
	void (*each)(
		void *arg, struct slice name, enum dns_type type, const struct dns_answer *answer),
	void *arg)
{
	pthread_mutex_lock(&pool->lock);
	for (size_t i = 0; i < pool->cache.nbuckets; i++)
		for (const struct dns_entry *e = pool->cache.buckets[i]; e != NULL; e = e->next)
			if (e->done)
				each(arg, e->name, e->type, &e->answer);
	pthread_mutex_unlock(&pool->lock);
}

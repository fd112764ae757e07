#include "auth/dns/dns_pool.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/dns/dns_cache.h"
#include "auth/dns/dns_zone.h"

/* a query of the pool's thread */
struct asking {
	struct asking *next;
	struct dns_entry *entry;
	struct dns_question question;
	struct arena arena;
	int64_t until_ms;
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
	bool stop;
	/* set before the pool's thread starts, or used by that thread only */
	pthread_t thread;
	bool running;
	int wake[2];
	struct asking *flying;
	size_t nflying;
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

/* Queues a query for the pool's thread; the lock is held. */
static void
send_off(struct dns_pool *pool, struct dns_entry *e)
{
	struct asking *asking = calloc(1, sizeof *asking);
	struct dns_answer failed = dns_outcome_answer(DNS_OUT_UNREACHABLE);
	bool first = pool->first == NULL;

	if (asking == NULL) {
		settle(pool, e, &failed);
		return;
	}
	e->pins++;
	asking->entry = e;
	asking->question.name = e->name;
	asking->question.type = e->type;
	asking->question.hash = e->hash;
	*(first ? &pool->first : &pool->last->next) = asking;
	pool->last = asking;
	if (first)
		(void)!write(pool->wake[1], "", 1);
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

	pthread_mutex_lock(&pool->lock);
	e = dns_cache_find(&pool->cache, q);
	if (e != NULL && e->done && e->until_ms < resolver_clock(NULL)) {
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
	pthread_mutex_unlock(&pool->lock);
	if (e == NULL) {
		struct dns_answer failed = dns_outcome_answer(DNS_OUT_UNREACHABLE);

		dns_question_answer(q, &failed);
		return;
	}
	*held = (struct pin){member->pins, e};
	member->pins = held;
	q->own = e;
}

static void
member_wait(void *self, const struct dns_question *question, int64_t until_ms)
{
	struct member *member = self;
	struct dns_pool *pool = member->pool;
	const struct dns_slow slow = {
		DNS_POOL_LONG_MS, member->user.wait_long, member->user.wait_arg};
	struct dns_entry *e = question->own;
	bool done;

	pthread_mutex_lock(&pool->lock);
	done = e->done;
	pthread_mutex_unlock(&pool->lock);
	if (!done) {
		if (member->user.wait_begin != NULL)
			member->user.wait_begin(member->user.wait_arg);
		done = dns_wait(&pool->waits, &pool->lock, e, until_ms, &slow);
		if (member->user.wait_end != NULL)
			member->user.wait_end(member->user.wait_arg);
	}
	/* safe: the question belongs to this thread, and is const only in the interface of wait */
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
			dns_cache_unpin(&pool->cache, e);
		}
	}
	pthread_mutex_unlock(&pool->lock);
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

/* the pool's thread */

static void
begin_flight(struct dns_pool *pool, struct asking *asking)
{
	arena_init(&asking->arena, pool->arena.oom, pool->arena.oom_arg);
	asking->question.arena = &asking->arena;
	asking->question.asked = true;
	asking->until_ms = resolver_clock(NULL) + pool->timeout_ms;
	asking->next = pool->flying;
	pool->flying = asking;
	pool->nflying++;
	resolver_start(pool->resolver, &asking->question);
}

/* Takes new queries; false if the pool must end. */
static bool
take_new(struct dns_pool *pool)
{
	struct asking *list = NULL, *next;
	size_t most = resolver_most(pool->resolver);
	size_t room;
	bool stop;

	if (most > DNS_POOL_FLYING)
		most = DNS_POOL_FLYING;
	room = most > pool->nflying ? most - pool->nflying : 0;
	pthread_mutex_lock(&pool->lock);
	stop = pool->stop;
	for (struct asking **end = &list; room > 0 && pool->first != NULL; room--) {
		*end = pool->first;
		pool->first = pool->first->next;
		(*end)->next = NULL;
		end = &(*end)->next;
	}
	pthread_mutex_unlock(&pool->lock);
	for (; list != NULL; list = next) {
		next = list->next;
		begin_flight(pool, list);
	}
	return !stop;
}

/* Delivers answers and removes finished queries; returns when to wake up. */
static int64_t
deliver_answers(struct dns_pool *pool)
{
	int64_t now = resolver_clock(NULL), until = now + 60000;
	struct asking **at = &pool->flying, *done = NULL, *asking;

	pthread_mutex_lock(&pool->lock);
	while ((asking = *at) != NULL) {
		if (!asking->question.done && asking->until_ms <= now) {
			struct dns_answer late = dns_outcome_answer(DNS_OUT_TIMEOUT);

			dns_question_answer(&asking->question, &late);
		}
		if (asking->question.done && !asking->delivered) {
			settle(pool, asking->entry, &asking->question.answer);
			dns_cache_unpin(&pool->cache, asking->entry);
			asking->delivered = true;
		}
		if (!asking->question.done && asking->until_ms < until)
			until = asking->until_ms;
		if (asking->delivered && !asking->question.flying) {
			*at = asking->next;
			asking->next = done;
			done = asking;
			pool->nflying--;
		} else {
			at = &asking->next;
		}
	}
	if (done != NULL && pool->first != NULL)
		until = now; /* new queries can be sent now */
	pthread_mutex_unlock(&pool->lock);
	for (; done != NULL; done = asking) {
		asking = done->next;
		arena_clear(&done->arena);
		free(done);
	}
	return until;
}

static void *
run_pool(void *arg)
{
	struct dns_pool *pool = arg;
	char bytes[64];

	while (take_new(pool)) {
		int64_t until = deliver_answers(pool);

		resolver_turn(pool->resolver, until);
		while (read(pool->wake[0], bytes, sizeof bytes) > 0)
			continue;
	}
	return NULL;
}

static bool
set_up_lock(struct dns_pool *pool)
{
	if (!dns_waits_init(&pool->waits))
		return false;
	if (pthread_mutex_init(&pool->lock, NULL) == 0)
		return true;
	dns_waits_clear(&pool->waits);
	return false;
}

/* Creates the thread with signals blocked: the main thread handles them. */
static bool
start_thread(struct dns_pool *pool)
{
	sigset_t all, before;

	if (pipe(pool->wake) != 0)
		return false;
	for (int i = 0; i < 2; i++) {
		(void)fcntl(pool->wake[i], F_SETFD, FD_CLOEXEC);
		(void)fcntl(pool->wake[i], F_SETFL, O_NONBLOCK);
	}
	resolver_watch(pool->resolver, pool->wake[0]);
	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	pool->running = pthread_create(&pool->thread, NULL, run_pool, pool) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (pool->running)
		return true;
	close(pool->wake[0]);
	close(pool->wake[1]);
	return false;
}

static enum status
open_backend(struct dns_pool *pool, const struct dns_pool_config *config, struct error *error)
{
	enum status status;

	if (config->zone != NULL) {
		pool->zone = arena_alloc(&pool->arena, sizeof *pool->zone);
		zone_init(pool->zone, &pool->arena);
		return zone_read(pool->zone, *config->zone, error) ? ST_OK : ST_BAD;
	}
	status = resolver_open(&config->dns, &pool->arena, &pool->resolver, error);
	if (status != ST_OK || start_thread(pool))
		return status;
	*error = dns_error(DNS_E_NO_THREAD);
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
	if (pool->running) {
		pthread_mutex_lock(&pool->lock);
		pool->stop = true;
		pthread_mutex_unlock(&pool->lock);
		(void)!write(pool->wake[1], "", 1);
		(void)pthread_join(pool->thread, NULL);
		close(pool->wake[0]);
		close(pool->wake[1]);
	}
	if (pool->resolver != NULL)
		resolver_free(pool->resolver);
	free_askings(pool->flying);
	free_askings(pool->first);
	dns_cache_free(&pool->cache);
	dns_waits_clear(&pool->waits);
	(void)pthread_mutex_destroy(&pool->lock);
	arena_clear(&pool->arena);
	free(pool);
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

/* Locks: the pool's thread may be storing an answer that no thread waits for any more. */
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

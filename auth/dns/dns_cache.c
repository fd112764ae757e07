#include "auth/dns/dns_cache.h"

#include <stdlib.h>
#include <time.h>

static void
entry_free(struct dns_entry *e)
{
	free(e->held);
	free(e);
}

static void
leave_table(struct dns_cache *cache, struct dns_entry *e)
{
	struct dns_entry **at = &cache->buckets[e->hash & (cache->nbuckets - 1)];

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	e->gone = true;
	cache->n--;
}

static void
leave_idle(struct dns_cache *cache, struct dns_entry *e)
{
	*(e->newer != NULL ? &e->newer->older : &cache->newest) = e->older;
	*(e->older != NULL ? &e->older->newer : &cache->oldest) = e->newer;
	e->newer = e->older = NULL;
	cache->idle_size -= e->size;
}

void
dns_cache_pin(struct dns_cache *cache, struct dns_entry *e)
{
	if (e->pins++ == 0 && e->done)
		leave_idle(cache, e);
}

void
dns_cache_unpin(struct dns_cache *cache, struct dns_entry *e)
{
	if (--e->pins > 0)
		return;
	if (e->gone) {
		entry_free(e);
		return;
	}
	e->older = cache->newest;
	*(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = e;
	cache->newest = e;
	cache->idle_size += e->size;
	while (!cache->keep_all && cache->idle_size > cache->max) {
		struct dns_entry *old = cache->oldest;

		leave_idle(cache, old);
		leave_table(cache, old);
		entry_free(old);
	}
}

static void
grow_table(struct dns_cache *cache)
{
	size_t n = cache->nbuckets * 2;
	struct dns_entry **buckets = calloc(n, sizeof *buckets), *next;

	if (buckets == NULL)
		return; /* harmless: lookups are only slower */
	for (size_t i = 0; i < cache->nbuckets; i++)
		for (struct dns_entry *e = cache->buckets[i]; e != NULL; e = next) {
			next = e->next;
			e->next = buckets[e->hash & (n - 1)];
			buckets[e->hash & (n - 1)] = e;
		}
	free(cache->buckets);
	cache->buckets = buckets;
	cache->nbuckets = n;
}

struct dns_entry *
dns_cache_find(const struct dns_cache *cache, const struct dns_question *q)
{
	struct dns_entry *e = cache->buckets[q->hash & (cache->nbuckets - 1)];

	while (e != NULL &&
		(e->hash != q->hash || e->type != q->type || !slice_eq(e->name, q->name)))
		e = e->next;
	return e;
}

struct dns_entry *
dns_cache_add(struct dns_cache *cache, const struct dns_question *q)
{
	struct dns_entry *e = calloc(1, sizeof *e + q->name.n);

	if (e == NULL)
		return NULL;
	memcpy(e + 1, q->name.p, q->name.n);
	e->name = slice_make((const char *)(e + 1), q->name.n);
	e->type = q->type;
	e->hash = q->hash;
	e->pins = 1;
	e->size = sizeof *e + q->name.n;
	e->until_ms = INT64_MAX;
	if (++cache->n > cache->nbuckets)
		grow_table(cache);
	e->next = cache->buckets[e->hash & (cache->nbuckets - 1)];
	cache->buckets[e->hash & (cache->nbuckets - 1)] = e;
	return e;
}

static struct slice
move_text(char **at, struct slice text)
{
	struct slice moved = slice_make(*at, text.n);

	if (text.n > 0)
		memcpy(*at, text.p, text.n);
	*at += text.n;
	return moved;
}

void
dns_cache_lack(struct dns_entry *e)
{
	e->answer = dns_outcome_answer(DNS_OUT_UNREACHABLE);
	e->lacking = true;
}

void
dns_cache_settle(struct dns_entry *e, const struct dns_answer *answer, int64_t until_ms)
{
	size_t size = answer->n * sizeof *answer->rr;
	struct dns_rr *rr;
	char *text;

	for (size_t i = 0; i < answer->n; i++)
		size += answer->rr[i].text.n + answer->rr[i].name.n;
	e->answer = *answer;
	e->answer.rr = NULL;
	e->held = size > 0 ? malloc(size) : NULL;
	if (size > 0 && e->held == NULL)
		dns_cache_lack(e);
	rr = e->held;
	text = rr != NULL ? (char *)(rr + answer->n) : NULL;
	for (size_t i = 0; rr != NULL && i < answer->n; i++) {
		rr[i] = answer->rr[i];
		rr[i].text = move_text(&text, answer->rr[i].text);
		rr[i].name = move_text(&text, answer->rr[i].name);
	}
	if (rr != NULL)
		e->answer.rr = rr;
	if (e->answer.status == DNS_TEMP)
		e->until_ms = e->lacking ? INT64_MIN : until_ms;
	e->size += size;
	e->done = true;
}

void
dns_cache_drop(struct dns_cache *cache, struct dns_entry *e)
{
	leave_table(cache, e);
	if (e->pins > 0)
		return;
	leave_idle(cache, e);
	entry_free(e);
}

bool
dns_cache_init(struct dns_cache *cache, size_t max, bool keep_all)
{
	enum { FIRST_BUCKETS = 1024 };

	*cache = (struct dns_cache){.nbuckets = FIRST_BUCKETS, .max = max, .keep_all = keep_all};
	cache->buckets = calloc(cache->nbuckets, sizeof *cache->buckets);
	return cache->buckets != NULL;
}

void
dns_cache_free(struct dns_cache *cache)
{
	struct dns_entry *next;

	for (size_t i = 0; cache->buckets != NULL && i < cache->nbuckets; i++)
		for (struct dns_entry *e = cache->buckets[i]; e != NULL; e = next) {
			next = e->next;
			entry_free(e);
		}
	free(cache->buckets);
	*cache = (struct dns_cache){.buckets = NULL};
}

/* threads that wait */

struct dns_waiter {
	struct dns_waiter *next;    /* for the same entry */
	struct dns_waiter *another; /* in the list of all */
	pthread_cond_t answered;
};

bool
dns_waits_init(struct dns_waits *waits, pthread_mutex_t *lock,
	void (*turn)(void *arg, int64_t until_ms), void *arg)
{
	*waits = (struct dns_waits){.lock = lock, .turn = turn, .arg = arg};
	if (pthread_condattr_init(&waits->clock) != 0)
		return false;
	if (pthread_condattr_setclock(&waits->clock, CLOCK_MONOTONIC) == 0)
		return true;
	dns_waits_clear(waits);
	return false;
}

void
dns_waits_clear(struct dns_waits *waits)
{
	(void)pthread_condattr_destroy(&waits->clock);
}

/* The lock is held. */
static void
take_turn(struct dns_waits *waits, int64_t until_ms)
{
	waits->taken = true;
	waits->turn(waits->arg, until_ms);
	waits->taken = false;
}

/* Sleeps until the entry has its answer; takes the turns if no other thread does. */
static void
sleep_until(struct dns_waits *waits, const struct dns_entry *e, struct dns_waiter *self,
	int64_t until_ms)
{
	struct timespec until = {
		.tv_sec = (time_t)(until_ms / 1000),
		.tv_nsec = (long)(until_ms % 1000) * 1000000,
	};

	while (!e->done && resolver_clock(NULL) < until_ms) {
		if (!waits->taken)
			take_turn(waits, until_ms);
		else if (until_ms == INT64_MAX)
			(void)pthread_cond_wait(&self->answered, waits->lock);
		else
			(void)pthread_cond_timedwait(&self->answered, waits->lock, &until);
	}
}

static void
join(struct dns_waits *waits, struct dns_entry *e, struct dns_waiter *self)
{
	self->next = e->waiting;
	self->another = waits->first;
	/* cppcheck-suppress autoVariables ; leave() takes it out again, under the same lock */
	e->waiting = waits->first = self;
}

/* The thread goes on, and another one takes the turns. */
static void
leave(struct dns_waits *waits, struct dns_entry *e, struct dns_waiter *self)
{
	struct dns_waiter **at = &e->waiting;

	while (*at != self)
		at = &(*at)->next;
	*at = self->next;
	for (at = &waits->first; *at != self;)
		at = &(*at)->another;
	*at = self->another;
	if (!waits->taken && waits->first != NULL)
		pthread_cond_signal(&waits->first->answered);
}

bool
dns_wait_look(struct dns_waits *waits, const struct dns_entry *e)
{
	bool done;

	pthread_mutex_lock(waits->lock);
	if (!e->done && !waits->taken)
		take_turn(waits, 0);
	done = e->done;
	pthread_mutex_unlock(waits->lock);
	return done;
}

bool
dns_wait(
	struct dns_waits *waits, struct dns_entry *e, int64_t until_ms, const struct dns_slow *slow)
{
	const int64_t long_ms = resolver_clock(NULL) + slow->ms;
	struct dns_waiter self;
	bool done;

	if (pthread_cond_init(&self.answered, &waits->clock) != 0)
		return false;
	pthread_mutex_lock(waits->lock);
	join(waits, e, &self);
	sleep_until(waits, e, &self, until_ms < long_ms ? until_ms : long_ms);
	if (!e->done && until_ms > long_ms) {
		leave(waits, e, &self);
		pthread_mutex_unlock(waits->lock);
		if (slow->call != NULL)
			slow->call(slow->arg);
		pthread_mutex_lock(waits->lock);
		join(waits, e, &self);
		sleep_until(waits, e, &self, until_ms);
	}
	leave(waits, e, &self);
	done = e->done;
	pthread_mutex_unlock(waits->lock);
	(void)pthread_cond_destroy(&self.answered);
	return done;
}

void
dns_wait_wake(struct dns_entry *e)
{
	for (struct dns_waiter *at = e->waiting; at != NULL; at = at->next)
		pthread_cond_signal(&at->answered);
}

#include "auth/dns/dns_wait.h"

#include <errno.h>
#include <time.h>

struct dns_waiter {
	struct dns_waiter *next;
	pthread_cond_t answered;
};

bool
dns_waits_init(struct dns_waits *waits)
{
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
sleep_until(
	const struct dns_entry *e, struct dns_waiter *self, pthread_mutex_t *lock, int64_t until_ms)
{
	struct timespec until = {
		.tv_sec = (time_t)(until_ms / 1000),
		.tv_nsec = (long)(until_ms % 1000) * 1000000,
	};
	int rc = 0;

	while (!e->done && rc != ETIMEDOUT)
		rc = until_ms == INT64_MAX ? pthread_cond_wait(&self->answered, lock)
					   : pthread_cond_timedwait(&self->answered, lock, &until);
}

static void
leave(struct dns_entry *e, struct dns_waiter *self)
{
	struct dns_waiter **at = &e->waiting;

	while (*at != self)
		at = &(*at)->next;
	*at = self->next;
	(void)pthread_cond_destroy(&self->answered);
}

bool
dns_wait(struct dns_waits *waits, pthread_mutex_t *lock, struct dns_entry *e, int64_t until_ms,
	const struct dns_pool_user *user)
{
	const int64_t long_ms = resolver_clock(NULL) + DNS_POOL_LONG_MS;
	struct dns_waiter self;
	bool done;

	if (pthread_cond_init(&self.answered, &waits->clock) != 0)
		return false;
	pthread_mutex_lock(lock);
	self.next = e->waiting;
	e->waiting = &self;
	sleep_until(e, &self, lock, until_ms < long_ms ? until_ms : long_ms);
	if (!e->done && until_ms > long_ms) {
		pthread_mutex_unlock(lock);
		if (user->wait_long != NULL)
			user->wait_long(user->wait_arg);
		pthread_mutex_lock(lock);
		sleep_until(e, &self, lock, until_ms);
	}
	leave(e, &self);
	done = e->done;
	pthread_mutex_unlock(lock);
	return done;
}

void
dns_wait_wake(struct dns_entry *e)
{
	for (struct dns_waiter *at = e->waiting; at != NULL; at = at->next)
		pthread_cond_signal(&at->answered);
}

/* dns_resolver.c: queries to resolvers, all concurrently; dns_flight.c handles one of them. */
#include <time.h>

#include "auth/dns/dns_flight.h"

int64_t
resolver_clock(const void *self)
{
	struct timespec now;

	(void)self;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
resolver_start(void *self, struct dns_question *question)
{
	struct resolver *r = self;
	struct flight *flight = arena_alloc(question->arena, sizeof *flight);

	flight->resolver = r;
	flight->question = question;
	flight->start = r->best;
	*(r->first == NULL ? &r->first : &r->last->next) = flight;
	r->last = flight;
	question->flying = true;
	flight_go_on(flight);
}

/* Releases finished queries, and takes the next step for the others. */
static void
sweep(struct resolver *r)
{
	struct flight **at = &r->first, *flight;
	int64_t now = resolver_clock(NULL);

	r->last = NULL;
	while ((flight = *at) != NULL) {
		if (!flight->question->done && flight->due_ms <= now)
			flight_due(flight);
		if (flight->question->done) {
			flight_close(flight);
			*at = flight->next;
			flight->question->flying = false;
			continue;
		}
		r->last = flight;
		at = &flight->next;
	}
}

/* Tries again the queries that wait for a socket, in order. */
static void
start_queued(struct resolver *r)
{
	for (struct flight *flight = r->first; flight != NULL; flight = flight->next) {
		if (!flight->queued)
			continue;
		flight_retry(flight);
		if (flight->queued && !flight->tcp)
			break;
	}
}

/* How long to sleep: until the next step is due or until_ms. */
static int
poll_time(const struct resolver *r, int64_t until_ms)
{
	enum { MOST = 60000 };
	int64_t ms;

	for (const struct flight *flight = r->first; flight != NULL; flight = flight->next) {
		if (flight->question->done)
			return 0;
		if (flight->due_ms < until_ms)
			until_ms = flight->due_ms;
	}
	ms = until_ms - resolver_clock(NULL);
	return ms < 0 ? 0 : ms > MOST ? MOST : (int)ms;
}

/* Sleeps once, then handles arrivals, then timeouts. */
static void
turn(struct resolver *r, int timeout)
{
	struct transport_event event;

	transport_poll(&r->transport, timeout);
	while (transport_next(&r->transport, &event))
		flight_event(&event);
	sweep(r);
	start_queued(r);
}

void
resolver_turn(struct resolver *r, int64_t until_ms)
{
	turn(r, poll_time(r, until_ms));
}

void
resolver_share(struct resolver *r, pthread_mutex_t *lock, int fd)
{
	r->transport.lock = lock;
	transport_watch(&r->transport, fd);
}

size_t
resolver_most(const struct resolver *r)
{
	return r->transport.max;
}

bool
resolver_is_local(const struct resolver *r)
{
	for (size_t i = 0; i < r->servers.n; i++)
		if (!dns_server_is_local(&r->servers.at[i]))
			return false;
	return true;
}

static void
resolver_wait(void *self, const struct dns_question *question, int64_t until_ms)
{
	struct resolver *r = self;

	/* at least one pass: the answer may have arrived meanwhile */
	do
		turn(r, question->done ? 0 : poll_time(r, until_ms));
	while (!question->done && resolver_clock(NULL) < until_ms);
}

void
resolver_free(void *self)
{
	struct resolver *r = self;

	transport_free(&r->transport);
}

static enum status
find_servers(const struct dns_config *config, struct dns_servers *servers, struct error *error)
{
	const char *path = config->resolv_conf != NULL ? config->resolv_conf : "/etc/resolv.conf";

	if (config->nresolvers == 0 && config->system != NULL) {
		*servers = *config->system;
		return ST_OK;
	}
	if (config->nresolvers == 0) {
		*error = dns_error(DNS_E_RESOLV_CONF);
		return dns_servers_read(path, servers);
	}
	*error = dns_error(DNS_E_RESOLVERS);
	if (config->nresolvers > DNS_SERVERS_MAX)
		return ST_BAD;
	*error = dns_error(DNS_E_RESOLVER);
	for (; servers->n < config->nresolvers; servers->n++)
		if (!dns_server_parse(
			    slice_str(config->resolvers[servers->n]), &servers->at[servers->n]))
			return ST_BAD;
	return ST_OK;
}

enum status
resolver_open(const struct dns_config *config, struct arena *arena, struct resolver **resolver,
	struct error *error)
{
	struct resolver *r = arena_alloc(arena, sizeof *r);
	enum status status = find_servers(config, &r->servers, error);

	r->arena = arena;
	r->timeout_ms = config->timeout_ms;
	transport_init(&r->transport, arena);
	*resolver = r;
	if (status == ST_OK)
		*error = dns_error(DNS_E_NONE);
	return status;
}

enum status
dns_open_resolver(const struct dns_config *config, struct dns **dns, struct error *error)
{
	static const struct dns_backend backend = {
		resolver_start, resolver_wait, resolver_clock, resolver_free};
	int64_t now = resolver_clock(NULL);
	struct resolver *r;
	enum status status;

	*dns = dns_new(config->oom, config->oom_arg);
	status = resolver_open(config, dns_arena(*dns), &r, error);
	if (status != ST_OK) {
		dns_free(*dns);
		*dns = NULL;
		return status;
	}
	dns_attach(*dns, &backend, r, config->timeout_ms,
		config->deadline_ms > INT64_MAX - now ? INT64_MAX : now + config->deadline_ms);
	return ST_OK;
}

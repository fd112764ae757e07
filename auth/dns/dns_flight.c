/*
 * dns_flight.c: which server to query, when to retry, and which answer counts.
 *
 * A query is sent to each server in turn, in three rounds, each with twice the timeout of the
 * previous one. The rounds use 1 + 2 + 4 of 8 parts of the total time, and the last part is for
 * late answers; with three servers, a silent one costs 1/24 of the total time in the first round.
 * Any answer counts while the query is open, even from a server that was given up. A truncated
 * answer is repeated over TCP, and a query with EDNS that a server cannot read is repeated without
 * it. docs/decisions/own-dns-transport.md explains why no library does this.
 */
#include "auth/dns/dns_flight.h"

enum {
	ROUNDS = 3,
	SHARERS_MAX = 3, /* at most this many servers get a share of the time of a query */
	TCP_TRIES = 2,   /* the second one if the server closed the connection */
	TCP_MAX = 16     /* simultaneous connections: servers allow only a few */
};

static uint32_t
bit(size_t server)
{
	return (uint32_t)1 << server;
}

/* The server that is queried next. */
static size_t
next_server(const struct flight *flight)
{
	return (flight->start + flight->sent) % flight->resolver->servers.n;
}

static void
close_socket(struct flight *flight, size_t server)
{
	struct dns_socket *s = flight->sockets[server];

	if (s == NULL)
		return;
	if (s->tcp)
		flight->resolver->ntcp--;
	transport_close(&flight->resolver->transport, s);
	flight->sockets[server] = NULL;
}

void
flight_close(struct flight *flight)
{
	for (size_t i = 0; i < flight->resolver->servers.n; i++)
		close_socket(flight, i);
}

/* No server gave a usable answer: reports the first failure, or that no server can be reached. */
static void
conclude(struct flight *flight)
{
	if (!flight->answered)
		flight->failure = dns_outcome_answer(DNS_OUT_UNREACHABLE);
	dns_question_answer(flight->question, &flight->failure);
}

/* How long to wait for an answer to the last packet before sending the next. */
static int64_t
patience(const struct flight *flight)
{
	const struct resolver *r = flight->resolver;
	int64_t n = r->servers.n > 0 ? (int64_t)r->servers.n : 1;
	int64_t sharers = n < SHARERS_MAX ? n : SHARERS_MAX;
	int64_t ms = r->timeout_ms / (sharers << ROUNDS);

	if (flight->tcp)
		return n > 1 ? r->timeout_ms / (n + 1) : INT64_MAX;
	return (ms < 1 ? 1 : ms) << ((int64_t)flight->sent - 1) / n;
}

static void
set_due(struct flight *flight)
{
	int64_t ms = patience(flight), now = resolver_clock(NULL);

	flight->due_ms = ms > INT64_MAX - now ? INT64_MAX : now + ms;
}

/*
 * Opens a socket for the query. If there are too few descriptors, the older sockets of the query
 * are closed, and late answers on them are lost.
 */
static enum transport_status
open_socket(struct flight *flight, size_t server, bool tcp)
{
	struct resolver *r = flight->resolver;
	struct dns_question *question = flight->question;
	struct dns_socket *s = flight->spare;
	enum transport_status status;

	if (tcp && r->ntcp >= TCP_MAX)
		return TRANSPORT_FULL;
	if (s == NULL)
		s = flight->spare = arena_alloc(question->arena, sizeof *s);
	s->arena = question->arena;
	s->owner = flight;
	s->server = server;
	s->tcp = tcp;
	s->edns = ((flight->plain | r->no_edns) & bit(server)) == 0;
	status = transport_open(
		&r->transport, s, &r->servers.at[server], question->name, question->type);
	if (status == TRANSPORT_FULL) {
		flight_close(flight);
		status = transport_open(
			&r->transport, s, &r->servers.at[server], question->name, question->type);
	}
	if (status != TRANSPORT_SENT)
		return status;
	flight->sockets[server] = s;
	flight->spare = NULL;
	r->ntcp += tcp;
	return status;
}

/* Marks the query as waiting for a free socket; false if no open socket could become free. */
static bool
queue(struct flight *flight)
{
	flight->queued = flight->resolver->transport.open > 0;
	flight->due_ms = INT64_MAX;
	return flight->queued;
}

static void
fail_tcp(struct flight *flight)
{
	close_socket(flight, flight->tcp_server);
	flight->failed |= bit(flight->tcp_server);
	flight->tcp = false;
	flight_go_on(flight);
}

static void
connect_tcp(struct flight *flight)
{
	enum transport_status status = TRANSPORT_REFUSED;

	while (status == TRANSPORT_REFUSED && flight->tcp_tries < TCP_TRIES) {
		status = open_socket(flight, flight->tcp_server, true);
		flight->tcp_tries += status != TRANSPORT_FULL;
	}
	if (status == TRANSPORT_SENT)
		set_due(flight);
	else if (status == TRANSPORT_REFUSED || !queue(flight))
		fail_tcp(flight);
}

static void
start_tcp(struct flight *flight, size_t server)
{
	flight_close(flight);
	flight->tcp = true;
	flight->tcp_server = server;
	flight->tcp_tries = 0;
	connect_tcp(flight);
}

static enum transport_status
send_udp(struct flight *flight, size_t server)
{
	enum transport_status status = TRANSPORT_REFUSED;

	if (flight->sockets[server] != NULL)
		status = transport_repeat(&flight->resolver->transport, flight->sockets[server]);
	if (status == TRANSPORT_SENT)
		return status;
	close_socket(flight, server);
	return open_socket(flight, server, false);
}

static bool
is_hopeless(const struct flight *flight)
{
	uint32_t all = bit(flight->resolver->servers.n) - 1;

	return ((flight->failed | flight->refused) & all) == all;
}

/*
 * Is the server skipped? One that gave no usable answer always is. One that could not be reached is
 * queried again only if no other is left: it may be starting.
 */
static bool
is_passed_over(const struct flight *flight, size_t server)
{
	return (flight->failed & bit(server)) != 0 ||
	       ((flight->refused & bit(server)) != 0 && !is_hopeless(flight));
}

void
flight_go_on(struct flight *flight)
{
	const struct resolver *r = flight->resolver;
	enum transport_status status;
	size_t server;

	for (; flight->sent < ROUNDS * r->servers.n; flight->sent++) {
		server = next_server(flight);
		if (is_passed_over(flight, server))
			continue;
		if (r->servers.tcp) {
			flight->sent++;
			start_tcp(flight, server);
			return;
		}
		status = send_udp(flight, server);
		if (status == TRANSPORT_FULL && queue(flight))
			return;
		if (status != TRANSPORT_SENT)
			flight->refused |= bit(server);
		if (status == TRANSPORT_SENT || is_hopeless(flight)) {
			flight->sent++;
			set_due(flight);
			return;
		}
	}
	flight->due_ms = INT64_MAX; /* late answers are accepted until the question is abandoned */
	if (is_hopeless(flight))
		conclude(flight);
}

/*
 * Sends the query again without EDNS, which the server does not support; the failed packet does not
 * count.
 */
static void
ask_plainly(struct flight *flight, const struct dns_socket *s)
{
	size_t server = s->server, n = flight->resolver->servers.n;

	flight->plain |= bit(server);
	if (s->tcp) {
		start_tcp(flight, server);
		return;
	}
	close_socket(flight, server);
	flight->sent -= flight->sent > 0;
	flight->start = (server + ROUNDS * n - flight->sent) % n;
	flight_go_on(flight);
}

static void
on_answer(struct flight *flight, const struct dns_socket *s, struct slice message)
{
	struct resolver *r = flight->resolver;
	struct dns_question *question = flight->question;
	struct dns_answer answer;
	bool unread;

	flight->refused &= ~bit(s->server);
	dns_answer_parse(question->name, question->type, message, question->arena, &answer);
	unread = answer.status == DNS_TEMP &&
		 (answer.outcome == DNS_OUT_FORMERR || answer.outcome == DNS_OUT_NOTIMP);
	if (unread && s->edns) {
		ask_plainly(flight, s);
		return;
	}
	if (!unread && !s->edns)
		r->no_edns |= bit(s->server); /* RFC 6891 7 */
	if (answer.status != DNS_TEMP) {
		r->best = s->server;
		dns_question_answer(question, &answer);
		return;
	}
	/* another server may have an answer; if all fail, the first failure is reported */
	if (!flight->answered)
		flight->failure = answer;
	flight->answered = true;
	flight->failed |= bit(s->server);
	flight->tcp = false;
	close_socket(flight, s->server);
	flight_go_on(flight);
}

void
flight_event(const struct transport_event *event)
{
	struct dns_socket *s = event->socket;
	struct flight *flight = s->owner;

	if (flight->question->done)
		return;
	if (event->kind == TRANSPORT_ANSWER) {
		on_answer(flight, s, event->message);
	} else if (event->kind == TRANSPORT_CUT) {
		start_tcp(flight, s->server);
	} else if (s->tcp) {
		close_socket(flight, s->server);
		connect_tcp(flight);
	} else {
		flight->refused |= bit(s->server);
		close_socket(flight, s->server);
		if (!is_hopeless(flight) || flight->due_ms == INT64_MAX)
			flight_go_on(flight);
	}
}

void
flight_due(struct flight *flight)
{
	if (flight->tcp)
		fail_tcp(flight);
	else
		flight_go_on(flight);
}

void
flight_retry(struct flight *flight)
{
	flight->queued = false;
	if (flight->tcp)
		connect_tcp(flight);
	else
		flight_go_on(flight);
}

/*
 * dns_resolver.c: questions to a resolver by c-ares, all in flight at once.
 *
 * c-ares sends, repeats and matches answers to questions; the octets of both are made and read in
 * dns_wire.c. What UDP cuts off is asked again over TCP by a second channel: on one channel c-ares
 * gives a TCP answer no more time than the next repetition over UDP would wait for.
 */
#include <sys/select.h> /* ares.h needs it */

#include <ares.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/time.h>
#include <time.h>

#include "auth/dns/dns_backend.h"
#include "auth/dns/dns_wire.h"

enum {
	TRIES = 3,     /* packets to each server */
	TCP_TRIES = 2, /* the second where the server closed the connection */
	SERVERS_MAX = 16,
	HEADER_TC = 2,        /* in the third octet (RFC 1035 4.1.1) */
	PLAIN_MAX = 512,      /* octets that c-ares takes over UDP without EDNS */
	UDP_BUFFER_MAX = 4096 /* and with it: more than we say, for servers that do not listen */
};

enum way { UDP, TCP, WAYS };

struct resolver {
	struct arena *arena; /* that of the dns */
	struct ares_addr_port_node servers[SERVERS_MAX];
	size_t nservers;
	int64_t timeout_ms;
	ares_channel channels[WAYS]; /* NULL before the first question */
	size_t nused;                /* servers, once c-ares has started */
	bool unusable;               /* c-ares would not start */
	bool no_memory;              /* it said so: that is no answer of DNS */
	bool no_edns;                /* a server knows no EDNS: ask plainly (RFC 6891 7) */
	struct pollfd *fds;
	size_t nfds, cap;
	struct flight *again;     /* to be sent once more */
	uint64_t ids[65536 / 64]; /* those in flight */
};

/* a question on its way */
struct flight {
	struct flight *next; /* in again */
	struct resolver *resolver;
	struct dns_question *question;
	uint16_t id;
	enum way way;
	bool edns;
};

int64_t
resolver_clock(const void *self)
{
	struct timespec now;

	(void)self;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
answer_outcome(struct dns_question *question, enum dns_outcome_id id)
{
	struct dns_answer answer = dns_outcome_answer(id);

	dns_question_answer(question, &answer);
}

/* c-ares tells which sockets to watch. */
static void
on_socket(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct resolver *r = arg;
	size_t i = 0;

	while (i < r->nfds && r->fds[i].fd != fd)
		i++;
	if (!readable && !writable) {
		if (i < r->nfds)
			r->fds[i] = r->fds[--r->nfds];
		return;
	}
	if (i == r->cap) {
		struct pollfd *grown = arena_array(r->arena, r->cap * 2 + 8, sizeof *grown);
		if (r->nfds > 0)
			memcpy(grown, r->fds, r->nfds * sizeof *grown);
		r->fds = grown;
		r->cap = r->cap * 2 + 8;
	}
	if (i == r->nfds)
		r->nfds++;
	r->fds[i].fd = fd;
	r->fds[i].events = (short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0));
	r->fds[i].revents = 0;
}

/* A lack of memory ends the run once c-ares is back from its work. */
static int
noted(struct resolver *r, int status)
{
	r->no_memory |= status == ARES_ENOMEM;
	return status;
}

static void
end_without_memory(const struct resolver *r)
{
	if (r->no_memory)
		arena_no_memory(r->arena);
}

static size_t
count_servers(struct resolver *r, ares_channel channel)
{
	struct ares_addr_port_node *list = NULL;
	size_t n = 0;

	if (noted(r, ares_get_servers_ports(channel, &list)) != ARES_SUCCESS)
		return 0;
	for (const struct ares_addr_port_node *at = list; at != NULL; at = at->next)
		n++;
	ares_free_data(list);
	return n;
}

/* How long c-ares waits at first, so that all it does takes about the time of one question. */
static int
first_wait(const struct resolver *r, enum way way)
{
	int64_t ms;

	if (way == UDP) /* one server: 1 + 2 + 4 parts; for more, dns.c ends it */
		ms = r->timeout_ms / ((1 << TRIES) - 1);
	else
		ms = r->nused > 1 ? r->timeout_ms / (int64_t)(r->nused + 1) : r->timeout_ms;
	return ms < 1 ? 1 : ms > 60000 ? 60000 : (int)ms;
}

static bool
open_channel(struct resolver *r, enum way way)
{
	char lookups[] = "b";
	struct ares_options options = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_STAYOPEN |
			 ARES_FLAG_EDNS | ARES_FLAG_IGNTC,
		.timeout = first_wait(r, way),
		.tries = way == UDP ? TRIES : TCP_TRIES,
		.lookups = lookups,
		.ednspsz = UDP_BUFFER_MAX,
		.sock_state_cb = on_socket,
		.sock_state_cb_data = r,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_DOMAINS |
		   ARES_OPT_LOOKUPS | ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB;
	ares_channel *channel = &r->channels[way];

	/*
	 * With one server its SERVFAIL is the answer; with several c-ares takes it for a fault of
	 * that server and asks the next one, which says less in the end but finds more.
	 */
	if (r->nused <= 1)
		options.flags |= ARES_FLAG_NOCHECKRESP;
	if (way == TCP)
		options.flags |= ARES_FLAG_USEVC;
	if (noted(r, ares_init_options(channel, &options, mask)) != ARES_SUCCESS) {
		*channel = NULL;
		return false;
	}
	if (r->nservers > 0 &&
		noted(r, ares_set_servers_ports(*channel, r->servers)) != ARES_SUCCESS) {
		ares_destroy(*channel);
		*channel = NULL;
		return false;
	}
	return true;
}

/* Only c-ares knows how many servers resolv.conf has, and its flags are set when it starts. */
static bool
start_channel(struct resolver *r, enum way way)
{
	if (r->channels[way] != NULL)
		return true;
	if (r->unusable)
		return false;
	if (r->nused == 0)
		r->nused = r->nservers;
	if (r->nused == 0 && open_channel(r, way)) {
		r->nused = count_servers(r, r->channels[way]);
		if (r->nused <= 1)
			return true;
		ares_destroy(r->channels[way]);
		r->channels[way] = NULL;
	}
	r->unusable = !open_channel(r, way);
	return !r->unusable;
}

/* An id that is not in flight, not to be guessed (RFC 5452 9.2). */
static bool
take_id(struct resolver *r, uint16_t *id)
{
	do {
		if (getrandom(id, sizeof *id, 0) != (ssize_t)sizeof *id)
			return false;
	} while ((r->ids[*id / 64] >> *id % 64 & 1) != 0);
	r->ids[*id / 64] |= (uint64_t)1 << *id % 64;
	return true;
}

static void
send_again(struct flight *flight)
{
	flight->question->flying = true;
	flight->next = flight->resolver->again;
	flight->resolver->again = flight;
}

static void
on_answer(void *arg, int status, int timeouts, unsigned char *bytes, int n)
{
	struct flight *flight = arg;
	struct resolver *r = flight->resolver;
	struct dns_question *question = flight->question;
	struct dns_answer answer;

	(void)timeouts;
	r->ids[flight->id / 64] &= ~((uint64_t)1 << flight->id % 64);
	question->flying = false;
	if (noted(r, status) == ARES_EDESTRUCTION || status == ARES_ECANCELLED || question->done)
		return;
	if (status != ARES_SUCCESS) {
		answer_outcome(
			question, status == ARES_ETIMEOUT ? DNS_OUT_TIMEOUT : DNS_OUT_UNREACHABLE);
		return;
	}
	/* 512: after a FORMERR c-ares itself cuts what is longer than UDP was before EDNS */
	if (flight->way == UDP && n > 2 && ((bytes[2] & HEADER_TC) != 0 || n == PLAIN_MAX)) {
		flight->way = TCP;
		send_again(flight);
		return;
	}
	dns_answer_parse(question->name, question->type,
		slice_make((const char *)bytes, n > 0 ? (size_t)n : 0), question->arena, &answer);
	if (answer.status == DNS_TEMP && answer.outcome == DNS_OUT_FORMERR && flight->edns) {
		r->no_edns = true; /* RFC 6891 7 */
		send_again(flight);
		return;
	}
	dns_question_answer(question, &answer);
}

static void
send_flight(struct flight *flight)
{
	struct resolver *r = flight->resolver;
	struct dns_question *question = flight->question;
	unsigned char query[DNS_QUERY_MAX];
	size_t n;

	flight->edns = !r->no_edns;
	if (!start_channel(r, flight->way) || !take_id(r, &flight->id)) {
		end_without_memory(r);
		question->flying = false;
		answer_outcome(question, DNS_OUT_UNREACHABLE);
		return;
	}
	question->flying = true; /* c-ares may answer at once */
	n = dns_query_write(question->name, question->type, flight->id, flight->edns, query);
	ares_send(r->channels[flight->way], query, (int)n, on_answer, flight);
	end_without_memory(r);
}

void
resolver_start(void *self, struct dns_question *question)
{
	struct resolver *r = self;
	struct flight *flight;

	flight = arena_alloc(question->arena, sizeof *flight);
	flight->resolver = r;
	flight->question = question;
	send_flight(flight);
}

static void
flush_again(struct resolver *r)
{
	struct flight *list = r->again, *next;

	r->again = NULL; /* what fails at once comes into the next list */
	for (; list != NULL; list = next) {
		next = list->next;
		list->question->flying = false;
		if (!list->question->done)
			send_flight(list);
	}
}

/* How long to sleep: until a packet, c-ares' next repetition, or until_ms. */
static int
poll_time(const struct resolver *r, int64_t until_ms)
{
	int64_t ms = until_ms - resolver_clock(NULL);
	struct timeval most, due, *when = &most;

	if (ms <= 0)
		return 0;
	if (ms > 60000)
		ms = 60000;
	most.tv_sec = (time_t)(ms / 1000);
	most.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	for (int way = 0; way < WAYS; way++)
		if (r->channels[way] != NULL) {
			most = *when;
			when = ares_timeout(r->channels[way], &most, &due);
		}
	return (int)(when->tv_sec * 1000 + (when->tv_usec + 999) / 1000);
}

/* Sleeps once and lets c-ares work on what came. */
static void
turn(struct resolver *r, int timeout)
{
	enum { READY_MAX = 64 };
	struct pollfd ready[READY_MAX];
	size_t n = 0;

	if (poll(r->fds, (nfds_t)r->nfds, timeout) > 0)
		for (size_t i = 0; i < r->nfds && n < READY_MAX; i++)
			if (r->fds[i].revents != 0)
				ready[n++] = r->fds[i];
	/* c-ares changes r->fds meanwhile; it ignores a socket that is none of the channel's */
	for (int way = 0; way < WAYS; way++) {
		if (r->channels[way] == NULL)
			continue;
		for (size_t i = 0; i < n; i++) {
			bool in = (ready[i].revents & (POLLIN | POLLERR | POLLHUP)) != 0;
			bool out = (ready[i].revents & POLLOUT) != 0;
			ares_process_fd(r->channels[way], in ? ready[i].fd : ARES_SOCKET_BAD,
				out ? ready[i].fd : ARES_SOCKET_BAD);
		}
		ares_process_fd(r->channels[way], ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	}
	end_without_memory(r);
	flush_again(r);
}

void
resolver_turn(struct resolver *r, int64_t until_ms)
{
	turn(r, poll_time(r, until_ms));
}

void
resolver_watch(struct resolver *r, int fd)
{
	on_socket(r, fd, 1, 0); /* c-ares ignores a socket that is none of its own */
}

static void
resolver_wait(void *self, const struct dns_question *question, int64_t until_ms)
{
	struct resolver *r = self;

	/* one turn at least: the answer may have come while nobody looked */
	do
		turn(r, question->done ? 0 : poll_time(r, until_ms));
	while (!question->done && resolver_clock(NULL) < until_ms);
}

void
resolver_free(void *self)
{
	struct resolver *r = self;

	for (int way = 0; way < WAYS; way++)
		if (r->channels[way] != NULL)
			ares_destroy(r->channels[way]);
}

/* ADDR, ADDR:PORT (IPv4) or [ADDR]:PORT */
static bool
parse_server(struct slice text, struct ares_addr_port_node *server)
{
	struct slice port = {NULL, 0};
	unsigned number = 53;
	size_t colon = slice_rfind(text, ':'), end;
	struct ip ip;

	if (text.n > 0 && text.p[0] == '[') {
		end = slice_find(text, ']');
		port = slice_from(text, end + 1);
		if (end == text.n || (port.n > 0 && port.p[0] != ':'))
			return false;
		text = slice_from(slice_head(text, end), 1);
	} else if (colon < text.n && slice_find(text, ':') == colon) {
		port = slice_from(text, colon);
		text = slice_head(text, colon);
	}
	if (port.n > 0) {
		number = 0;
		for (size_t i = 1; i < port.n && number <= 65535; i++) {
			if (port.p[i] < '0' || port.p[i] > '9')
				return false;
			number = number * 10 + (unsigned)(port.p[i] - '0');
		}
		if (number == 0 || number > 65535)
			return false;
	}
	if (!ip_parse(text, &ip))
		return false;
	server->family = ip.family == 4 ? AF_INET : AF_INET6;
	memcpy(&server->addr, ip.bytes, ip.family == 4 ? 4 : 16);
	server->udp_port = server->tcp_port = (int)number;
	return true;
}

enum status
resolver_open(const struct dns_config *config, struct arena *arena, struct resolver **resolver,
	const char **error)
{
	struct resolver *r = arena_alloc(arena, sizeof *r);

	*error = NULL;
	r->arena = arena;
	r->timeout_ms = config->timeout_ms;
	if (config->nresolvers > SERVERS_MAX)
		*error = "more than 16 resolvers";
	for (size_t i = 0; i < config->nresolvers && *error == NULL; i++) {
		if (!parse_server(slice_str(config->resolvers[i]), &r->servers[i]))
			*error = "not a resolver's ADDR, ADDR:PORT or [ADDR]:PORT";
		if (i > 0)
			r->servers[i - 1].next = &r->servers[i];
		r->nservers++;
	}
	*resolver = r;
	return *error == NULL ? ST_OK : ST_BAD;
}

enum status
dns_open_resolver(const struct dns_config *config, struct dns **dns, const char **error)
{
	static const struct dns_backend backend = {
		resolver_start, resolver_wait, resolver_clock, resolver_free};
	int64_t now = resolver_clock(NULL);
	struct resolver *r;

	*dns = dns_new(config->oom, config->oom_arg);
	if (resolver_open(config, dns_arena(*dns), &r, error) != ST_OK) {
		dns_free(*dns);
		*dns = NULL;
		return ST_BAD;
	}
	dns_attach(*dns, &backend, r, config->timeout_ms,
		config->deadline_ms > INT64_MAX - now ? INT64_MAX : now + config->deadline_ms);
	return ST_OK;
}

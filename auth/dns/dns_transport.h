/*
 * dns_transport.h: queries and answers over sockets; each query to each server has its own socket,
 * so that port and id are both new (RFC 5452 9.2). Only transport_poll waits; dns_resolver.c
 * decides what to do next. If threads share a transport, they hold lock while they call these
 * functions.
 */
#ifndef AUTH_DNS_DNS_TRANSPORT_H
#define AUTH_DNS_DNS_TRANSPORT_H

#include <poll.h>
#include <pthread.h>

#include "auth/dns/dns_server.h"
#include "auth/dns/dns_wire.h"

enum {
	TRANSPORT_UDP_MAX = 4096
}; /* larger than the size we announce, for servers that ignore it */

/* a query sent to one server; the caller sets the first members */
struct dns_socket {
	struct arena *arena; /* for data read over TCP */
	void *owner;
	size_t server; /* the caller's number for the server */
	bool tcp, edns;
	/* set by transport_open */
	size_t place;                           /* in the transport */
	unsigned char query[2 + DNS_QUERY_MAX]; /* preceded by its length (RFC 1035 4.2.2) */
	size_t query_n, written;
	unsigned char head[2]; /* over TCP: the length of the answer, then the answer */
	unsigned char *body;
	size_t got, body_max;
};

struct transport {
	struct arena *arena;
	struct pollfd *fds;          /* one for each socket, at the same index */
	struct dns_socket **sockets; /* NULL: a descriptor watched for the caller */
	size_t n, cap, open, max; /* used places, capacity, open query sockets and their maximum */
	size_t ready;             /* sockets that transport_next has not yet examined */
	pthread_mutex_t *lock;    /* released while transport_poll sleeps; or NULL */
	struct pollfd *polled;    /* with a lock: what transport_poll sleeps for */
	size_t polled_cap;
	unsigned char packet[TRANSPORT_UDP_MAX];
};

enum transport_status {
	TRANSPORT_SENT,
	TRANSPORT_FULL,   /* no descriptor or port is available for it now */
	TRANSPORT_REFUSED /* this server cannot be reached */
};

struct transport_event {
	struct dns_socket *socket;
	enum {
		TRANSPORT_ANSWER, /* message answers the query: id, name, type and class match */
		TRANSPORT_CUT,    /* the same, but truncated: repeat the query over TCP */
		TRANSPORT_FAILED  /* nothing more will arrive; over UDP the query can be sent again
				   */
	} kind;
	struct slice message; /* valid until the next call */
};

/* arena: for tables; if memory runs out, its oom is called. */
void transport_init(struct transport *t, struct arena *arena);
void transport_free(struct transport *t);

/* transport_poll also wakes up when fd is readable; the caller reads from it. */
void transport_watch(struct transport *t, int fd);

/*
 * Opens a socket to the server and sends the query on it. The caller has set the members of s from
 * arena through edns; s must live until transport_close or transport_free. The socket is closed
 * again unless the result is TRANSPORT_SENT.
 */
enum transport_status transport_open(struct transport *t, struct dns_socket *s,
	const struct dns_server *server, struct slice name, enum dns_type type);

/* Sends the same packet again, over UDP. */
enum transport_status transport_repeat(struct transport *t, const struct dns_socket *s);

void transport_close(struct transport *t, struct dns_socket *s);

/*
 * Sleeps until something arrives, for at most timeout milliseconds; 0 does not sleep. One thread at
 * a time; meanwhile others may open sockets, which count from the next call on.
 */
void transport_poll(struct transport *t, int timeout);

/*
 * The next event; false if there is no more. Any socket may be opened and closed before the next
 * call.
 */
bool transport_next(struct transport *t, struct transport_event *event);

#endif

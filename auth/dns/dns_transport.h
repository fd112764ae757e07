/*
 * dns_transport.h: queries and answers over sockets; each query to each server has a
 * socket of its own, so that port and id are both new (RFC 5452 9.2). Only transport_poll waits;
 * dns_resolver.c decides what to do next.
 */
#ifndef AUTH_DNS_DNS_TRANSPORT_H
#define AUTH_DNS_DNS_TRANSPORT_H

#include <poll.h>

#include "auth/dns/dns_server.h"
#include "auth/dns/dns_wire.h"

enum { TRANSPORT_UDP_MAX = 4096 }; /* more than we announce, for servers that ignore the limit */

/* a question on its way to one server; what the caller gives comes first */
struct dns_socket {
	struct arena *arena; /* for what is read over TCP */
	void *owner;
	size_t server; /* the caller's number of it */
	bool tcp, edns;
	/* set by transport_open */
	size_t place;                           /* in the transport */
	unsigned char query[2 + DNS_QUERY_MAX]; /* with its length in front (RFC 1035 4.2.2) */
	size_t query_n, written;
	unsigned char head[2]; /* over TCP: the length of the answer, then the answer */
	unsigned char *body;
	size_t got, body_max;
};

struct transport {
	struct arena *arena;
	struct pollfd *fds;          /* those of sockets, in the same places */
	struct dns_socket **sockets; /* NULL: one that the caller watches */
	size_t n, cap, open, max;    /* places, room, sockets of questions, how many may be open */
	size_t ready;                /* places that transport_next has not yet looked at */
	unsigned char packet[TRANSPORT_UDP_MAX];
};

enum transport_status {
	TRANSPORT_SENT,
	TRANSPORT_FULL,   /* no descriptor or no port for it now */
	TRANSPORT_REFUSED /* this server cannot be reached */
};

struct transport_event {
	struct dns_socket *socket;
	enum {
		TRANSPORT_ANSWER, /* message answers the question, in id, name, type and class */
		TRANSPORT_CUT,    /* it does, but is truncated: to be repeated over TCP */
		TRANSPORT_FAILED  /* nothing more will come; over UDP it can be sent again */
	} kind;
	struct slice message; /* until the next call */
};

/* arena: for tables; where memory is out, its oom is called. */
void transport_init(struct transport *t, struct arena *arena);
void transport_free(struct transport *t);

/* transport_poll also wakes up when fd is readable; what is read from it is the caller's. */
void transport_watch(struct transport *t, int fd);

/* A new socket, connected to the server, and the question on it. s->arena to s->edns are set; s
 * lives until transport_close or transport_free. Closed already unless TRANSPORT_SENT. */
enum transport_status transport_open(struct transport *t, struct dns_socket *s,
	const struct dns_server *server, struct slice name, enum dns_type type);

/* The same packet once more, over UDP. */
enum transport_status transport_repeat(struct transport *t, const struct dns_socket *s);

void transport_close(struct transport *t, struct dns_socket *s);

/* Sleeps until something came, timeout milliseconds at most; 0 does not sleep. */
void transport_poll(struct transport *t, int timeout);

/* The next thing that came; false if there is no more. Any socket may be opened and closed
 * before the next call. */
bool transport_next(struct transport *t, struct transport_event *event);

#endif

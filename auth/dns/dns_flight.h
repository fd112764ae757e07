/*
 * dns_flight.h: one query in progress, and the data shared by all of them (dns_flight.c,
 * dns_resolver.c).
 */
#ifndef AUTH_DNS_DNS_FLIGHT_H
#define AUTH_DNS_DNS_FLIGHT_H

#include "auth/dns/dns_backend.h"
#include "auth/dns/dns_transport.h"

struct resolver {
	struct arena *arena; /* the arena of the dns */
	struct dns_servers servers;
	uint32_t no_edns; /* a bit for each server that does not support it (RFC 6891 7) */
	size_t best;      /* the one that answered last is queried first */
	int64_t timeout_ms;
	struct flight *first, *last; /* in the order of asking */
	size_t ntcp;                 /* flights with a connection */
	struct transport transport;
};

/* a query in progress */
struct flight {
	struct flight *next;
	struct resolver *resolver;
	struct dns_question *question;
	struct dns_socket *sockets[DNS_SERVERS_MAX]; /* the socket to each server, or NULL */
	struct dns_socket *spare;                    /* allocated but not open */
	size_t start;                                /* the server that is queried first */
	unsigned sent;    /* number of packets, including those to skipped servers */
	uint32_t failed;  /* a bit for each server that gave no usable answer */
	uint32_t refused; /* servers that could not be reached at least once */
	uint32_t plain;   /* servers that are queried without EDNS */
	bool tcp;         /* now uses TCP, with tcp_server */
	bool queued;      /* waits until a socket is free */
	size_t tcp_server;
	unsigned tcp_tries;
	int64_t due_ms; /* when to act if no answer arrives */
	bool answered;  /* failure holds the answer of a server that failed */
	struct dns_answer failure;
};

/* Sends a packet to the next server; if none is left, answers with a failure. */
void flight_go_on(struct flight *flight);
/* Takes the next step at due_ms if no answer arrived. */
void flight_due(struct flight *flight);
/* Tries a queued query again: a socket may have become free. */
void flight_retry(struct flight *flight);
/* Handles what arrived on one of its sockets. */
void flight_event(const struct transport_event *event);
void flight_close(struct flight *flight);

#endif

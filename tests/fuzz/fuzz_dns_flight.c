/*
 * fuzz_dns_flight.c: queries to a server whose every action is in the input, over real loopback
 * sockets; the second server, if any, is a closed port. It also tests dns_answer_is_to.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/dns/dns_backend.h"
#include "auth/dns/dns_wire.h"

enum { TIME_MS = 16, PACKET_MAX = 2048, STEPS_MAX = 64 };

enum move {
	SILENT,
	NO_DATA,
	CUT,
	SERVFAIL,
	FORMERR,
	HEADER_ONLY,
	FORGED_ID,
	FORGED_NAME,
	FORGED_CASE,
	NOISE,
	TWICE,
	BODY, /* the right question, then octets of the input */
	CLOSE,
	MOVES
};

struct server {
	int udp, tcp, conn; /* conn: the last accepted connection, -1: none */
	struct sockaddr_in address;
};

struct script {
	const uint8_t *p, *end;
	bool chosen; /* the input chose octets of an answer */
};

static const char forged[] = "\300\014\0\1\0\1\0\0\0\5\0\4\300\0\2\102"; /* A 192.0.2.66 */

static uint8_t
next(struct script *script)
{
	return script->p < script->end ? *script->p++ : 0;
}

static void
open_server(struct server *server)
{
	socklen_t n = sizeof server->address;

	server->conn = -1;
	server->address.sin_family = AF_INET;
	server->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	server->tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (bind(server->udp, (struct sockaddr *)&server->address, n) != 0 ||
		getsockname(server->udp, (struct sockaddr *)&server->address, &n) != 0 ||
		bind(server->tcp, (struct sockaddr *)&server->address, n) != 0 ||
		listen(server->tcp, 16) != 0)
		exit(1);
}

/* Turns the query into an answer in place; returns its length, 0 for none. */
static size_t
answer(struct script *script, enum move move, unsigned char *packet, size_t n)
{
	size_t question = n - (packet[11] != 0 ? 11 : 0), more;

	packet[2] = 0x81;
	packet[3] = 0x80;
	packet[11] = 0;
	switch (move) {
	case CUT:
		packet[2] |= 2;
		return question;
	case SERVFAIL:
	case FORMERR:
		packet[3] |= move == SERVFAIL ? 2 : 1;
		return question;
	case HEADER_ONLY:
		packet[3] |= next(script) & 15;
		packet[5] = 0;
		return 12;
	case FORGED_ID:
	case FORGED_NAME:
	case FORGED_CASE:
		packet[move == FORGED_ID ? next(script) & 1 : 13] ^= move == FORGED_CASE ? 32 : 1;
		packet[7] = 1;
		memcpy(packet + question, forged, sizeof forged - 1);
		return question + sizeof forged - 1;
	case BODY:
	case NOISE:
		script->chosen |= move == BODY;
		more = move == BODY ? question : 0;
		for (size_t size = next(script); size > 0; size--)
			packet[more++] = next(script);
		if (move == BODY)
			packet[7] = next(script) & 3;
		return more;
	case NO_DATA:
	case TWICE:
		return question;
	case SILENT:
	case CLOSE:
	case MOVES:
		break;
	}
	return 0;
}

static void
serve_udp(struct server *server, struct script *script)
{
	unsigned char packet[PACKET_MAX];
	struct sockaddr_in client;
	socklen_t size = sizeof client;
	ssize_t n = recvfrom(server->udp, packet, 512, 0, (struct sockaddr *)&client, &size);
	enum move move = next(script) % MOVES;
	size_t reply;

	if (n < 12)
		return;
	reply = answer(script, move, packet, (size_t)n);
	for (int times = move == TWICE ? 2 : 1; reply > 0 && times > 0; times--)
		(void)sendto(server->udp, packet, reply, 0, (struct sockaddr *)&client, size);
}

static void
serve_tcp(struct server *server, struct script *script)
{
	unsigned char packet[2 + PACKET_MAX];
	enum move move = next(script) % MOVES;
	ssize_t n;
	size_t reply, part;
	int fd = accept(server->tcp, NULL, NULL);

	if (fd >= 0) {
		if (server->conn >= 0)
			close(server->conn);
		server->conn = fd;
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	}
	if (server->conn < 0)
		return;
	n = recv(server->conn, packet, 512, 0);
	if (n >= 14) {
		reply = answer(script, move, packet + 2, (size_t)n - 2);
		packet[0] = (unsigned char)(reply >> 8);
		packet[1] = (unsigned char)reply;
		part = (size_t)next(script) * 8; /* in two parts, or truncated */
		if (part > reply + 2)
			part = reply + 2;
		(void)send(server->conn, packet, part, MSG_NOSIGNAL);
		if ((next(script) & 1) == 0)
			(void)send(server->conn, packet + part, reply + 2 - part, MSG_NOSIGNAL);
	}
	if (move == CLOSE) {
		close(server->conn);
		server->conn = -1;
	}
}

static void
check(const struct script *script, const struct dns_question *question)
{
	static const unsigned char evil[] = {192, 0, 2, 66};
	const struct dns_answer *answer = &question->answer;

	if (!question->done)
		return;
	assert((answer->status == DNS_OK) == (answer->n > 0));
	assert((answer->status >= DNS_TEMP) == (dns_why(answer) != NULL));
	for (size_t i = 0; i < answer->n && !script->chosen; i++)
		assert(memcmp(answer->rr[i].ip.bytes, evil, sizeof evil) != 0);
}

static void
play(struct server *server, struct script *script, struct arena *arena)
{
	enum { QUESTIONS = 4 };
	static const char *const names[] = {"a.example", "b.example", "c.example", "d.example"};
	struct dns_question questions[QUESTIONS] = {0};
	const char *resolvers[2] = {NULL, "127.0.0.1:1"};
	struct error error;
	struct dns_config config = {.resolvers = resolvers, .timeout_ms = TIME_MS};
	struct resolver *resolver;
	char address[32];
	uint8_t first = next(script);

	(void)snprintf(address, sizeof address, "127.0.0.1:%u", ntohs(server->address.sin_port));
	resolvers[0] = address;
	config.nresolvers = 1 + (first >> 2 & 1);
	assert(resolver_open(&config, arena, &resolver, &error) == ST_OK);
	for (int i = 0; i <= (first & 3); i++) {
		questions[i].name = slice_str(names[i]);
		questions[i].type = DNS_A;
		questions[i].arena = arena;
		resolver_start(resolver, &questions[i]);
	}
	for (int step = 0; step < STEPS_MAX && script->p < script->end; step++) {
		serve_udp(server, script);
		serve_tcp(server, script);
		resolver_turn(resolver, resolver_clock(NULL) + (next(script) & 3));
	}
	for (int i = 0; i <= (first & 3); i++) {
		check(script, &questions[i]);
		questions[i].done = true; /* given up */
	}
	resolver_turn(resolver, 0);
	for (int i = 0; i <= (first & 3); i++)
		assert(!questions[i].flying);
	resolver_free(resolver);
}

/* Returns the lowest free descriptor, which must be the same before and after: none is leaked. */
static int
free_descriptor(int fd)
{
	int lowest = dup(fd);

	close(lowest);
	return lowest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct server server = {.udp = -1};
	struct script script = {data, data + size, false};
	unsigned char rest[16];
	struct arena arena;
	int before;

	if (server.udp < 0)
		open_server(&server);
	while (recv(server.udp, rest, sizeof rest, 0) >= 0)
		continue;
	before = free_descriptor(server.udp);
	arena_init(&arena, NULL, NULL);
	play(&server, &script, &arena);
	arena_clear(&arena);
	if (server.conn >= 0)
		close(server.conn);
	server.conn = -1;
	for (int fd; (fd = accept(server.tcp, NULL, NULL)) >= 0;)
		close(fd);
	assert(free_descriptor(server.udp) == before);
	return 0;
}

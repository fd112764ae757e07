/*
 * test_dns_transport.c: which query a packet answers, and which sockets are used again; the test
 * itself is the server. More of sockets: test_dns_resolver.c, tests/dns/run.
 */
#include "auth/dns/dns_transport.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <unistd.h>

#include "tests/support/arena_suite.h"

ARENA_SUITE(dns_transport);

/* Does the message answer the question for a.example A, whose id is 0x1234? */
static const struct match_row {
	const char *name;
	struct slice message;
	bool match;
} match_rows[] = {
	{"an answer", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"), true},
	{"with more behind it",
		SLICE_INIT("\x12\x34\x81\x80\0\1\0\1\0\0\0\0\1a\7example\0\0\1\0\1\xff"), true},
	{"SERVFAIL", SLICE_INIT("\x12\x34\x81\x82\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"), true},
	{"another id", SLICE_INIT("\x12\x35\x81\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"), false},
	{"a question", SLICE_INIT("\x12\x34\1\x20\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"), false},
	{"another opcode", SLICE_INIT("\x12\x34\xa9\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"),
		false},
	{"another name", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1b\7example\0\0\1\0\1"),
		false},
	{"another case", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1A\7example\0\0\1\0\1"),
		false},
	{"another type", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\x10\0\1"),
		false},
	{"another class", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\3"),
		false},
	{"a longer name", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1a\7example\1b\0\0\1\0\1"),
		false},
	{"cut in the question", SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0"),
		false},
	{"two questions",
		SLICE_INIT("\x12\x34\x81\x80\0\2\0\0\0\0\0\0\1a\7example\0\0\1\0\1\1a\7example\0\0"
			   "\1\0\1"),
		false},
	{"FORMERR without a question", SLICE_INIT("\x12\x34\x81\x81\0\0\0\0\0\0\0\0"), true},
	{"REFUSED without a question", SLICE_INIT("\x12\x34\x81\x85\0\0\0\0\0\0\0\0"), true},
	{"no data without a question", SLICE_INIT("\x12\x34\x81\x80\0\0\0\0\0\0\0\0"), false},
	{"NXDOMAIN without a question", SLICE_INIT("\x12\x34\x81\x83\0\0\0\0\0\0\0\0"), false},
	{"cut in the header", SLICE_INIT("\x12\x34\x81\x81\0\0\0\0\0\0\0"), false},
	{"nothing", SLICE_INIT(""), false},
};

Test(dns_transport, whose_answer)
{
	for (size_t i = 0; i < sizeof match_rows / sizeof match_rows[0]; i++)
		for (int edns = 0; edns < 2; edns++) {
			const struct match_row *row = &match_rows[i];
			unsigned char query[DNS_QUERY_MAX];
			size_t n = dns_query_write(
				SLICE("a.example"), DNS_A, 0x1234, edns == 1, query);

			cr_expect_eq(
				dns_answer_is_to(row->message, slice_make((const char *)query, n)),
				row->match, "%s", row->name);
		}
}

/* a server on all addresses, a transport, and its current query */
static struct rig {
	int fd;
	struct dns_server server;
	struct transport transport;
	struct dns_socket socket;
	unsigned char question[DNS_QUERY_MAX];
	size_t n;
	struct sockaddr_in client;
} rig;

/* The transport sends to that address. */
static void
open_rig(uint32_t address)
{
	struct sockaddr_in *at = &rig.server.address.v4;

	rig = (struct rig){.fd = socket(AF_INET, SOCK_DGRAM, 0), .server.n = sizeof *at};
	at->sin_family = AF_INET;
	cr_assert_eq(bind(rig.fd, &rig.server.address.any, rig.server.n), 0);
	cr_assert_eq(getsockname(rig.fd, &rig.server.address.any, &rig.server.n), 0);
	at->sin_addr.s_addr = htonl(address);
	transport_init(&rig.transport, &arena);
}

static void
close_rig(void)
{
	transport_free(&rig.transport);
	close(rig.fd);
}

/* Sends a query, and receives it in the server; returns the port that it came from. */
static unsigned
ask(const char *name)
{
	socklen_t n = sizeof rig.client;
	ssize_t got;

	rig.socket = (struct dns_socket){.arena = &arena};
	cr_assert_eq(
		transport_open(&rig.transport, &rig.socket, &rig.server, slice_str(name), DNS_A),
		TRANSPORT_SENT);
	got = recvfrom(
		rig.fd, rig.question, sizeof rig.question, 0, (struct sockaddr *)&rig.client, &n);
	cr_assert_gt(got, 0);
	rig.n = (size_t)got;
	return ntohs(rig.client.sin_port);
}

/* The server answers the query that it received last. */
static void
answer(void)
{
	rig.question[2] |= 0x80; /* QR */
	cr_assert_eq(sendto(rig.fd, rig.question, rig.n, 0, (struct sockaddr *)&rig.client,
			     sizeof rig.client),
		(ssize_t)rig.n);
}

/* Has an answer to the current query arrived? */
static bool
is_answered(void)
{
	struct transport_event event;

	transport_poll(&rig.transport, 1000);
	return transport_next(&rig.transport, &event) && event.kind == TRANSPORT_ANSWER;
}

static unsigned
ask_and_hear(const char *name)
{
	const unsigned port = ask(name);

	answer();
	cr_assert(is_answered());
	transport_close(&rig.transport, &rig.socket);
	return port;
}

Test(dns_transport, a_socket_to_loopback_is_used_again)
{
	unsigned port;

	open_rig(INADDR_LOOPBACK);
	port = ask_and_hear("a.example");
	for (unsigned i = 1; i < TRANSPORT_USES; i++) {
		cr_assert_eq(rig.transport.nidle, 1);
		cr_expect_eq(ask_and_hear("b.example"), port);
	}
	cr_expect_eq(rig.transport.nidle, 0, "a port has its time");
	close_rig();
}

Test(dns_transport, a_socket_to_the_network_is_not_used_again)
{
	open_rig(INADDR_ANY); /* reaches this machine, but is no loopback address */
	(void)ask_and_hear("a.example");
	cr_expect_eq(rig.transport.nidle, 0);
	close_rig();
}

Test(dns_transport, a_socket_without_an_answer_is_not_used_again)
{
	open_rig(INADDR_LOOPBACK);
	(void)ask("a.example");
	transport_close(&rig.transport, &rig.socket);
	cr_expect_eq(rig.transport.nidle, 0);
	close_rig();
}

/* A second answer to the query before, on the same socket, does not answer this one. */
Test(dns_transport, an_answer_that_comes_twice)
{
	unsigned port;

	open_rig(INADDR_LOOPBACK);
	port = ask("a.example");
	answer();
	answer();
	cr_assert(is_answered());
	transport_close(&rig.transport, &rig.socket);
	cr_assert_eq(ask("b.example"), port);
	cr_expect_not(is_answered());
	answer();
	cr_expect(is_answered());
	transport_close(&rig.transport, &rig.socket);
	close_rig();
}

/* A server that was away: the error that the kept socket got is not one of the next query. */
Test(dns_transport, an_error_of_the_past)
{
	int error;

	open_rig(INADDR_LOOPBACK);
	(void)ask_and_hear("a.example");
	close(rig.fd);
	cr_assert_eq(send(rig.transport.idle[0].fd, "", 1, 0), 1);
	rig.fd = socket(AF_INET, SOCK_DGRAM, 0);
	error = bind(rig.fd, &rig.server.address.any, rig.server.n);
	cr_assert_eq(error, 0);
	(void)ask_and_hear("b.example");
	close_rig();
}

/* A kept socket counts against the limit, and makes room for another server. */
Test(dns_transport, kept_sockets_make_room)
{
	struct dns_server other;

	open_rig(INADDR_LOOPBACK);
	rig.transport.max = 1;
	(void)ask_and_hear("a.example");
	cr_assert_eq(rig.transport.nidle, 1);
	other = rig.server;
	rig.socket = (struct dns_socket){.arena = &arena};
	cr_expect_eq(transport_open(&rig.transport, &rig.socket, &other, SLICE("b.example"), DNS_A),
		TRANSPORT_SENT);
	cr_expect_eq(rig.transport.nidle, 0);
	transport_close(&rig.transport, &rig.socket);
	close_rig();
}

/*
 * test_dns_resolver.c: the packets that are sent, and the outcomes. The test itself is the server:
 * dns_ask does not wait, so packets can be read and answered before dns_get. Real servers and their
 * faults: tests/dns/run.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "mime/buf.h"
#include "tests/support/dns_text.h"

static const struct address_row {
	const char *name;
	const char *address;
	bool good;
} address_rows[] = {
	{"IPv4", "127.0.0.1", true},
	{"IPv4 and port", "127.0.0.1:5353", true},
	{"IPv6", "::1", true},
	{"IPv6 in brackets", "[::1]", true},
	{"IPv6 and port", "[::1]:5353", true},
	{"largest port", "127.0.0.1:65535", true},
	{"port 0", "127.0.0.1:0", false},
	{"port too large", "127.0.0.1:65536", false},
	{"port too large for a number", "127.0.0.1:99999999999999999999", false},
	{"no port after the colon", "127.0.0.1:", false},
	{"port with a letter", "127.0.0.1:5a", false},
	{"sign in the port", "127.0.0.1:+53", false},
	{"name", "localhost", false},
	{"empty", "", false},
	{"colon", ":", false},
	{"open bracket", "[::1", false},
	{"text after the bracket", "[::1]53", false},
	{"empty brackets", "[]:53", false},
	{"scope", "fe80::1%eth0", false},
	{"blank", " 127.0.0.1", false},
	{"list", "127.0.0.1,127.0.0.2", false},
};

Test(dns_resolver, addresses)
{
	for (size_t i = 0; i < sizeof address_rows / sizeof address_rows[0]; i++) {
		const struct address_row *row = &address_rows[i];
		struct dns_config config = {.resolvers = &row->address,
			.nresolvers = 1,
			.timeout_ms = 100,
			.deadline_ms = 100};
		struct dns *dns;
		struct error error = {.path = NULL};
		enum status status = dns_open_resolver(&config, &dns, &error);

		cr_expect_eq(status, row->good ? ST_OK : ST_BAD, "%s", row->name);
		cr_expect_eq(dns != NULL, row->good, "%s", row->name);
		cr_expect_eq(error.reason.id == REASON_NONE, row->good, "%s", row->name);
		dns_free(dns);
	}
}

/* a socket on loopback, and a dns that sends its queries there */
struct rig {
	int fd;
	char resolver[32];
	struct dns *dns;
	struct arena arena;
};

static void
rig_open(struct rig *rig, int64_t timeout_ms, int64_t deadline_ms)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	struct timeval patience = {.tv_sec = 5};
	socklen_t n = sizeof address;
	const char *resolver = rig->resolver;
	struct error error;
	struct dns_config config = {.resolvers = &resolver,
		.nresolvers = 1,
		.timeout_ms = timeout_ms,
		.deadline_ms = deadline_ms};

	arena_init(&rig->arena, NULL, NULL);
	rig->fd = socket(AF_INET, SOCK_DGRAM, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert_eq(bind(rig->fd, (struct sockaddr *)&address, sizeof address), 0);
	cr_assert_eq(getsockname(rig->fd, (struct sockaddr *)&address, &n), 0);
	cr_assert_eq(setsockopt(rig->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
	snprintf(rig->resolver, sizeof rig->resolver, "127.0.0.1:%u",
		(unsigned)ntohs(address.sin_port));
	cr_assert_eq(dns_open_resolver(&config, &rig->dns, &error), ST_OK);
}

static void
rig_close(struct rig *rig)
{
	dns_free(rig->dns);
	if (rig->fd >= 0)
		close(rig->fd);
	arena_clear(&rig->arena);
}

/* a question as it arrived */
struct packet {
	struct slice bytes;
	struct sockaddr_in client;
};

static struct packet
rig_receive(struct rig *rig)
{
	char *bytes = arena_alloc(&rig->arena, 600);
	struct packet packet;
	socklen_t n = sizeof packet.client;
	ssize_t got = recvfrom(rig->fd, bytes, 600, 0, (struct sockaddr *)&packet.client, &n);

	cr_assert_geq(got, 12);
	packet.bytes = slice_make(bytes, (size_t)got);
	return packet;
}

static void
rig_send(struct rig *rig, const struct packet *to, struct slice bytes)
{
	cr_assert_eq(sendto(rig->fd, bytes.p, bytes.n, 0, (const struct sockaddr *)&to->client,
			     sizeof to->client),
		(ssize_t)bytes.n);
}

/*
 * Returns a reply: the question with these flags, its id XORed with id, and tail as the only record
 * of the answer section.
 */
static struct slice
reply_to(struct rig *rig, const struct packet *to, unsigned flags, struct slice tail, unsigned id)
{
	struct slice question = to->bytes;
	struct buf packet;

	buf_init(&packet, &rig->arena, 65535);
	buf_addc(&packet, question.p[0]);
	buf_addc(&packet, (char)(question.p[1] ^ (char)id));
	buf_addc(&packet, (char)(flags >> 8));
	buf_addc(&packet, (char)flags);
	buf_add(&packet, SLICE("\0\1\0"));
	buf_addc(&packet, tail.n > 0 ? '\1' : '\0');
	buf_add(&packet, SLICE("\0\0\0\0"));
	/* everything but the header and the OPT record of 11 octets, if there is one */
	buf_add(&packet,
		slice_from(slice_head(question, question.n - (question.p[11] ? 11u : 0u)), 12));
	buf_add(&packet, tail);
	return buf_slice(&packet);
}

static void
rig_reply(struct rig *rig, const struct packet *to, unsigned flags, struct slice tail)
{
	rig_send(rig, to, reply_to(rig, to, flags, tail, 0));
}

#define A_RECORD SLICE("\300\014\0\1\0\1\0\0\0\5\0\4\300\0\2\1")
#define TXT_RECORD SLICE("\300\014\0\020\0\1\0\0\0\5\0\4\3one")

Test(dns_resolver, questions_go_out_together_and_answers_come_in_any_order)
{
	static const char *const names[] = {"a.example", "b.example", "c.example"};
	struct rig rig = {0};
	struct packet questions[3];

	rig_open(&rig, 5000, 60000);
	for (size_t i = 0; i < 3; i++)
		dns_ask(rig.dns, slice_str(names[i]), i == 1 ? DNS_TXT : DNS_A);
	for (size_t i = 0; i < 3; i++)
		questions[i] = rig_receive(&rig);
	rig_reply(&rig, &questions[2], 0x8183, SLICE(""));
	rig_reply(&rig, &questions[0], 0x81a0, A_RECORD);
	rig_reply(&rig, &questions[1], 0x8180, TXT_RECORD);
	cr_expect_str_eq(
		dns_text(dns_get(rig.dns, SLICE("a.example"), DNS_A, 0), DNS_A, &rig.arena),
		"ok 5 192.0.2.1 secure");
	cr_expect_str_eq(
		dns_text(dns_get(rig.dns, SLICE("b.example"), DNS_TXT, 0), DNS_TXT, &rig.arena),
		"ok 5 \"one\"");
	cr_expect_str_eq(
		dns_text(dns_get(rig.dns, SLICE("c.example"), DNS_A, 0), DNS_A, &rig.arena),
		"nxdomain");
	rig_close(&rig);
}

Test(dns_resolver, the_question_as_sent)
{
	struct rig rig = {0};
	struct packet question;

	rig_open(&rig, 5000, 60000);
	dns_ask(rig.dns, slice_make("O dd\\\0.Example", 14), DNS_MX);
	question = rig_receive(&rig);
	/* RD, AD, one question, one OPT with 1232 octets; the name lower case, unescaped */
	cr_expect(slice_eq(slice_from(question.bytes, 2),
		slice_make("\001\040\0\1\0\0\0\0\0\1\6o dd\\\0\7example\0\0\017\0\1"
			   "\0\0\051\004\320\0\0\0\0\0\0",
			10 + 16 + 4 + 11)));
	rig_reply(&rig, &question, 0x8180, SLICE(""));
	cr_expect_eq(dns_get(rig.dns, slice_make("O dd\\\0.Example", 14), DNS_MX, 0)->status,
		DNS_NODATA);
	rig_close(&rig);
}

/* RFC 5452 9.2: an attacker has to guess both port and id, for every question. */
Test(dns_resolver, every_question_has_a_port_and_an_id_of_its_own)
{
	enum { QUESTIONS = 64 };
	struct rig rig = {0};
	struct packet questions[QUESTIONS];
	size_t same_port = 0, same_id = 0;

	rig_open(&rig, 5000, 60000);
	for (int i = 0; i < QUESTIONS; i++) {
		char name[24];

		(void)snprintf(name, sizeof name, "n%d.example", i);
		dns_ask(rig.dns, slice_str(name), DNS_A);
		questions[i] = rig_receive(&rig);
		for (int j = 0; j < i; j++) {
			same_port += questions[i].client.sin_port == questions[j].client.sin_port;
			same_id += slice_eq(slice_head(questions[i].bytes, 2),
				slice_head(questions[j].bytes, 2));
		}
	}
	cr_expect_eq(same_port, 0, "sockets that are open together differ");
	cr_expect_leq(same_id, 4, "2,016 pairs, 65,536 ids");
	rig_close(&rig);
}

static const struct reply_row {
	const char *name;
	unsigned flags;
	struct slice tail;
	unsigned id_xor;
	const char *answer;
} reply_rows[] = {
	{"answer", 0x8180, {"\300\014\0\1\0\1\0\0\0\5\0\4\300\0\2\1", 16}, 0, "ok 5 192.0.2.1"},
	{"no data", 0x8180, {"", 0}, 0, "nodata"},
	{"no such name", 0x8183, {"", 0}, 0, "nxdomain"},
	{"SERVFAIL", 0x8182, {"", 0}, 0, "temp SERVFAIL"},
	{"REFUSED", 0x8185, {"", 0}, 0, "temp REFUSED"},
	{"malformed", 0x8180, {"\300\014\0\1\0\1\0\0\0\5\0\5\300\0\2\1", 16}, 0,
		"bad malformed answer"},
	{"wrong id", 0x8180, {"\300\014\0\1\0\1\0\0\0\5\0\4\300\0\2\1", 16}, 1, "temp timeout"},
	{"a question", 0x0180, {"\300\014\0\1\0\1\0\0\0\5\0\4\300\0\2\1", 16}, 0, "temp timeout"},
	{"an update", 0xa980, {"\300\014\0\1\0\1\0\0\0\5\0\4\300\0\2\1", 16}, 0, "temp timeout"},
};

Test(dns_resolver, replies)
{
	for (size_t i = 0; i < sizeof reply_rows / sizeof reply_rows[0]; i++) {
		const struct reply_row *row = &reply_rows[i];
		struct rig rig = {0};
		struct packet question;
		const char *text;

		rig_open(&rig, 300, 60000);
		dns_ask(rig.dns, SLICE("a.example"), DNS_A);
		question = rig_receive(&rig);
		rig_send(&rig, &question,
			reply_to(&rig, &question, row->flags, row->tail, row->id_xor));
		text = dns_text(dns_get(rig.dns, SLICE("a.example"), DNS_A, 0), DNS_A, &rig.arena);
		cr_expect_str_eq(text, row->answer, "%s: %s", row->name, text);
		rig_close(&rig);
	}
}

static const struct time_row {
	const char *name;
	int64_t timeout, deadline, until; /* until: after now, 0 none */
	const char *answer;
	int64_t least, most;
} time_rows[] = {
	{"one question's time", 200, 60000, 0, "temp timeout", 190, 2000},
	{"the deadline", 5000, 200, 0, "temp deadline", 190, 2000},
	{"the caller's bound", 5000, 60000, 100, "temp timeout", 90, 2000},
};

Test(dns_resolver, time)
{
	for (size_t i = 0; i < sizeof time_rows / sizeof time_rows[0]; i++) {
		const struct time_row *row = &time_rows[i];
		struct rig rig = {0};
		int64_t start, took;
		const char *text;

		rig_open(&rig, row->timeout, row->deadline);
		start = dns_clock_ms(rig.dns);
		text = dns_text(dns_get(rig.dns, SLICE("a.example"), DNS_A,
					row->until == 0 ? 0 : start + row->until),
			DNS_A, &rig.arena);
		took = dns_clock_ms(rig.dns) - start;
		cr_expect_str_eq(text, row->answer, "%s: %s", row->name, text);
		cr_expect(took >= row->least && took <= row->most, "%s: %lld ms", row->name,
			(long long)took);
		rig_close(&rig);
	}
}

Test(dns_resolver, an_answer_that_came_while_nobody_looked)
{
	struct rig rig = {0};
	struct packet question;

	rig_open(&rig, 100, 60000);
	dns_ask(rig.dns, SLICE("a.example"), DNS_A);
	question = rig_receive(&rig);
	rig_reply(&rig, &question, 0x8180, A_RECORD);
	nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
	cr_expect_eq(dns_get(rig.dns, SLICE("a.example"), DNS_A, 1)->status, DNS_OK);
	rig_close(&rig);
}

/* RFC 6891 7: a server without EDNS answers that it cannot read the query. */
static const struct edns_row {
	const char *name;
	unsigned flags;   /* of the answer to a query with EDNS */
	bool repeats;     /* does that answer repeat the question? */
	unsigned plainly; /* flags of the answer to the same query without EDNS */
	const char *answer;
	bool next; /* is the next query sent with EDNS? */
} edns_rows[] = {
	{"FORMERR", 0x8181, true, 0x8180, "nodata", false},
	{"NOTIMP", 0x8184, true, 0x8183, "nxdomain", false},
	{"FORMERR, no more than a header", 0x8181, false, 0x8180, "nodata", false},
	{"FORMERR in any case", 0x8181, true, 0x8181, "temp FORMERR", true},
	{"NOTIMP in any case", 0x8184, true, 0x8184, "temp NOTIMP", true},
};

Test(dns_resolver, a_server_without_edns)
{
	for (size_t i = 0; i < sizeof edns_rows / sizeof edns_rows[0]; i++) {
		const struct edns_row *row = &edns_rows[i];
		struct rig rig = {0};
		struct packet question;
		struct slice reply;
		const char *text;

		rig_open(&rig, 2000, 60000);
		dns_ask(rig.dns, SLICE("a.example"), DNS_A);
		dns_ask(rig.dns, SLICE("other.example"), DNS_A);
		question = rig_receive(&rig);
		(void)rig_receive(&rig);
		reply = reply_to(&rig, &question, row->flags, SLICE(""), 0);
		if (!row->repeats)
			reply = slice_make(arena_cstr(&rig.arena, slice_head(reply, 12)), 12);
		if (!row->repeats) /* no question */
			memset((char *)(uintptr_t)reply.p + 4, 0, 8);
		rig_send(&rig, &question, reply);
		(void)dns_get(rig.dns, SLICE("other.example"), DNS_A, dns_clock_ms(rig.dns) + 50);
		question = rig_receive(&rig);
		cr_expect_eq(question.bytes.p[11], 0, "%s: asked again without OPT", row->name);
		rig_reply(&rig, &question, row->plainly, SLICE(""));
		text = dns_text(dns_get(rig.dns, SLICE("a.example"), DNS_A, 0), DNS_A, &rig.arena);
		cr_expect_str_eq(text, row->answer, "%s: %s", row->name, text);
		dns_ask(rig.dns, SLICE("b.example"), DNS_A);
		cr_expect_eq(rig_receive(&rig).bytes.p[11], row->next, "%s: the next", row->name);
		rig_close(&rig);
	}
}

Test(dns_resolver, nobody_listens)
{
	struct rig rig = {0};
	int64_t start;

	rig_open(&rig, 700, 60000);
	close(rig.fd);
	rig.fd = -1;
	start = dns_clock_ms(rig.dns);
	cr_expect_str_eq(
		dns_text(dns_get(rig.dns, SLICE("a.example"), DNS_A, 0), DNS_A, &rig.arena),
		"temp no server answers");
	cr_expect_leq(dns_clock_ms(rig.dns) - start, 700, "it may be about to start, so we wait");
	rig_close(&rig);
}

Test(dns_resolver, freed_with_questions_on_their_way)
{
	struct rig rig = {0};

	rig_open(&rig, 5000, 60000);
	dns_ask(rig.dns, SLICE("a.example"), DNS_A);
	dns_ask(rig.dns, SLICE("b.example"), DNS_A);
	rig_close(&rig);
}

/* few descriptors are free in the process, or others use them: queries wait for their turn */
static const struct descriptor_row {
	const char *name;
	rlim_t limit;
	int left;           /* by others; -1: all */
	const char *answer; /* how it begins */
} descriptor_rows[] = {
	{"enough", 256, -1, "nodata"},
	{"few", 40, -1, "nodata"},
	{"three left", 40, 3, "nodata"},
	{"one left", 40, 1, "nodata"},
	/* or timeout, if the machine is so busy that the time ends first */
	{"none is left", 40, 0, "temp "},
};

/* Answers every query with NODATA, until a packet of at most one octet arrives. */
static void *
serve(void *arg)
{
	struct rig *rig = arg;
	char bytes[600];
	struct sockaddr_in client;
	socklen_t size = sizeof client;
	ssize_t n;

	while ((n = recvfrom(rig->fd, bytes, sizeof bytes, 0, (struct sockaddr *)&client, &size)) >
		1) {
		bytes[2] |= (char)0x80;
		bytes[3] = 0;
		bytes[11] = 0;
		(void)sendto(rig->fd, bytes, (size_t)n - 11, 0, (struct sockaddr *)&client, size);
	}
	return NULL;
}

static void
rig_end(struct rig *rig, pthread_t server)
{
	struct sockaddr_in self;
	socklen_t n = sizeof self;

	cr_assert_eq(getsockname(rig->fd, (struct sockaddr *)&self, &n), 0);
	(void)sendto(rig->fd, "", 1, 0, (struct sockaddr *)&self, n);
	(void)pthread_join(server, NULL);
	rig_close(rig);
}

static void
ask_many(struct rig *rig, const struct descriptor_row *row)
{
	enum { QUESTIONS = 60 };
	char name[24];

	for (int i = 0; i < QUESTIONS; i++) {
		(void)snprintf(name, sizeof name, "n%d.example", i);
		dns_ask(rig->dns, slice_str(name), DNS_A);
	}
	for (int i = 0; i < QUESTIONS; i++) {
		const char *text;

		(void)snprintf(name, sizeof name, "n%d.example", i);
		text = dns_text(dns_get(rig->dns, slice_str(name), DNS_A, 0), DNS_A, &rig->arena);
		cr_expect_eq(strncmp(text, row->answer, strlen(row->answer)), 0, "%s, %s: %s",
			row->name, name, text);
	}
}

Test(dns_resolver, descriptors)
{
	enum { TAKEN_MAX = 41 };

	for (size_t i = 0; i < sizeof descriptor_rows / sizeof descriptor_rows[0]; i++) {
		const struct descriptor_row *row = &descriptor_rows[i];
		int taken[TAKEN_MAX], ntaken = 0;
		struct rlimit before, limit;
		struct rig rig = {0};
		pthread_t server;

		cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
		limit = (struct rlimit){row->limit, before.rlim_max};
		cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
		rig_open(&rig, row->left == 0 ? 200 : 5000, 60000);
		cr_assert_eq(pthread_create(&server, NULL, serve, &rig), 0);
		while (row->left >= 0 && (taken[ntaken] = dup(rig.fd)) >= 0)
			ntaken++;
		for (int left = 0; left < row->left; left++)
			close(taken[--ntaken]);
		ask_many(&rig, row);
		while (ntaken > 0)
			close(taken[--ntaken]);
		rig_end(&rig, server);
		cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	}
}

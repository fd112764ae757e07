/*
 * fuzz_dns_pool.c: threads that share a pool and its cache. The input says what each of them
 * queries, and when it ends a message; a server on loopback answers according to the queried name,
 * so that each thread knows the answer that it must have received. An answer may always come late:
 * a temporary failure is accepted. The inputs that were found are replayed under ThreadSanitizer,
 * which reports libFuzzer's own counters as races:
 * make CC=clang BUILD=build/thread O='-O1 -g' HARDEN=-fsanitize=thread
 * build/thread/replay/fuzz_dns_pool
 */
#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth/dns/dns_pool.h"

enum { THREADS = 4, TIME_MS = 40, NAME_OCTETS = 32, PACKET_MAX = 512, LIMIT = 20 };
enum { ASK, GET, END, SETTLE, ACTIONS };

/* the first letter of a name */
static const char kinds[] = {'o', 'n', 'd', 's', 'q', 'b', 'o', 'o'};

struct player {
	struct dns_pool *pool;
	const uint8_t *p, *end;
	bool limited;
	int begun, slow, ended;
};

static void
make_name(uint8_t what, char name[NAME_OCTETS])
{
	(void)snprintf(name, NAME_OCTETS, "%c%d.example", kinds[(what >> 2) % sizeof kinds],
		(what >> 2) / (int)sizeof kinds);
}

/*
 * Turns the query into an answer in place; returns its length, 0 for silence. The name in the
 * question is one label and "example".
 */
static size_t
answer(unsigned char *packet, size_t n)
{
	const size_t question = n - (packet[11] != 0 ? 11 : 0), label = packet[12];

	packet[2] = 0x81;
	packet[3] = 0x80;
	packet[11] = 0;
	switch (packet[13]) {
	case 'o': /* TXT: the label */
		packet[7] = 1;
		memcpy(packet + question, "\300\014\0\20\0\1\0\0\0\5\0", 11);
		packet[question + 11] = (unsigned char)(label + 1);
		memcpy(packet + question + 12, packet + 12, label + 1);
		return question + 13 + label;
	case 'n':
	case 's':
		packet[3] |= packet[13] == 'n' ? 3 : 2;
		return question;
	case 'b': /* the record that the header announces is missing */
		packet[7] = 1;
		return question;
	case 'd':
		return question;
	default:
		return 0;
	}
}

static void *
serve(void *arg)
{
	const int fd = *(const int *)arg;
	unsigned char packet[PACKET_MAX + 128];
	struct sockaddr_in client;

	for (;;) {
		socklen_t size = sizeof client;
		ssize_t n = recvfrom(fd, packet, PACKET_MAX, 0, (struct sockaddr *)&client, &size);
		size_t reply = n > 24 ? answer(packet, (size_t)n) : 0;

		if (reply > 0)
			(void)sendto(fd, packet, reply, 0, (struct sockaddr *)&client, size);
	}
	return NULL;
}

/* Starts the server at the first call; it serves until the process ends. Returns its address. */
static const char *
server(void)
{
	static char text[32];
	static int fd;
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof address;
	pthread_t thread;

	if (text[0] != '\0')
		return text;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(fd, (struct sockaddr *)&address, n) != 0 ||
		getsockname(fd, (struct sockaddr *)&address, &n) != 0 ||
		pthread_create(&thread, NULL, serve, &fd) != 0 || pthread_detach(thread) != 0)
		exit(1);
	(void)snprintf(text, sizeof text, "127.0.0.1:%u", ntohs(address.sin_port));
	return text;
}

/* Checks the answer for name. limited: the message may have used up its queries. */
static void
check(const char *name, const struct dns_answer *got, bool limited)
{
	const struct slice label = slice_head(slice_str(name), slice_find(slice_str(name), '.'));

	assert((got->status == DNS_OK) == (got->n > 0));
	assert((got->status >= DNS_TEMP) == (dns_why(got) != NULL));
	if (got->status == DNS_TEMP || (limited && got->outcome == DNS_OUT_MANY))
		return;
	switch (name[0]) {
	case 'o':
		assert(got->status == DNS_OK && got->n == 1 && slice_eq(got->rr[0].text, label));
		break;
	case 'n':
		assert(got->status == DNS_NXDOMAIN);
		break;
	case 'd':
		assert(got->status == DNS_NODATA);
		break;
	case 'b':
		assert(got->status == DNS_BAD);
		break;
	default:
		assert(false); /* no answer was sent */
	}
}

static void
begin(void *arg)
{
	((struct player *)arg)->begun++;
}

/* May be called once during each wait, and never outside one. */
static void
grow_long(void *arg)
{
	struct player *player = arg;

	assert(player->begun == player->ended + 1 && player->slow < player->begun);
	player->slow++;
}

static void
end(void *arg)
{
	((struct player *)arg)->ended++;
}

/* Makes the queries of one message, whose answers must not change until its end. */
static void
play_message(struct player *player)
{
	const struct dns_pool_user user = {begin, grow_long, end, player};
	const struct dns_answer *held = NULL;
	char name[NAME_OCTETS], first[NAME_OCTETS];
	struct arena arena;
	struct dns *dns;

	arena_init(&arena, NULL, NULL);
	dns = dns_pool_dns(player->pool, &user, &arena);
	if (player->limited)
		dns_limit(dns, LIMIT);
	for (bool more = true; more && player->p < player->end; player->p++) {
		make_name(*player->p, name);
		switch (*player->p % ACTIONS) {
		case ASK:
			dns_ask(dns, slice_str(name), DNS_TXT);
			break;
		case GET: {
			const struct dns_answer *got = dns_get(dns, slice_str(name), DNS_TXT, 0);

			check(name, got, player->limited);
			if (held == NULL) {
				held = got;
				memcpy(first, name, sizeof first);
			}
			break;
		}
		case SETTLE:
			dns_settle(dns);
			break;
		default:
			more = false;
		}
	}
	if (held != NULL)
		check(first, held, player->limited);
	assert(!player->limited || dns_asked(dns) <= LIMIT);
	dns_free(dns);
	arena_clear(&arena);
}

static void *
play(void *arg)
{
	struct player *player = arg;

	while (player->p < player->end)
		play_message(player);
	return NULL;
}

/* A recorded zone can be read again, and has the same answers. */
static void
check_record(struct dns_pool *pool, struct arena *arena)
{
	struct slice record = dns_pool_record(pool, arena);
	const char *text = arena_cstr(arena, record);
	struct error error;
	struct dns *dns;

	assert(dns_open_zone(record, arena, &dns, &error) == ST_OK);
	for (unsigned what = 0; what < 256; what += ACTIONS) {
		char name[NAME_OCTETS];

		make_name((uint8_t)what, name);
		if (strstr(text, name) != NULL)
			check(name, dns_get(dns, slice_str(name), DNS_TXT, 0), false);
	}
	dns_free(dns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t sizes[] = {0, 600, 4000, 1000000};
	const char *resolvers[] = {server()};
	struct error error;
	const uint8_t first = size > 0 ? data[0] : 0;
	struct dns_pool_config config = {
		.dns = {.resolvers = resolvers,
			.nresolvers = 1,
			.timeout_ms = TIME_MS,
			.deadline_ms = (first & 4) != 0 ? TIME_MS : 100 * TIME_MS},
		.cache_max = sizes[first & 3],
		.keep_all = (first & 8) != 0,
	};
	struct player players[THREADS];
	pthread_t threads[THREADS];
	struct dns_pool *pool;
	struct arena arena;
	size_t each = size > 1 ? (size - 1) / THREADS : 0;

	if (each > 64)
		each = 64;
	arena_init(&arena, NULL, NULL);
	assert(dns_pool_open(&config, &pool, &error) == ST_OK);
	for (size_t i = 0; i < THREADS; i++) {
		const uint8_t *p = data + (size > 0) + i * each;

		players[i] = (struct player){pool, p, p + each, (first & 16) != 0, 0, 0, 0};
		assert(pthread_create(&threads[i], NULL, play, &players[i]) == 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		(void)pthread_join(threads[i], NULL);
		assert(players[i].begun == players[i].ended);
	}
	if (config.keep_all)
		check_record(pool, &arena);
	dns_pool_free(pool);
	arena_clear(&arena);
	return 0;
}

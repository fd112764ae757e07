/* Messages that were sent together, and that several threads take. */
#include "filter/reader/inbox.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MESSAGES = 4000, THREADS = 8 };

static int ends[2];
static struct inbox *inbox;

static void
open_inbox(void)
{
	(void)alarm(120); /* ends a test that hangs */
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	inbox = inbox_new(ends[1]);
	cr_assert_not_null(inbox);
}

static void
close_inbox(void)
{
	inbox_free(inbox);
	close(ends[0]);
	close(ends[1]);
}

TestSuite(inbox, .init = open_inbox, .fini = close_inbox);

static struct packet
plain(uint64_t turn)
{
	return (struct packet){.turn = turn,
		.name = "a name",
		.bytes = SLICE("octets"),
		.file = -1,
		.spool = -1,
		.stamp = -1};
}

static void
send_turns(size_t from, size_t n)
{
	struct packet packets[PACKET_MANY];

	for (size_t i = 0; i < n; i++)
		packets[i] = plain(from + i);
	cr_assert_eq(packet_send(ends[0], packets, n, "/tmp", NULL), n);
}

static void
expect_turn(bool wait, uint64_t turn)
{
	struct inbox_message message;

	cr_assert_eq(inbox_take(inbox, wait, &message), PACKET_GOT, "%d", (int)turn);
	cr_expect_eq(message.packet.turn, turn);
	inbox_give(inbox, &message);
}

static void
expect(bool wait, enum packet_got want)
{
	struct inbox_message message;

	cr_expect_eq(inbox_take(inbox, wait, &message), want);
}

Test(inbox, one_thread)
{
	expect(false, PACKET_NONE);
	send_turns(0, 3);
	for (size_t i = 0; i < 3; i++)
		expect_turn(i % 2 == 0, i);
	expect(false, PACKET_NONE);
	send_turns(3, PACKET_MANY);
	send_turns(3 + PACKET_MANY, 1);
	cr_assert_eq(shutdown(ends[0], SHUT_WR), 0);
	for (size_t i = 3; i < 4 + PACKET_MANY; i++)
		expect_turn(true, i);
	expect(true, PACKET_END);
	expect(false, PACKET_END);
}

/* What a thread has taken stays as it is while others are taken and given back. */
Test(inbox, taken_stays)
{
	struct inbox_message first, second;

	send_turns(0, 2);
	send_turns(2, 2);
	cr_assert_eq(inbox_take(inbox, true, &first), PACKET_GOT);
	cr_assert_eq(inbox_take(inbox, true, &second), PACKET_GOT);
	expect_turn(true, 2);
	inbox_give(inbox, &second);
	expect_turn(true, 3);
	send_turns(4, 1);
	expect_turn(true, 4);
	cr_expect(first.packet.turn == 0 && slice_eq(first.packet.bytes, SLICE("octets")));
	inbox_give(inbox, &first);
}

/* Those before malformed octets are taken; nothing is taken after them. */
Test(inbox, malformed)
{
	char octets[2048];
	ssize_t n;

	send_turns(0, 2);
	n = recv(ends[1], octets, sizeof octets - 1, 0);
	cr_assert(n > 0);
	octets[n] = 1;
	cr_assert_eq(send(ends[0], octets, (size_t)n + 1, 0), n + 1);
	send_turns(2, 1);
	expect_turn(true, 0);
	expect_turn(true, 1);
	expect(true, PACKET_END);
}

static void
send_all(const struct packet *packets, size_t n)
{
	while (n > 0) {
		const size_t sent = packet_send(ends[0], packets, n, "/tmp", NULL);

		cr_assert(sent > 0 && sent <= n);
		packets += sent;
		n -= sent;
	}
}

static atomic_uint taken_times[MESSAGES];
static atomic_size_t all, none_while_waiting;

/* Most texts are short, some fill the room, and some are in a file. */
static size_t
octets_of(uint64_t turn)
{
	return turn % 97 == 0 ? 3 * PACKET_INLINE : turn % 41 == 0 ? PACKET_INLINE / 2 : 10;
}

static void *
take_all(void *arg)
{
	struct inbox_message message;

	(void)arg;
	for (;;) {
		const bool waits = all % 3 != 0;
		const enum packet_got got = inbox_take(inbox, waits, &message);
		const struct packet *packet = &message.packet;

		if (got == PACKET_END)
			return NULL;
		if (got == PACKET_NONE) {
			none_while_waiting += waits ? 1 : 0;
			continue;
		}
		all++;
		if (packet->turn < MESSAGES && packet->bytes.n == octets_of(packet->turn) &&
			packet->bytes.p[packet->bytes.n - 1] == 'x')
			taken_times[packet->turn]++;
		inbox_give(inbox, &message);
	}
}

/* However many threads take messages, each message is taken once. */
Test(inbox, threads)
{
	char *octets = malloc((size_t)3 * PACKET_INLINE);
	pthread_t threads[THREADS];
	struct packet packets[PACKET_MANY];

	cr_assert_not_null(octets);
	memset(octets, 'x', (size_t)3 * PACKET_INLINE);
	for (size_t i = 0; i < THREADS; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, take_all, NULL), 0);
	for (size_t turn = 0; turn < MESSAGES;) {
		const size_t some = 1 + turn % PACKET_MANY;
		size_t n = 0;

		for (; n < some && turn < MESSAGES; turn++) {
			packets[n] = plain(turn);
			packets[n++].bytes = slice_make(octets, octets_of(turn));
		}
		send_all(packets, n);
	}
	cr_assert_eq(shutdown(ends[0], SHUT_WR), 0);
	for (size_t i = 0; i < THREADS; i++)
		cr_assert_eq(pthread_join(threads[i], NULL), 0);
	cr_expect_eq(all, (size_t)MESSAGES, "%zu", (size_t)all);
	cr_expect_eq(none_while_waiting, 0u);
	for (size_t i = 0; i < MESSAGES; i++)
		cr_expect_eq(taken_times[i], 1u, "%zu: %u", i, taken_times[i]);
	free(octets);
}

static atomic_size_t served;

static void *
take_one(void *arg)
{
	const size_t *takers = arg;
	struct inbox_message message;

	if (inbox_take(inbox, true, &message) != PACKET_GOT)
		return NULL;
	served++;
	while (served < *takers)
		(void)poll(NULL, 0, 1); /* keeps it, so that each thread needs its own */
	inbox_give(inbox, &message);
	return NULL;
}

/* All threads that wait get a message if several come together. */
Test(inbox, waiting_threads)
{
	size_t takers = 3;
	pthread_t threads[3];

	for (size_t i = 0; i < takers; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, take_one, &takers), 0);
	(void)poll(NULL, 0, 50);
	send_turns(0, 3);
	for (size_t i = 0; i < takers; i++)
		cr_assert_eq(pthread_join(threads[i], NULL), 0);
	cr_expect_eq(served, takers);
}

/* Octets that were sent together, with at most one descriptor. */
struct raw {
	char octets[2048];
	struct iovec part;
	size_t control[CMSG_SPACE(sizeof(int)) / sizeof(size_t)];
	struct msghdr message;
};

/* Takes them out of the inbox's socket. */
static void
take_raw(struct raw *raw)
{
	ssize_t n;

	raw->part = (struct iovec){raw->octets, sizeof raw->octets};
	raw->message = (struct msghdr){.msg_iov = &raw->part,
		.msg_iovlen = 1,
		.msg_control = raw->control,
		.msg_controllen = sizeof raw->control};
	n = recvmsg(ends[1], &raw->message, 0);
	cr_assert(n > 0);
	raw->part.iov_len = (size_t)n;
}

/*
 * A thread that waits while another reads what it has received takes its part of it, even if
 * nothing more is sent. Reading takes long because the first text is in a large file.
 */
Test(inbox, waiting_for_a_reading_thread)
{
	enum { LARGE = 64 * 1024 * 1024 };
	size_t takers = 2;
	struct packet large = plain(0);
	static struct raw first, second;
	char *octets = calloc(1, LARGE);
	pthread_t threads[2];

	cr_assert_not_null(octets);
	large.bytes = slice_make(octets, LARGE);
	cr_assert_eq(packet_send(ends[0], &large, 1, "/tmp", NULL), 1u);
	take_raw(&first);
	send_turns(1, 1);
	take_raw(&second);
	memcpy(first.octets + first.part.iov_len, second.octets, second.part.iov_len);
	first.part.iov_len += second.part.iov_len;
	for (size_t i = 0; i < takers; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, take_one, &takers), 0);
	(void)poll(NULL, 0, 50);
	cr_assert_gt(sendmsg(ends[0], &first.message, 0), 0);
	for (size_t i = 0; i < 40 && served < takers; i++)
		(void)poll(NULL, 0, 100);
	cr_expect_eq(served, takers, "%zu", (size_t)served);
	cr_assert_eq(shutdown(ends[0], SHUT_WR), 0);
	served = takers;
	for (size_t i = 0; i < takers; i++)
		cr_assert_eq(pthread_join(threads[i], NULL), 0);
	free(octets);
}

/* More than packet_send puts together are an error, and not lost. */
Test(inbox, too_many)
{
	static char octets[64 * (PACKET_MANY + 1) + 8192];
	size_t n = 0;

	for (size_t i = 0; i <= PACKET_MANY; i++) {
		send_turns(i, 1);
		n += (size_t)recv(ends[1], octets + n, sizeof octets - n, 0);
	}
	cr_assert_eq(send(ends[0], octets, n, 0), (ssize_t)n);
	send_turns(PACKET_MANY + 1, 1);
	for (size_t i = 0; i < PACKET_MANY; i++)
		expect_turn(true, i);
	expect(true, PACKET_END);
}

/* What a thread only tried to receive into has no messages, whatever its memory had before. */
Test(inbox, nothing_received)
{
	enum { PIECES = 32, PIECE = 16 * 1024 };
	uint64_t *pieces[PIECES];
	struct inbox_message message;

	send_turns(0, 1);
	cr_assert_eq(inbox_take(inbox, true, &message), PACKET_GOT);
	for (size_t i = 0; i < PIECES; i++) {
		pieces[i] = malloc(PIECE);
		cr_assert_not_null(pieces[i]);
		for (size_t k = 0; k < PIECE / sizeof *pieces[i]; k++)
			pieces[i][k] = PIECES * PIECE - i * PIECE -
				       k; /* each is less than the one before */
	}
	for (size_t i = 0; i < PIECES; i++)
		free(pieces[i]);
	expect(false, PACKET_NONE);
	inbox_give(inbox, &message);
}

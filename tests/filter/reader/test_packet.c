/* A message sent from one process to another, with its descriptors. */
#include "filter/reader/packet.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter/io/process.h"

enum { USER = 48213 }; /* no other process has this user id */

static int ends[2];

static void
open_ends(void)
{
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
}

static void
close_ends(void)
{
	close(ends[0]);
	close(ends[1]);
}

TestSuite(packet, .init = open_ends, .fini = close_ends);

static struct packet
plain(void)
{
	return (struct packet){.turn = 3,
		.index = 5,
		.name = "a name",
		.bytes = SLICE("octets"),
		.file = -1,
		.spool = -1,
		.stamp = -1};
}

/* sizes around the limit above which the texts are passed in a file */
Test(packet, texts)
{
	static const size_t sizes[] = {0, 1, PACKET_INLINE - 200, PACKET_INLINE - 96,
		PACKET_INLINE - 95, PACKET_INLINE, (size_t)5 * PACKET_INLINE};
	char *octets = malloc((size_t)5 * PACKET_INLINE), *room = malloc(PACKET_INLINE);

	cr_assert(octets != NULL && room != NULL);
	memset(octets, 'x', (size_t)5 * PACKET_INLINE);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct packet packet = plain(), got;

		packet.bytes = slice_make(octets, sizes[i]);
		packet.has_line = packet.has_side = true;
		packet.line = "a line";
		packet.side = SLICE("a side file");
		packet.partial = i % 2 == 0;
		packet.side_error = FAULT_SIDE_FILE;
		packet.stamp_error = FAULT_STAMP_WRITE;
		cr_assert(packet_send(ends[0], &packet, "/tmp", NULL));
		cr_assert_eq(packet_receive(ends[1], true, room, &got), PACKET_GOT);
		cr_expect(got.turn == 3 && got.index == 5 && got.error == FAULT_NONE);
		cr_expect_eq(got.partial, packet.partial);
		cr_expect(
			got.side_error == FAULT_SIDE_FILE && got.stamp_error == FAULT_STAMP_WRITE);
		cr_expect_str_eq(got.name, "a name");
		cr_expect_str_eq(got.line, "a line");
		cr_expect(slice_eq(got.side, packet.side), "%zu", sizes[i]);
		cr_expect(slice_eq(got.bytes, packet.bytes), "%zu", sizes[i]);
		cr_expect(got.file == -1 && got.spool == -1 && got.stamp == -1);
		packet_clear(&got);
	}
	free(octets);
	free(room);
}

/*
 * As a user without privileges, sends a packet with a descriptor while 33 of the user's descriptors
 * are in transit, which a child frees after hold_ms. Returns 0 if it was sent, 1 if the kernel
 * refused.
 */
static int
send_as_user(int hold_ms, const struct packet_wait *wait)
{
	const struct rlimit few = {32, 32};
	struct packet packet = plain();
	int others[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, others) != 0 ||
		setrlimit(RLIMIT_NOFILE, &few) != 0 || setuid(USER) != 0)
		return 3;
	packet.file = ends[1];
	for (int i = 0; i < 33; i++)
		if (!packet_send(others[0], &packet, "/tmp", NULL))
			return 4;
	if (fork() == 0) {
		(void)poll(NULL, 0, hold_ms);
		_exit(0);
	}
	close(others[0]);
	close(others[1]); /* the child still holds them */
	packet.file = STDIN_FILENO;
	if (packet_send(ends[0], &packet, "/tmp", wait))
		return 0;
	return errno == ETOOMANYREFS ? 1 : 2;
}

static bool
stop_at_once(void *arg)
{
	(void)arg;
	return true;
}

Test(packet, too_many_in_transit, .timeout = 20)
{
	static const struct {
		const char *name;
		int hold_ms, want;
		struct packet_wait wait;
	} rows[] = {
		{"for a moment", 200, 0, {PACKET_WAIT_MS, NULL, NULL}},
		{"for too long", 2000, 1, {300, NULL, NULL}},
		{"until the caller stops", 2000, 1, {PACKET_WAIT_MS, stop_at_once, NULL}},
	};
	char *room = malloc(PACKET_INLINE);
	struct packet got;
	int status = -1;

	cr_assert_not_null(room);
	if (geteuid() != 0)
		cr_skip_test("the limit is another user's");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const pid_t child = fork();

		if (child == 0)
			_exit(send_as_user(rows[i].hold_ms, &rows[i].wait));
		cr_assert(process_wait(child, &status));
		cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == rows[i].want, "%s: %d",
			rows[i].name, status);
		if (packet_receive(ends[1], false, room, &got) == PACKET_GOT)
			packet_clear(&got);
	}
	free(room);
}

/* Each descriptor is received in its place, whichever are present. */
Test(packet, descriptors)
{
	char *room = malloc(PACKET_INLINE);

	cr_assert_not_null(room);
	for (unsigned which = 0; which < 8; which++) {
		struct packet packet = plain(), got;
		char letter = 0;
		int fds[3][2];

		for (int i = 0; i < 3; i++)
			cr_assert(pipe(fds[i]) == 0 && write(fds[i][1], &"fsp"[i], 1) == 1);
		packet.file = (which & 1) != 0 ? fds[0][0] : -1;
		packet.spool = (which & 2) != 0 ? fds[1][0] : -1;
		packet.stamp = (which & 4) != 0 ? fds[2][0] : -1;
		cr_assert(packet_send(ends[0], &packet, "/tmp", NULL));
		cr_assert_eq(packet_receive(ends[1], true, room, &got), PACKET_GOT);
		cr_expect_eq(got.file >= 0, (which & 1) != 0, "%u", which);
		cr_expect_eq(got.spool >= 0, (which & 2) != 0, "%u", which);
		cr_expect_eq(got.stamp >= 0, (which & 4) != 0, "%u", which);
		cr_expect(got.file < 0 || (read(got.file, &letter, 1) == 1 && letter == 'f'));
		cr_expect(got.spool < 0 || (read(got.spool, &letter, 1) == 1 && letter == 's'));
		cr_expect(got.stamp < 0 || (read(got.stamp, &letter, 1) == 1 && letter == 'p'));
		/* a message is either a file or octets */
		cr_expect_eq(got.bytes.n, (which & 1) != 0 ? 0u : 6u, "%u", which);
		packet_clear(&got);
		for (int i = 0; i < 3; i++) {
			close(fds[i][0]);
			close(fds[i][1]);
		}
	}
	free(room);
}

/* An unreadable message has no octets, even if a size is given. */
Test(packet, an_error)
{
	struct packet packet = plain(), got;
	char *room = malloc(PACKET_INLINE);

	cr_assert_not_null(room);
	packet.error = FAULT_CUT;
	packet.bytes = slice_make(NULL, 100);
	cr_assert(packet_send(ends[0], &packet, "/tmp", NULL));
	cr_assert_eq(packet_receive(ends[1], true, room, &got), PACKET_GOT);
	cr_expect(got.error == FAULT_CUT && got.bytes.n == 0 && got.line == NULL);
	packet_clear(&got);
	free(room);
}

static bool
is_inside(struct slice text, const char *room)
{
	return text.n == 0 || (text.p >= room && text.p + text.n <= room + PACKET_INLINE);
}

/*
 * Whatever the head says, no text reaches beyond the octets received, and each text is terminated.
 */
Test(packet, malformed)
{
	static const unsigned char values[] = {0, 1, 3, 8, 16, 32, 64, 127, 128, 255};
	char *room = malloc(PACKET_INLINE), raw[512];
	size_t got_all = 0, ended = 0;

	cr_assert_not_null(room);
	for (size_t at = 0; at < 100; at++)
		for (size_t k = 0; k < sizeof values; k++) {
			struct packet packet = plain(), got;
			ssize_t n;

			packet.has_line = packet.has_side = true;
			packet.line = "a line";
			packet.side = SLICE("a side file");
			cr_assert(packet_send(ends[0], &packet, "/tmp", NULL));
			n = recv(ends[1], raw, sizeof raw, 0);
			cr_assert(n > 0 && (size_t)n < sizeof raw && at < (size_t)n);
			raw[at] = (char)values[k];
			cr_assert_eq(send(ends[0], raw, (size_t)n, 0), n);
			if (packet_receive(ends[1], true, room, &got) == PACKET_END) {
				ended++;
				continue;
			}
			got_all++;
			cr_expect(strlen(got.name) <= 6 && got.error < FAULT_END, "%zu", at);
			cr_expect(got.line == NULL || strlen(got.line) <= 6, "%zu", at);
			cr_expect(
				is_inside(got.side, room) && is_inside(got.bytes, room), "%zu", at);
			packet_clear(&got);
		}
	cr_expect(got_all > 0 && ended > 0);
	free(room);
}

Test(packet, none_and_end)
{
	struct packet packet = plain(), got;
	char *room = malloc(PACKET_INLINE);

	cr_assert_not_null(room);
	cr_expect_eq(packet_receive(ends[1], false, room, &got), PACKET_NONE);
	cr_assert(packet_send(ends[0], &packet, "/tmp", NULL));
	cr_assert_eq(shutdown(ends[0], SHUT_WR), 0);
	cr_expect_eq(packet_receive(ends[1], false, room, &got), PACKET_GOT, "it still comes");
	packet_clear(&got);
	cr_expect_eq(packet_receive(ends[1], true, room, &got), PACKET_END);
	cr_assert_eq(shutdown(ends[1], SHUT_RD), 0);
	cr_expect_not(packet_send(ends[0], &packet, "/tmp", NULL), "nobody reads");
	free(room);
}

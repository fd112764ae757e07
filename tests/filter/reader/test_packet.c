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
#include "filter/io/spool.h"

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

static struct packets *packets;

static void
open_all(void)
{
	open_ends();
	packets = calloc(1, sizeof *packets);
	cr_assert_not_null(packets);
}

static void
close_all(void)
{
	close_ends();
	packets_clear(packets);
	free(packets);
}

/* Sends one packet. */
static bool
send_one(int socket, const struct packet *packet)
{
	return packet_send(socket, packet, 1, "/tmp", NULL) == 1;
}

/* Receives packets if none are left, and takes the next one. */
static enum packet_got
receive_one(bool wait, struct packet *got)
{
	const enum packet_got next = packet_next(packets, got);
	const enum packet_got received =
		next == PACKET_NONE ? packet_receive(ends[1], wait, packets) : next;

	return next == PACKET_NONE && received == PACKET_GOT ? packet_next(packets, got) : received;
}

TestSuite(packet, .init = open_all, .fini = close_all);

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
	char *octets = malloc((size_t)5 * PACKET_INLINE);

	cr_assert_not_null(octets);
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
		cr_assert(send_one(ends[0], &packet));
		cr_assert_eq(receive_one(true, &got), PACKET_GOT);
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
		if (!send_one(others[0], &packet))
			return 4;
	if (fork() == 0) {
		(void)poll(NULL, 0, hold_ms);
		_exit(0);
	}
	close(others[0]);
	close(others[1]); /* the child still holds them */
	packet.file = STDIN_FILENO;
	if (packet_send(ends[0], &packet, 1, "/tmp", wait) == 1)
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
	struct packet got;
	int status = -1;

	if (geteuid() != 0)
		cr_skip_test("the limit is another user's");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const pid_t child = fork();

		if (child == 0)
			_exit(send_as_user(rows[i].hold_ms, &rows[i].wait));
		cr_assert(process_wait(child, &status));
		cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == rows[i].want, "%s: %d",
			rows[i].name, status);
		if (receive_one(false, &got) == PACKET_GOT)
			packet_clear(&got);
	}
}

/* Each descriptor is received in its place, whichever are present. */
Test(packet, descriptors)
{

	for (unsigned which = 0; which < 8; which++) {
		struct packet packet = plain(), got;
		char letter = 0;
		int fds[3][2];

		for (int i = 0; i < 3; i++)
			cr_assert(pipe(fds[i]) == 0 && write(fds[i][1], &"fsp"[i], 1) == 1);
		packet.file = (which & 1) != 0 ? fds[0][0] : -1;
		packet.spool = (which & 2) != 0 ? fds[1][0] : -1;
		packet.stamp = (which & 4) != 0 ? fds[2][0] : -1;
		cr_assert(send_one(ends[0], &packet));
		cr_assert_eq(receive_one(true, &got), PACKET_GOT);
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
}

/* An unreadable message has no octets, even if a size is given. */
Test(packet, an_error)
{
	struct packet packet = plain(), got;

	packet.error = FAULT_CUT;
	packet.bytes = slice_make(NULL, 100);
	cr_assert(send_one(ends[0], &packet));
	cr_assert_eq(receive_one(true, &got), PACKET_GOT);
	cr_expect(got.error == FAULT_CUT && got.bytes.n == 0 && got.line == NULL);
	packet_clear(&got);
}

static bool
is_inside(struct slice text)
{
	const char *room = packets->room;

	return text.n == 0 || (text.p >= room && text.p + text.n <= room + packets->n);
}

/*
 * Whatever the head says, no text reaches beyond the octets received, and each text is terminated.
 */
Test(packet, malformed)
{
	static const unsigned char values[] = {0, 1, 3, 8, 16, 32, 64, 127, 128, 255};
	char raw[512];
	size_t got_all = 0, ended = 0;

	for (size_t at = 0; at < 100; at++)
		for (size_t k = 0; k < sizeof values; k++) {
			struct packet packet = plain(), got;
			ssize_t n;

			packet.has_line = packet.has_side = true;
			packet.line = "a line";
			packet.side = SLICE("a side file");
			cr_assert(send_one(ends[0], &packet));
			n = recv(ends[1], raw, sizeof raw, 0);
			cr_assert(n > 0 && (size_t)n < sizeof raw && at < (size_t)n);
			raw[at] = (char)values[k];
			cr_assert_eq(send(ends[0], raw, (size_t)n, 0), n);
			if (receive_one(true, &got) == PACKET_END) {
				ended++;
				continue;
			}
			got_all++;
			cr_expect(strlen(got.name) <= 6 && got.error < FAULT_END, "%zu", at);
			cr_expect(got.line == NULL || strlen(got.line) <= 6, "%zu", at);
			cr_expect(is_inside(got.side) && is_inside(got.bytes), "%zu", at);
			packet_clear(&got);
			packets_clear(packets); /* if a text became shorter, the rest */
		}
	cr_expect(got_all > 0 && ended > 0);
}

Test(packet, none_and_end)
{
	struct packet packet = plain(), got;

	cr_expect_eq(receive_one(false, &got), PACKET_NONE);
	cr_assert(send_one(ends[0], &packet));
	cr_assert_eq(shutdown(ends[0], SHUT_WR), 0);
	cr_expect_eq(receive_one(false, &got), PACKET_GOT, "it still comes");
	packet_clear(&got);
	cr_expect_eq(receive_one(true, &got), PACKET_END);
	cr_assert_eq(shutdown(ends[1], SHUT_RD), 0);
	cr_expect_not(send_one(ends[0], &packet), "nobody reads");
}

/* An open file that contains only that letter. */
static int
file_of(char letter)
{
	char path[] = "/tmp/test-packet.XXXXXX";
	const int fd = mkstemp(path);

	cr_assert(fd >= 0 && unlink(path) == 0 && write(fd, &letter, 1) == 1);
	return fd;
}

/* Takes the next packet, and checks that it is the one that was sent as number i. */
static void
check_next(const struct packet *sent, size_t i, const char *name)
{
	struct packet got;
	char letter = 0;

	cr_assert_eq(receive_one(true, &got), PACKET_GOT, "%s: %zu", name, i);
	cr_expect_eq(got.turn, i, "%s: %zu", name, i);
	cr_expect_eq(got.file >= 0, sent->file >= 0, "%s: %zu", name, i);
	cr_expect(got.file < 0 || (pread(got.file, &letter, 1, 0) == 1 && letter == (char)i),
		"%s: the file of %zu", name, i);
	cr_expect(sent->file >= 0 || slice_eq(got.bytes, sent->bytes), "%s: %zu", name, i);
	packet_clear(&got);
}

/* Packets come in the order in which they were sent, each with its own texts and descriptors. */
Test(packet, together)
{
	enum { MOST = 2 * PACKET_MANY };
	static const struct {
		const char *name;
		size_t n, octets, large; /* of each text, and of every third one */
		size_t files;            /* every so-manyth packet has a file; 0: none */
		size_t calls;            /* by which they are received */
	} rows[] = {
		{"one", 1, 10, 10, 0, 1},
		{"some", 5, 100, 100, 2, 1},
		{"as many as possible", PACKET_MANY, 10, 10, 1, 1},
		{"one more", PACKET_MANY + 1, 10, 10, 1, 2},
		{"twice as many", MOST, 10, 10, 3, 2},
		{"two fill the room", 6, PACKET_INLINE / 2 - 200, PACKET_INLINE / 2 - 200, 0, 3},
		{"none fits beside another", 4, PACKET_INLINE - 200, PACKET_INLINE - 200, 0, 4},
		{"every third in a file", 7, 10, 2 * PACKET_INLINE, 0, 5},
		{"all in files", 3, PACKET_INLINE, PACKET_INLINE, 0, 3},
	};
	char *octets = malloc(2 * PACKET_INLINE);

	cr_assert_not_null(octets);
	for (size_t i = 0; i < (size_t)2 * PACKET_INLINE; i++)
		octets[i] = (char)(i % 251);
	for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
		struct packet sent[MOST];
		size_t calls = 0, now = 0;

		for (size_t i = 0; i < rows[r].n; i++) {
			sent[i] = plain();
			sent[i].turn = i;
			sent[i].bytes = slice_make(
				octets, (i % 3 == 0 ? rows[r].large : rows[r].octets) - i % 7);
			if (rows[r].files > 0 && i % rows[r].files == 0)
				sent[i].file = file_of((char)i);
		}
		for (size_t i = 0; i < rows[r].n; i += now) {
			now = packet_send(ends[0], sent + i, rows[r].n - i, "/tmp", NULL);
			cr_assert(now > 0 && now <= rows[r].n - i, "%s: %zu", rows[r].name, i);
		}
		for (size_t i = 0; i < rows[r].n; i++) {
			calls += packets->at == packets->n ? 1 : 0;
			check_next(&sent[i], i, rows[r].name);
			if (sent[i].file >= 0)
				close(sent[i].file);
		}
		cr_expect_eq(calls, rows[r].calls, "%s: %zu", rows[r].name, calls);
	}
	free(octets);
}

/* One that cannot be sent keeps none before it from being sent. */
Test(packet, one_cannot_be_sent)
{
	const size_t size = (size_t)SPOOL_MEMORY + 1;
	struct packet sent[3] = {plain(), plain(), plain()}, got;
	char *octets = calloc(1, size);

	cr_assert_not_null(octets);
	sent[1].bytes = slice_make(octets, size);
	errno = 0;
	cr_expect_eq(packet_send(ends[0], sent, 3, "/nonexistent", NULL), 1u);
	cr_expect_eq(errno, 0);
	cr_expect_eq(packet_send(ends[0], sent + 1, 2, "/nonexistent", NULL), 0u);
	cr_expect_eq(errno, ENOSPC);
	cr_expect_eq(receive_one(false, &got), PACKET_GOT);
	packet_clear(&got);
	cr_expect_eq(receive_one(false, &got), PACKET_NONE);
	free(octets);
}

/* Descriptors that are not taken do not stay open. */
Test(packet, untaken)
{
	struct packet sent[3] = {plain(), plain(), plain()}, got;
	int fds[2], lowest;

	cr_assert_eq(pipe(fds), 0);
	for (size_t i = 0; i < 3; i++)
		sent[i].file = fds[1];
	cr_assert_eq(packet_send(ends[0], sent, 3, "/tmp", NULL), 3u);
	lowest = dup(fds[0]);
	close(lowest);
	cr_assert_eq(receive_one(true, &got), PACKET_GOT);
	packet_clear(&got);
	packets_clear(packets);
	cr_expect_eq(dup(fds[0]), lowest);
	cr_expect_eq(packet_next(packets, &got), PACKET_NONE);
}

/* A head cannot make the receiver ask for more memory than its text needs. */
Test(packet, a_text_of_another_size)
{
	enum { SIZE = 2 * PACKET_INLINE };
	struct packet sent = plain(), got;
	char *octets = calloc(1, SIZE);
	int text;

	cr_assert_not_null(octets);
	sent.bytes = slice_make(octets, SIZE);
	cr_assert(send_one(ends[0], &sent));
	cr_assert_eq(packet_receive(ends[1], true, packets), PACKET_GOT);
	text = packets->fds[0];
	cr_assert(packets->nfds == 1 && ftruncate(text, SIZE * 2) == 0);
	cr_assert_eq(packet_next(packets, &got), PACKET_GOT);
	cr_expect(got.error == FAULT_NO_MEMORY && got.bytes.n == 0);
	packet_clear(&got);
	free(octets);
}

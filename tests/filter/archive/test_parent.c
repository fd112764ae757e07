/* The parent of a reader process must cope with whatever that process does. */
#define _GNU_SOURCE /* syscall, MAP_ANONYMOUS */
#include "filter/archive/parent.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter/stats/row.h"
#include "tests/support/plain_row.h"

enum { MESSAGES = 9, VICTIM = 4, HANG_MS = 1000, SLOW_MS = 600 };

static char folder[64];

static const char *
path_of(int i)
{
	static char path[128];

	(void)snprintf(path, sizeof path, "%s/%d.eml", folder, i);
	return path;
}

static void
make_archive(void)
{
	(void)snprintf(folder, sizeof folder, "/tmp/test-parent.XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
	for (int i = 0; i < MESSAGES; i++) {
		FILE *file = fopen(path_of(i), "w");

		cr_assert_not_null(file);
		(void)fputs("From: a@b.example\n\nx\n", file);
		(void)fclose(file);
	}
}

static void
remove_archive(void)
{
	for (int i = 0; i < MESSAGES; i++)
		(void)unlink(path_of(i));
	(void)rmdir(folder);
}

/* These functions run in the reader process. */

static void
send_frame(struct frame_head head, const void *row, const char *json)
{
	struct outbox outbox = {.octets = NULL};

	if (!outbox_add(&outbox, &head, row, slice_make(json, (size_t)head.njson)) ||
		!outbox_send(&outbox))
		_exit(9);
	free(outbox.octets);
}

static void
send_result(uint64_t turn, uint64_t index, const char *json)
{
	struct row row = plain_row();
	struct frame_head head = {
		.kind = FRAME_RESULT, .turn = turn, .njson = json != NULL ? strlen(json) : 0};
	size_t n;
	void *block;

	row.index = (size_t)index;
	block = row_pack(&row, &n);
	head.nrow = n;
	send_frame(head, block, json);
	free(block);
}

/* What the reader process does with one message. */
typedef void attack(const struct packet *packet);

static void
crash(const struct packet *packet)
{
	(void)packet;
	(void)signal(SIGABRT, SIG_DFL);
	abort();
}

static void
leave(const struct packet *packet)
{
	(void)packet;
	_exit(0);
}

static void
hang(const struct packet *packet)
{
	(void)packet;
	for (;;)
		(void)pause();
}

static void
another_turn(const struct packet *packet)
{
	send_result(packet->turn + 1000, packet->index, NULL);
}

static void
a_turn_again(const struct packet *packet)
{
	send_result(packet->turn, packet->index, NULL);
	send_result(packet->turn, packet->index, NULL);
	hang(packet);
}

static void
another_index(const struct packet *packet)
{
	send_result(packet->turn, packet->index + 1, NULL);
}

static void
no_frame(const struct packet *packet)
{
	(void)packet;
	(void)!write(READER_RESULTS, "no frame, but words that a library writes to stdout", 51);
}

static void
no_row(const struct packet *packet)
{
	static const char octets[4096];

	send_frame(
		(struct frame_head){
			.kind = FRAME_RESULT, .turn = packet->turn, .nrow = sizeof octets},
		octets, NULL);
}

static void
too_large(const struct packet *packet)
{
	const struct frame_head head = {
		.kind = FRAME_RESULT, .turn = packet->turn, .njson = UINT64_MAX / 2};

	(void)!write(READER_RESULTS, &head, sizeof head);
}

static void
json_with_an_escape(const struct packet *packet)
{
	send_result(packet->turn, packet->index, "{\x1b[31m}\n");
}

static void
two_lines(const struct packet *packet)
{
	send_result(packet->turn, packet->index, "{}\n{}\n");
}

static void
early_record(const struct packet *packet)
{
	(void)packet;
	send_frame((struct frame_head){.kind = FRAME_RECORD}, NULL, NULL);
}

static void
ready_again(const struct packet *packet)
{
	(void)packet;
	send_frame((struct frame_head){.kind = FRAME_READY}, NULL, NULL);
}

static void
half_a_frame(const struct packet *packet)
{
	(void)packet;
	(void)!write(READER_RESULTS, "half", 4);
	_exit(0);
}

/* Reads all packets, and attacks while handling one of them. */
static int
work(void *arg)
{
	attack *const *what = arg;
	struct packets *packets = calloc(1, sizeof *packets);
	struct packet packet;

	send_frame((struct frame_head){.kind = FRAME_READY}, NULL, NULL);
	while (packet_next(packets, &packet) == PACKET_GOT ||
		(packet_receive(READER_ITEMS, true, packets) == PACKET_GOT &&
			packet_next(packets, &packet) == PACKET_GOT)) {
		if (*what != NULL && packet.index == VICTIM)
			(*what)(&packet);
		else
			send_result(packet.turn, packet.index, NULL);
		packet_clear(&packet);
	}
	free(packets);
	return 0;
}

/* These run in the parent. */

struct seen {
	size_t n, failed, victim_failed;
	bool in_order;
};

static bool
emit(void *arg, const struct judged *judged)
{
	struct seen *seen = arg;

	if (judged->row == NULL)
		return false;
	seen->in_order &= judged->row->index == seen->n;
	seen->n++;
	seen->failed += judged->row->failed ? 1 : 0;
	seen->victim_failed += judged->row->failed && judged->row->index == VICTIM ? 1 : 0;
	if (judged->row->failed)
		cr_expect_str_eq(judged->row->error, fault_text(FAULT_READER_DIED));
	return true;
}

static bool
tick(void *arg, double share)
{
	(void)arg;
	(void)share;
	return true;
}

static void
record(void *arg, struct slice zone)
{
	(void)arg;
	(void)zone;
}

static const struct row_case {
	const char *name;
	attack *what;
	bool survives; /* the message has a result */
} cases[] = {
	{"nothing", NULL, true},
	{"crash", crash, false},
	{"early end", leave, false},
	{"hang", hang, false},
	{"another turn", another_turn, false},
	{"a turn twice", a_turn_again, true},
	{"another index", another_index, false},
	{"no frame", no_frame, false},
	{"no row", no_row, false},
	{"too large", too_large, false},
	{"an escape in JSON", json_with_an_escape, false},
	{"two lines of JSON", two_lines, false},
	{"a record at the wrong time", early_record, false},
	{"ready twice", ready_again, false},
	{"half a frame", half_a_frame, false},
};

/* Runs over the archive; config: what differs between the tests */
static enum parent_end
run_with(struct parent_config config)
{
	const char *paths[] = {folder};
	struct error error;
	struct options options = options_default();
	struct parent *parent;
	struct source *source;
	struct opener *opener;
	struct arena arena;
	enum parent_end end;
	int status;

	arena_init(&arena, NULL, NULL);
	options.command = COMMAND_BATCH;
	options.paths = (struct strings){.v = paths, .n = 1};
	config.options = &options;
	config.arena = &arena;
	config.jobs = 2;
	config.record = record;
	cr_assert_eq(source_open(&options, &arena, &source, &error), ST_OK);
	opener = opener_start(&options, source, &arena, &status);
	cr_assert_not_null(opener);
	config.opener = opener;
	parent = parent_open(&config, &status);
	cr_assert_not_null(parent);
	end = parent_run(parent, NULL);
	parent_close(parent);
	opener_end(opener);
	source_close(source);
	arena_clear(&arena);
	return end;
}

/* Runs over the archive, and checks the results. */
static void
check(const char *name, reader_work *read, attack *what, bool survives)
{
	struct seen seen = {.in_order = true};
	const enum parent_end end = run_with((struct parent_config){.hang_ms = HANG_MS,
		.read = read,
		.read_arg = &what,
		.emit = emit,
		.tick = tick,
		.arg = &seen});

	cr_expect_eq(end, PARENT_DONE, "%s", name);
	cr_expect_eq(seen.n, (size_t)MESSAGES, "%s: %zu", name, seen.n);
	cr_expect(seen.in_order, "%s: order", name);
	cr_expect_eq(seen.failed, survives ? 0u : 1u, "%s: %zu failed", name, seen.failed);
	cr_expect_eq(seen.victim_failed, seen.failed, "%s", name);
}

/* Ends a test that hangs: the runner's own .timeout leaks memory, which make asan would report. */
static void
limit_time(void)
{
	(void)alarm(300);
}

TestSuite(parent, .init = limit_time);

Test(parent, whatever_the_reader_does)
{
	make_archive();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(cases[i].name, work, cases[i].what, cases[i].survives);
	remove_archive();
}

/* Other runs of this user have too many descriptors in transit. */

static pid_t refused; /* the process whose packets are refused */
static bool slow;     /* are they sent late instead? */

/* What all processes share. */
static struct shared {
	bool refusing;            /* are packets refused? */
	size_t started, received; /* readers that have started; packets that the first received */
} * shared;

static void
make_shared(void)
{
	refused = getpid();
	shared = mmap(
		NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cr_assert_neq(shared, MAP_FAILED);
}

/* The one that packet.c calls */
ssize_t
sendmsg(int socket, const struct msghdr *message, int flags)
{
	if (shared != NULL && shared->refusing && getpid() == refused) {
		errno = ETOOMANYREFS;
		return -1;
	}
	if (slow && getpid() == refused)
		(void)poll(NULL, 0, SLOW_MS);
	return syscall(SYS_sendmsg, socket, message, flags);
}

/* From now on packets are refused; then ends the reader. */
static void
refuse_from_now(const struct packet *packet)
{
	shared->refusing = true;
	leave(packet);
}

static bool
count_result(void *arg, const struct judged *judged)
{
	struct seen *seen = arg;

	seen->n += judged->row != NULL ? 1 : 0;
	seen->failed += judged->row != NULL && judged->row->failed ? 1 : 0;
	return true;
}

static size_t ticks;

/* Interrupts the run a second after packets are refused. */
static bool
tick_while_refused(void *arg, double share)
{
	(void)arg;
	(void)share;
	ticks += shared->refusing ? 1 : 0;
	return ticks < 5;
}

/*
 * A run that waits to send a message, for the first time or again after a reader died, can be
 * interrupted.
 */
Test(parent, interrupted_while_it_waits)
{
	static const struct {
		const char *name;
		attack *what;
		bool from_start;
	} rows[] = {{"for the first time", NULL, true}, {"again", refuse_from_now, false}};

	make_archive();
	make_shared();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		attack *what = rows[i].what;
		struct seen seen = {.n = 0};
		enum parent_end end;

		ticks = 0;
		shared->refusing = rows[i].from_start;
		end = run_with((struct parent_config){.hang_ms = PACKET_WAIT_MS,
			.read = work,
			.read_arg = &what,
			.emit = count_result,
			.tick = tick_while_refused,
			.arg = &seen});
		shared->refusing = false; /* Criterion sends its messages too */
		cr_expect_eq(end, PARENT_STOPPED, "%s: %d", rows[i].name, end);
		/* what could not be sent before the interrupt has no result: nothing is wrong with
		 * it */
		cr_expect_eq(seen.failed, 0, "%s: %zu of %zu", rows[i].name, seen.failed, seen.n);
	}
	remove_archive();
}

/*
 * The first reader makes up all results while the messages are being sent to it; the next one
 * works.
 */
static int
guess(void *arg)
{
	char octets[PACKET_INLINE];

	if (shared->started++ > 0) {
		shared->refusing = false;
		return work(arg);
	}
	send_frame((struct frame_head){.kind = FRAME_READY}, NULL, NULL);
	(void)poll(NULL, 0, SLOW_MS / 2);
	for (size_t i = 0; i < MESSAGES; i++)
		send_result(i, i, NULL);
	while (recv(READER_ITEMS, octets, sizeof octets, 0) > 0)
		shared->received++;
	return 0;
}

/* A result that arrives too early does not free a message that is still being sent. */
Test(parent, a_result_before_its_message_was_sent)
{
	make_archive();
	make_shared();
	slow = true;
	check("it is sent a moment later", guess, NULL, true);
	*shared = (struct shared){.refusing = true};
	check("it cannot be sent", guess, NULL, true);
	cr_expect(shared->started == 2 && shared->received == 0);
	slow = false; /* Criterion sends its messages too */
	remove_archive();
}

static int
refuse(void *arg)
{
	(void)arg;
	return 78;
}

/* A reader that cannot start has reported why; the run ends with its status. */
Test(parent, a_reader_that_does_not_begin)
{
	struct options options = options_default();
	struct arena arena;
	struct parent_config config = {
		.options = &options, .jobs = 1, .read = refuse, .arena = &arena};
	int status = 0;

	arena_init(&arena, NULL, NULL);
	cr_expect_null(parent_open(&config, &status));
	cr_expect_eq(status, 78);
	arena_clear(&arena);
}

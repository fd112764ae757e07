#define _XOPEN_SOURCE 700 /* setitimer */
#include "filter/out/output.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter/io/spool.h"
#include "filter/io/write.h"
#include "tests/support/file_content.h"

enum { MAX_FIELDS = 1000, MAX_FIELD = 65536, LARGE = 3000000 };

static const struct slice ids[] = {
	{"mx.example.com", 14},
};

/* one message to be written, with everything it needs */
struct rig {
	struct arena arena;
	struct message message;
	struct scrub scrub;
	struct output output;
};

static void
open_rig(struct rig *rig, struct slice raw, struct slice block)
{
	arena_init(&rig->arena, NULL, NULL);
	message_parse(raw, MAX_FIELDS, MAX_FIELD, &rig->arena, &rig->message);
	rig->scrub = (struct scrub){.what = SCRUB_OWN, .ids = ids, .nids = 1, .arena = &rig->arena};
	rig->output = (struct output){.message = &rig->message,
		.max_field = MAX_FIELD,
		.block = block,
		.scrub = &rig->scrub};
}

#define S(text) SLICE_INIT(text)
#define OURS "Authentication-Results: mx.example.com; spf=pass\n"
#define OURS_CRLF "Authentication-Results: mx.example.com; spf=pass\r\n"

/* the output, byte for byte, with a line "B" as our block */
static const struct row {
	const char *name;
	struct slice raw, want;
	size_t dropped;
} rows[] = {
	/* clang-format off */
	{"LF", S("From: a\nTo: b\n\nbody\n"), S("B\nFrom: a\nTo: b\n\nbody\n"), 0},
	{"CRLF", S("From: a\r\n\r\nbody\r\n"), S("B\nFrom: a\r\n\r\nbody\r\n"), 0},
	{"mixed line ends", S("A: 1\r\nB: 2\n\r\nx\ny\r\n"), S("B\nA: 1\r\nB: 2\n\r\nx\ny\r\n"), 0},
	{"bare CR is data", S("A: 1\rB: 2\n\rx\r\r\n"), S("B\nA: 1\rB: 2\n\rx\r\r\n"), 0},
	{"no last line end", S("A: 1\n\nbody"), S("B\nA: 1\n\nbody"), 0},
	{"ends in CR", S("A: 1\n\nbody\r"), S("B\nA: 1\n\nbody\r"), 0},
	{"header without a line end", S("A: 1"), S("B\nA: 1"), 0},
	{"no empty line", S("A: 1\nB: 2\n"), S("B\nA: 1\nB: 2\n"), 0},
	{"no body", S("A: 1\n\n"), S("B\nA: 1\n\n"), 0},
	{"no header", S("\nbody\n"), S("B\n\nbody\n"), 0},
	{"only a line end", S("\r\n"), S("B\n\r\n"), 0},
	{"empty", S(""), S("B\n"), 0},
	{"NUL in header and body", S("A: \0\n\n\0\0b\n"), S("B\nA: \0\n\n\0\0b\n"), 0},
	{"only a NUL", S("\0"), S("B\n\0"), 0},
	{"8-bit", S("A: \xff\xfe\n\n\x80\n"), S("B\nA: \xff\xfe\n\n\x80\n"), 0},
	{"lines without a colon", S("junk\nA: 1\n\nx\n"), S("B\njunk\nA: 1\n\nx\n"), 0},
	{"white space first", S(" x\nA: 1\n\nx\n"), S("B\n x\nA: 1\n\nx\n"), 0},
	{"mbox line", S("From a@b Mon\nA: 1\n\nx\n"), S("From a@b Mon\nB\nA: 1\n\nx\n"), 0},
	{"mbox line, CRLF", S("From a@b\r\nA: 1\r\n\r\n"), S("From a@b\r\nB\nA: 1\r\n\r\n"), 0},
	{"mbox line and nothing", S("From a@b Mon\n"), S("From a@b Mon\nB\n"), 0},
	{"mbox line without an end", S("From a@b Mon"), S("B\nFrom a@b Mon"), 0},
	{"mbox line, no header", S("From a@b Mon\n\nx"), S("From a@b Mon\nB\n\nx"), 0},
	{"From line in the body", S("A: 1\n\nFrom a@b\n"), S("B\nA: 1\n\nFrom a@b\n"), 0},

	{"ours first", S(OURS "A: 1\n\nx\n"), S("B\nA: 1\n\nx\n"), 1},
	{"ours in between", S("A: 1\n" OURS "B: 2\n\nx\n"), S("B\nA: 1\nB: 2\n\nx\n"), 1},
	{"ours last", S("A: 1\n" OURS "\nx\n"), S("B\nA: 1\n\nx\n"), 1},
	{"ours last, without a line end", S("A: 1\nMailstamp-Note: x"), S("B\nA: 1\n"), 1},
	{"ours alone", S(OURS), S("B\n"), 1},
	{"ours alone, with a body", S(OURS "\nx"), S("B\n\nx"), 1},
	{"two neighbours", S("A: 1\n" OURS OURS "B: 2\n\n"), S("B\nA: 1\nB: 2\n\n"), 2},
	{"two apart", S(OURS "A: 1\n" OURS "\nx\n"), S("B\nA: 1\n\nx\n"), 2},
	{"CRLF, ours in between", S("A: 1\r\n" OURS_CRLF "B: 2\r\n\r\n"), S("B\nA: 1\r\nB: 2\r\n\r\n"), 1},
	{"folded", S("A: 1\nAuthentication-Results:\n mx.example.com;\n\tspf=pass\nB: 2\n\n"),
	 S("B\nA: 1\nB: 2\n\n"), 1},
	{"after an mbox line", S("From a@b\n" OURS "A: 1\n\n"), S("From a@b\nB\nA: 1\n\n"), 1},
	{"ours in the body stays", S("A: 1\n\n" OURS), S("B\nA: 1\n\n" OURS), 0},
	{"another's stays", S("Authentication-Results: mx.other.test; none\n\n"),
	 S("B\nAuthentication-Results: mx.other.test; none\n\n"), 0},
	{"no header, ours in the body stays", S("\n" OURS), S("B\n\n" OURS), 0},
	/* clang-format on */
};

Test(output, byte_for_byte)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int fd = spool_open(NULL, 0);
		struct slice got;
		struct rig rig;

		cr_assert(fd >= 0);
		open_rig(&rig, rows[i].raw, SLICE("B\n"));
		cr_expect(output_message(&rig.output, fd) == ST_OK, "%s: status", rows[i].name);
		got = file_content(fd, &rig.arena);
		cr_expect(slice_eq(got, rows[i].want), "%s: %.*s", rows[i].name, (int)got.n, got.p);
		cr_expect(rig.output.dropped == rows[i].dropped, "%s: %zu dropped", rows[i].name,
			rig.output.dropped);
		close(fd);
		arena_clear(&rig.arena);
	}
}

/* --scrub none writes the block and every octet of the message, whatever it claims. */
Test(output, nothing_dropped)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int fd = spool_open(NULL, 0);
		size_t mbox = slice_starts(rows[i].raw, SLICE("From a@b"))
				      ? slice_find(rows[i].raw, '\n') + 1
				      : 0;
		struct slice got;
		struct rig rig;

		if (mbox > rows[i].raw.n)
			mbox = 0;
		open_rig(&rig, rows[i].raw, SLICE("B\n"));
		rig.scrub.what = SCRUB_NONE;
		cr_expect(output_message(&rig.output, fd) == ST_OK, "%s: status", rows[i].name);
		got = file_content(fd, &rig.arena);
		cr_expect(got.n == rows[i].raw.n + 2, "%s: length", rows[i].name);
		cr_expect(slice_eq(slice_head(got, mbox), slice_head(rows[i].raw, mbox)),
			"%s: mbox line", rows[i].name);
		cr_expect(slice_eq(slice_from(got, mbox + 2), slice_from(rows[i].raw, mbox)),
			"%s: all the rest", rows[i].name);
		close(fd);
		arena_clear(&rig.arena);
	}
}

/* Returns text n times, in the arena; every tenth one is replaced by other. */
static struct slice
repeated(struct slice text, struct slice other, size_t n, struct arena *arena)
{
	char *p = arena_alloc(arena, n * (text.n > other.n ? text.n : other.n));
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		struct slice s = i % 10 == 9 ? other : text;

		memcpy(p + at, s.p, s.n);
		at += s.n;
	}
	return slice_make(p, at);
}

/* More ranges than one write takes, and more fields than the index of the message holds. */
Test(output, many_dropped_fields)
{
	struct slice kept = SLICE("Keep: me\n"), raw, want, got;
	struct arena arena;
	struct rig rig;
	int fd = spool_open(NULL, 0);

	arena_init(&arena, NULL, NULL);
	raw = repeated(SLICE(OURS), kept, 50000, &arena);
	want = repeated(SLICE(""), kept, 50000, &arena);
	open_rig(&rig, raw, SLICE("B\n"));
	cr_expect(output_message(&rig.output, fd) == ST_OK);
	got = file_content(fd, &arena);
	cr_expect(slice_starts(got, SLICE("B\n")));
	cr_expect(slice_eq(slice_from(got, 2), want), "%zu octets", got.n);
	cr_expect(rig.output.dropped == 45000, "%zu dropped", rig.output.dropped);
	close(fd);
	arena_clear(&rig.arena);
	arena_clear(&arena);
}

/* A field that is too long to be kept in the index is still a forgery. */
Test(output, oversize_field_is_dropped)
{
	struct slice got;
	struct arena arena;
	struct rig rig;
	char *raw;
	int fd = spool_open(NULL, 0);

	arena_init(&arena, NULL, NULL);
	raw = arena_alloc(&arena, 200000);
	memset(raw, ' ', 200000);
	memcpy(raw, "Authentication-Results:", 23);
	memcpy(raw + 190000, "mx.example.com; spf=pass\n\nx", 27);
	open_rig(&rig, slice_make(raw, 190000 + 27), SLICE("B\n"));
	cr_expect(output_message(&rig.output, fd) == ST_OK);
	got = file_content(fd, &arena);
	cr_expect(slice_eq(got, SLICE("B\n\nx")), "%zu octets", got.n);
	close(fd);
	arena_clear(&rig.arena);
	arena_clear(&arena);
}

Test(output, empty_block)
{
	struct slice got;
	struct rig rig;
	int fd = spool_open(NULL, 0);

	open_rig(&rig, SLICE("A: 1\n\nx"), SLICE(""));
	cr_expect(output_message(&rig.output, fd) == ST_OK);
	got = file_content(fd, &rig.arena);
	cr_expect(slice_eq(got, SLICE("A: 1\n\nx")));
	close(fd);
	arena_clear(&rig.arena);
}

/* Returns a block, and the message after it. */
static struct slice
large_output(struct arena *arena)
{
	char *p = arena_alloc(arena, LARGE);

	memcpy(p, "B: 1\nA: 1\n\n", 11);
	for (size_t i = 11; i < LARGE; i++)
		p[i] = (char)('a' + i % 25 + i / 5003 % 2);
	return slice_make(p, LARGE);
}

enum sink { SINK_FULL, SINK_NO_READER, SINK_READ_ONLY, SINK_CLOSED, SINK_LEAVES };

static int
open_sink(enum sink sink)
{
	int ends[2];

	switch (sink) {
	case SINK_FULL:
		return open("/dev/full", O_WRONLY);
	case SINK_READ_ONLY:
		return open("/dev/null", O_RDONLY);
	case SINK_CLOSED:
		return 999;
	case SINK_NO_READER:
	case SINK_LEAVES:
		break;
	}
	cr_assert(pipe(ends) == 0);
	if (sink == SINK_LEAVES && fork() == 0) {
		char some[100];

		close(ends[1]);
		_exit(read(ends[0], some, sizeof some) < 0);
	}
	close(ends[0]);
	return ends[1];
}

/* A failed write is reported, with its errno. */
Test(output, write_that_fails)
{
	static const struct {
		const char *name;
		enum sink sink;
		bool large;
		int want;
	} table[] = {
		{"no space", SINK_FULL, false, ENOSPC},
		{"no space, large", SINK_FULL, true, ENOSPC},
		{"no reader", SINK_NO_READER, false, EPIPE},
		{"reader leaves half-way", SINK_LEAVES, true, EPIPE},
		{"not open for writing", SINK_READ_ONLY, false, EBADF},
		{"closed", SINK_CLOSED, false, EBADF},
	};

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		int fd = open_sink(table[i].sink);
		struct arena arena;
		struct rig rig;

		arena_init(&arena, NULL, NULL);
		open_rig(&rig, table[i].large ? large_output(&arena) : SLICE("A: 1\n\nx\n"),
			SLICE("B\n"));
		errno = 0;
		cr_expect(output_message(&rig.output, fd) == ST_TEMP, "%s", table[i].name);
		cr_expect(errno == table[i].want, "%s: %s", table[i].name, strerror(errno));
		close(fd);
		arena_clear(&rig.arena);
		arena_clear(&arena);
	}
}

static void
on_alarm(int number)
{
	(void)number;
}

/* Starts a child that reads slowly at first, and exits with 0 if it got want. */
static pid_t
slow_reader(const int ends[2], struct slice want)
{
	static char got[LARGE + 100];
	size_t n = 0;
	ssize_t more;
	pid_t child = fork();

	cr_assert(child >= 0);
	if (child != 0)
		return child;
	close(ends[1]);
	while ((more = read(ends[0], got + n, n < 300000 ? 7001 : sizeof got - n)) > 0) {
		n += (size_t)more;
		if (n < 300000)
			(void)poll(NULL, 0, 1);
	}
	_exit(!slice_eq(slice_make(got, n), want));
}

/* Nothing is lost by writes that are partial, interrupted by signals, or would block. */
Test(output, slow_reader, .timeout = 60)
{
	static const struct {
		const char *name;
		bool nonblocking, signals;
	} table[] = {
		{"blocking", false, false},
		{"interrupted", false, true},
		{"non-blocking", true, false},
		{"non-blocking, interrupted", true, true},
	};
	const struct sigaction action = {.sa_handler = on_alarm}; /* without SA_RESTART */
	struct arena arena;
	struct slice whole;

	arena_init(&arena, NULL, NULL);
	whole = large_output(&arena);
	sigaction(SIGALRM, &action, NULL);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct itimerval often = {{0, 500}, {0, 500}}, off = {{0, 0}, {0, 0}};
		int ends[2], status;
		struct rig rig;
		pid_t child;

		cr_assert(pipe(ends) == 0);
		open_rig(&rig, slice_from(whole, 5), slice_head(whole, 5));
		child = slow_reader(ends, whole);
		close(ends[0]);
		if (table[i].nonblocking)
			fcntl(ends[1], F_SETFL, O_NONBLOCK);
		if (table[i].signals)
			setitimer(ITIMER_REAL, &often, NULL);
		cr_expect(output_message(&rig.output, ends[1]) == ST_OK, "%s", table[i].name);
		setitimer(ITIMER_REAL, &off, NULL);
		close(ends[1]);
		cr_expect(waitpid(child, &status, 0) == child && status == 0, "%s: the octets",
			table[i].name);
		arena_clear(&rig.arena);
	}
	arena_clear(&arena);
}

/* Reads an input of more than max_size octets from a pipe that already holds all of it. */
static struct input
partial_input(struct slice whole, size_t max_size)
{
	struct options options = options_default();
	enum fault fault = FAULT_NONE;
	struct input input;
	int ends[2];

	options.max_size = max_size;
	cr_assert(pipe(ends) == 0);
	cr_assert(write_bytes(ends[1], whole));
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	cr_assert(input_read(&options, &input, &fault) == ST_OK, "%s", fault_text(fault));
	cr_assert(input.partial);
	return input;
}

/* a message over --max-size is scrubbed and streamed */
Test(output, partial_input)
{
	static const struct {
		const char *name;
		struct slice whole;
		size_t max;
		enum status want_status;
		struct slice want;
	} table[] = {
		{"cut in the body", S("A: 1\n\nbody and more\n"), 8, ST_OK,
			S("B\nA: 1\n\nbody and more\n")},
		{"cut after the empty line", S("A: 1\n\nbody\n"), 6, ST_OK, S("B\nA: 1\n\nbody\n")},
		{"one octet more", S("A: 1\n\nbody\n"), 10, ST_OK, S("B\nA: 1\n\nbody\n")},
		{"scrubbed", S("A: 1\n" OURS "\nbody\n"), 56, ST_OK, S("B\nA: 1\n\nbody\n")},
		{"ours in the rest stays", S("A: 1\n\n" OURS), 10, ST_OK, S("B\nA: 1\n\n" OURS)},
		{"mbox line", S("From a@b\nA: 1\n\nbody\n"), 16, ST_OK,
			S("From a@b\nB\nA: 1\n\nbody\n")},
		{"cut in the header", S("A: 1\nB: 2\n\nbody\n"), 7, ST_BAD, S("")},
		{"cut before the empty line", S("A: 1\n\nbody\n"), 5, ST_BAD, S("")},
		{"cut in the empty line", S("A: 1\r\n\r\nbody\n"), 7, ST_BAD, S("")},
		{"ours could follow", S("A: 1\n" OURS "\nbody\n"), 30, ST_BAD, S("")},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		int fd = spool_open(NULL, 0);
		struct input input = partial_input(table[i].whole, table[i].max);
		struct slice got;
		struct rig rig;

		open_rig(&rig, input.bytes, SLICE("B\n"));
		rig.output.rest = &input;
		cr_expect(output_message(&rig.output, fd) == table[i].want_status, "%s: status",
			table[i].name);
		got = file_content(fd, &rig.arena);
		cr_expect(
			slice_eq(got, table[i].want), "%s: %.*s", table[i].name, (int)got.n, got.p);
		close(fd);
		input_free(&input);
		arena_clear(&rig.arena);
	}
}

/* A message that was not read completely is never written completely. */
Test(output, rest_that_cannot_be_read)
{
	int fd = spool_open(NULL, 0);
	struct input input = partial_input(SLICE("A: 1\n\nbody\n"), 7);
	struct rig rig;

	open_rig(&rig, input.bytes, SLICE("B\n"));
	rig.output.rest = &input;
	dup2(fd, STDIN_FILENO);
	close(STDIN_FILENO);
	cr_expect(output_message(&rig.output, fd) == ST_TEMP);
	close(fd);
	input_free(&input);
	arena_clear(&rig.arena);
}

Test(output, rest_onto_a_full_disk)
{
	int full = open("/dev/full", O_WRONLY);
	struct input input = partial_input(SLICE("A: 1\n\nbody\n"), 7);
	struct rig rig;

	open_rig(&rig, input.bytes, SLICE(""));
	rig.output.rest = &input;
	cr_expect(output_message(&rig.output, full) == ST_TEMP);
	input_free(&input);
	arena_clear(&rig.arena);
	close(full);
}

#define _GNU_SOURCE /* prctl: orphans become our children, so that we see how they ended */
#include "filter/out/deliver.h"
#include "filter/out/runner.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "filter/io/spool.h"
#include "filter/io/write.h"

/* a message, and the folder in which scripts run */
struct rig {
	struct arena arena;
	struct message message;
	struct scrub scrub;
	struct output output;
	char folder[32];
	struct error error;
	int status;
};

static void
open_rig(struct rig *rig, struct slice raw)
{
	arena_init(&rig->arena, NULL, NULL);
	message_parse(raw, 1000, 65536, &rig->arena, &rig->message);
	rig->scrub = (struct scrub){.what = SCRUB_OWN};
	rig->output = (struct output){.message = &rig->message,
		.max_field = 65536,
		.block = SLICE("B: 1\n"),
		.scrub = &rig->scrub};
	strcpy(rig->folder, "/tmp/mailstamp-d.XXXXXX");
	cr_assert_not_null(mkdtemp(rig->folder));
	cr_assert(chdir(rig->folder) == 0);
}

static void
close_rig(struct rig *rig)
{
	cr_expect(chdir("/") == 0);
	(void)remove(rig->folder); /* only if it is empty */
	arena_clear(&rig->arena);
}

static enum status
deliver_by(struct rig *rig, char *const argv[], int64_t timeout)
{
	size_t size = rig->output.block.n + rig->message.raw.n;

	rig->error = delivery_error(DELIVERY_E_NONE);
	return deliver(&rig->output, size, argv, timeout, NULL, &rig->error, &rig->status);
}

static enum status
deliver_script(struct rig *rig, const char *script, int64_t timeout)
{
	char sh[] = "/bin/sh", c[] = "-c";
	char *argv[] = {sh, c, arena_cstr(&rig->arena, slice_str(script)), NULL};

	return deliver_by(rig, argv, timeout);
}

/* Reads and removes the file; returns its content, empty if there is no such file. */
static struct slice
take_file(struct rig *rig, const char *name)
{
	int fd = open(name, O_RDONLY);
	struct stat info;
	char *p;

	if (fd < 0)
		return SLICE("");
	cr_assert(fstat(fd, &info) == 0);
	p = arena_alloc(&rig->arena, (size_t)info.st_size);
	cr_assert(read(fd, p, (size_t)info.st_size) == info.st_size);
	close(fd);
	unlink(name);
	return slice_make(p, (size_t)info.st_size);
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Only status 0 of a COMMAND that read the whole message delivers it. */
static const struct row {
	const char *name, *script;
	int64_t timeout;
	enum delivery_error error; /* none: it is delivered */
} rows[] = {
	/* clang-format off */
	{"reads all, prints nothing", "cat >/dev/null", 20, DELIVERY_E_NONE},
	{"reads by a child of its own", "(cat >/dev/null); exit 0", 20, DELIVERY_E_NONE},
	{"reads byte by byte", "dd bs=1 of=/dev/null 2>/dev/null", 20, DELIVERY_E_NONE},
	{"is slow, but in time", "cat >/dev/null; sleep 1", 20, DELIVERY_E_NONE},
	{"closes its streams", "cat >/dev/null; exec <&- >&- 2>&-; exit 0", 20, DELIVERY_E_NONE},
	{"leaves a child behind, as a mail server may", "cat >/dev/null; sleep 0.2 & exit 0", 20, DELIVERY_E_NONE},
	{"false", "cat >/dev/null; false", 20, DELIVERY_E_FAILED},
	{"75", "cat >/dev/null; exit 75", 20, DELIVERY_E_FAILED},
	{"fails without reading", "exit 1", 20, DELIVERY_E_FAILED},
	{"not found by the shell", "exec 2>/dev/null; exec /nonexistent/command", 20, DELIVERY_E_NOT_RUN},
	{"reads nothing", "exit 0", 20, DELIVERY_E_UNREAD},
	{"closes stdin", "exec <&-; exit 0", 20, DELIVERY_E_UNREAD},
	{"reads a part", "dd bs=5 count=1 of=/dev/null 2>/dev/null", 20, DELIVERY_E_UNREAD},
	{"reads all but the last octet", "dd bs=21 count=1 of=/dev/null 2>/dev/null", 20, DELIVERY_E_UNREAD},
	{"killed", "cat >/dev/null; kill -KILL $$", 20, DELIVERY_E_SIGNAL},
	{"ends by SIGTERM", "cat >/dev/null; kill -TERM $$", 20, DELIVERY_E_SIGNAL},
	{"ends by SIGPIPE, which we ignore", "cat >/dev/null; kill -PIPE $$; exit 0", 20, DELIVERY_E_SIGNAL},
	{"hangs", "cat >/dev/null; exec sleep 100", 1, DELIVERY_E_LATE},
	{"stops itself", "cat >/dev/null; kill -STOP $$", 1, DELIVERY_E_LATE},
	{"no time at all", "exec sleep 100", 0, DELIVERY_E_LATE},
	/* clang-format on */
};

Test(deliver, outcomes, .timeout = 60)
{
	struct rig rig;

	open_rig(&rig, SLICE("A: 1\n\nbody, more\n"));
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		enum status st = deliver_script(&rig, row->script, row->timeout);

		cr_expect(st == (row->error == DELIVERY_E_NONE ? ST_OK : ST_TEMP), "%s: status",
			row->name);
		cr_expect_eq(rig.error.reason.id, row->error, "%s: %s", row->name,
			reason_code(&rig.error.reason));
		cr_expect(row->error != DELIVERY_E_NONE || rig.status == 0, "%s: wait status",
			row->name);
	}
	close_rig(&rig);
}

Test(deliver, wait_status)
{
	struct rig rig;

	open_rig(&rig, SLICE("A: 1\n\n"));
	cr_expect(deliver_script(&rig, "exit 67", 20) == ST_TEMP);
	cr_expect(WIFEXITED(rig.status) && WEXITSTATUS(rig.status) == 67);
	cr_expect(deliver_script(&rig, "kill -USR1 $$", 20) == ST_TEMP);
	cr_expect(WIFSIGNALED(rig.status) && WTERMSIG(rig.status) == SIGUSR1);
	cr_expect(deliver_script(&rig, "sleep 100", 0) == ST_TEMP);
	cr_expect(WIFSIGNALED(rig.status) && WTERMSIG(rig.status) == SIGKILL);
	close_rig(&rig);
}

/* No shell: arguments arrive unchanged, and an error reports that COMMAND cannot be run. */
Test(deliver, without_a_shell)
{
	char missing[] = "mailstamp-no-such-command", etc[] = "/etc", passwd[] = "/etc/passwd";
	char empty[] = "", sh[] = "sh", c[] = "-c", self[] = "self", odd[] = "$(x) *;\n'\"";
	char script[] = "cat >/dev/null; printf '%s|' \"$@\" >args";
	char *const no_such[] = {missing, NULL}, *const folder[] = {etc, NULL};
	char *const not_executable[] = {passwd, NULL}, *const no_name[] = {empty, NULL};
	char *const arguments[] = {sh, c, script, self, odd, empty, etc, NULL};
	struct rig rig;

	open_rig(&rig, SLICE("A: 1\n\n"));
	cr_expect(deliver_by(&rig, no_such, 20) == ST_TEMP);
	cr_expect_eq(rig.error.reason.id, DELIVERY_E_NOT_RUN);
	cr_expect(deliver_by(&rig, folder, 20) == ST_TEMP);
	cr_expect_eq(rig.error.reason.id, DELIVERY_E_NOT_RUN);
	cr_expect(deliver_by(&rig, not_executable, 20) == ST_TEMP);
	cr_expect_eq(rig.error.reason.id, DELIVERY_E_NOT_RUN);
	cr_expect(deliver_by(&rig, no_name, 20) == ST_TEMP);
	cr_expect_eq(rig.error.reason.id, DELIVERY_E_NOT_RUN);
	cr_expect(deliver_by(&rig, arguments, 20) == ST_OK, "%s", reason_code(&rig.error.reason));
	cr_expect(slice_eq(take_file(&rig, "args"), SLICE("$(x) *;\n'\"||/etc|")));
	close_rig(&rig);
}

/* COMMAND gets the stamped message, byte for byte. */
Test(deliver, message)
{
	static const struct {
		const char *name;
		struct slice raw, want;
	} table[] = {
		/* clang-format off */
		{"LF", SLICE_INIT("A: 1\n\nx\n"), SLICE_INIT("B: 1\nA: 1\n\nx\n")},
		{"CRLF", SLICE_INIT("A: 1\r\n\r\nx\r\n"), SLICE_INIT("B: 1\nA: 1\r\n\r\nx\r\n")},
		{"NUL, no last line end", SLICE_INIT("A: 1\n\nx\0y"), SLICE_INIT("B: 1\nA: 1\n\nx\0y")},
		{"mbox line", SLICE_INIT("From a@b\nA: 1\n\n"), SLICE_INIT("From a@b\nB: 1\nA: 1\n\n")},
		{"scrubbed", SLICE_INIT("A: 1\nMailstamp-X: 1\n\nx\n"), SLICE_INIT("B: 1\nA: 1\n\nx\n")},
		{"empty", SLICE_INIT(""), SLICE_INIT("B: 1\n")},
		/* clang-format on */
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct slice got;
		struct rig rig;

		open_rig(&rig, table[i].raw);
		cr_expect(deliver_script(&rig, "cat >got", 20) == ST_OK, "%s: %s", table[i].name,
			reason_code(&rig.error.reason));
		got = take_file(&rig, "got");
		cr_expect(
			slice_eq(got, table[i].want), "%s: %.*s", table[i].name, (int)got.n, got.p);
		close_rig(&rig);
	}
}

/* A COMMAND that does not read an empty message has nevertheless read all of it. */
Test(deliver, nothing_to_read)
{
	struct rig rig;

	open_rig(&rig, SLICE(""));
	rig.output.block = SLICE("");
	cr_expect(
		deliver_script(&rig, "exit 0", 20) == ST_OK, "%s", reason_code(&rig.error.reason));
	close_rig(&rig);
}

/*
 * A message too large for memory goes through the spool folder, and leaves nothing there.
 */
Test(deliver, large, .timeout = 60)
{
	const size_t n = SPOOL_MEMORY + 1000;
	struct stat info = {0};
	struct rig rig;
	char *raw, sh[] = "/bin/sh", c[] = "-c",
		   script[] = "ls -A spool >listed; echo end >>listed; cat >got";
	char *argv[] = {sh, c, script, NULL};
	char folder[] = "spool", missing[] = "missing";

	open_rig(&rig, SLICE(""));
	raw = arena_alloc(&rig.arena, n);
	memset(raw, 'x', n);
	memcpy(raw, "A: 1\n\n", 6);
	message_parse(slice_make(raw, n), 1000, 65536, &rig.arena, &rig.message);
	cr_assert(mkdir(folder, 0700) == 0);
	cr_expect(deliver(&rig.output, n + 5, argv, 60, folder, &rig.error, &rig.status) == ST_OK,
		"%s", reason_code(&rig.error.reason));
	cr_expect(stat("got", &info) == 0 && info.st_size == (off_t)n + 5);
	unlink("got");
	cr_expect(slice_eq(take_file(&rig, "listed"), SLICE("end\n")));
	cr_expect(rmdir(folder) == 0, "nothing is left in it");
	cr_expect(
		deliver(&rig.output, n + 5, argv, 60, missing, &rig.error, &rig.status) == ST_TEMP);
	cr_expect_eq(rig.error.reason.id, DELIVERY_E_NO_SPOOL);
	cr_expect(access("got", F_OK) != 0, "COMMAND was not started");
	close_rig(&rig);
}

/* If the message cannot be spooled completely, COMMAND is not started. */
Test(deliver, no_room_for_the_spool)
{
	const struct rlimit little = {10, 10};
	struct rig rig;

	open_rig(&rig, SLICE("A: 1\n\nmore than ten octets\n"));
	signal(SIGXFSZ, SIG_IGN);
	cr_assert(setrlimit(RLIMIT_FSIZE, &little) == 0);
	cr_expect(deliver_script(&rig, "mkdir started", 20) == ST_TEMP);
	cr_expect_eq(rig.error.reason.id, DELIVERY_E_NOT_SPOOLED);
	cr_expect(rig.status == -1);
	cr_expect(rmdir("started") != 0, "COMMAND was started");
	close_rig(&rig);
}

Test(deliver, partial_input)
{
	static const struct {
		const char *name;
		size_t max;
		enum delivery_error error;
	} table[] = {
		{"the rest follows", 8, DELIVERY_E_NONE},
		{"cut in the header", 3, DELIVERY_E_NOT_SPOOLED},
	};
	const struct slice whole = SLICE("A: 1\n\nbody and more\n");

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct options options = options_default();
		enum fault fault;
		struct input input;
		struct rig rig;
		int ends[2];

		options.max_size = table[i].max;
		cr_assert(pipe(ends) == 0);
		cr_assert(write_bytes(ends[1], whole));
		close(ends[1]);
		dup2(ends[0], STDIN_FILENO);
		close(ends[0]);
		cr_assert(input_read(&options, &input, &fault) == ST_OK);
		open_rig(&rig, input.bytes);
		rig.output.rest = &input;
		cr_expect(deliver_script(&rig, "cat >got", 20) ==
				  (table[i].error == DELIVERY_E_NONE ? ST_OK : ST_TEMP),
			"%s: %s", table[i].name, reason_code(&rig.error.reason));
		cr_expect_eq(rig.error.reason.id, table[i].error);
		cr_expect(slice_eq(take_file(&rig, "got"),
				  table[i].error == DELIVERY_E_NONE
					  ? SLICE("B: 1\nA: 1\n\nbody and more\n")
					  : SLICE("")),
			"%s: the octets", table[i].name);
		input_free(&input);
		close_rig(&rig);
	}
}

/* COMMAND has its own process group, default signals, and none of our descriptors but stdin. */
Test(deliver, surroundings)
{
	static const struct {
		const char *name, *script;
	} table[] = {
		{"group", "read -r pid name state parent group rest </proc/$$/stat; test $group = "
			  "$$"},
		{"nothing is blocked",
			"while read -r key value; do test $key != SigBlk: || test $((0x$value)) = "
			"0 || exit 9; done </proc/$$/status"},
		{"the spool once", "test $(ls -l /proc/$$/fd | grep -c memfd:mailstamp) = 1"},
	};
	struct rig rig;
	sigset_t term;

	open_rig(&rig, SLICE("A: 1\n\n"));
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		char script[300];

		(void)snprintf(script, sizeof script, "%s && cat >/dev/null", table[i].script);
		cr_expect(deliver_script(&rig, script, 20) == ST_OK, "%s: %s", table[i].name,
			reason_code(&rig.error.reason));
	}
	close_rig(&rig);
}

/*
 * A process that ignores SIGCHLD and starts us passes that on; we must still learn the exit status
 * of COMMAND.
 */
Test(deliver, inherited_sigchld)
{
	struct rig rig;

	open_rig(&rig, SLICE("A: 1\n\n"));
	signal(SIGCHLD, SIG_IGN);
	cr_expect(deliver_script(&rig, "cat >/dev/null", 20) == ST_OK, "%s",
		reason_code(&rig.error.reason));
	signal(SIGCHLD, SIG_IGN);
	cr_expect(deliver_script(&rig, "cat >/dev/null; exit 3", 20) == ST_TEMP);
	cr_expect_eq(rig.error.reason.id, DELIVERY_E_FAILED);
	close_rig(&rig);
}

/* Was everything that COMMAND left behind killed? */
static bool
all_killed(void)
{
	int64_t until = now_ms() + 10000;

	while (now_ms() < until) {
		int status;
		pid_t got = waitpid(-1, &status, WNOHANG);

		if (got < 0)
			return errno == ECHILD;
		if (got > 0 && (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL))
			return false;
	}
	return false;
}

Test(deliver, time_out_leaves_no_process, .timeout = 60)
{
	static const struct {
		const char *name, *script;
	} table[] = {
		{"a child", "cat >/dev/null; sleep 100 & wait"},
		{"a child that ignores SIGTERM",
			"trap '' TERM; cat >/dev/null; (sleep 100; sleep 100) & sleep 100 & wait"},
		{"a pipe", "trap '' TERM HUP INT; cat | sleep 100 | sleep 100"},
		{"it does not even read", "sleep 100 & sleep 100"},
	};
	struct rig rig;

	cr_assert(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	open_rig(&rig, SLICE("A: 1\n\n"));
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		int64_t begun = now_ms(), took;

		cr_expect(deliver_script(&rig, table[i].script, 1) == ST_TEMP, "%s", table[i].name);
		took = now_ms() - begun;
		cr_expect_eq(rig.error.reason.id, DELIVERY_E_LATE, "%s: %s", table[i].name,
			reason_code(&rig.error.reason));
		cr_expect(took >= 1000 && took < 5000, "%s: %ld ms", table[i].name, (long)took);
		cr_expect(all_killed(), "%s", table[i].name);
	}
	close_rig(&rig);
}

static void
on_alarm(int number)
{
	(void)number;
	runner_kill();
}

/* A signal that ends us also ends COMMAND; without a COMMAND no process is killed. */
Test(deliver, kill_from_a_handler, .timeout = 60)
{
	const struct sigaction action = {.sa_handler = on_alarm};
	struct rig rig;

	open_rig(&rig, SLICE("A: 1\n\n"));
	runner_kill();
	sigaction(SIGALRM, &action, NULL);
	alarm(1);
	cr_expect(deliver_script(&rig, "cat >/dev/null; sleep 100", 50) == ST_TEMP);
	cr_expect_eq(rig.error.reason.id, DELIVERY_E_LOST);
	runner_kill();
	cr_expect(deliver_script(&rig, "cat >/dev/null", 20) == ST_OK, "%s",
		reason_code(&rig.error.reason));
	runner_kill();
	close_rig(&rig);
}

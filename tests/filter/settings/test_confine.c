/* What a run of each command can still open after it has entered its sandbox. */
#define _GNU_SOURCE /* O_TMPFILE */
#include "filter/settings/confine.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter/sandbox/seccomp.h"

/* What the process can do, as bits of an exit status. */
enum {
	READS_ETC = 1 << 0,
	READS_LIBRARIES = 1 << 1,
	WRITES_OUTPUT = 1 << 2,
	WRITES_ELSEWHERE = 1 << 3,
	SPOOLS = 1 << 4,
	HAS_DESCRIPTOR = 1 << 5, /* a descriptor that was open before */
	NO_SANDBOX = 1 << 6,
	REFUSED = 1 << 7
};

static char output[] = "/tmp/confine-output.XXXXXX", other[] = "/tmp/confine-other.XXXXXX",
	    spool[] = "/tmp/confine-spool.XXXXXX";

static bool
opens(const char *path, int flags)
{
	const int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
creates(const char *folder)
{
	char path[64];

	(void)snprintf(path, sizeof path, "%s/made", folder);
	return opens(path, O_WRONLY | O_CREAT) && unlink(path) == 0;
}

/*
 * Returns the bits of what succeeds. Only system calls on the command's list are tried, because a
 * forbidden one ends the process.
 */
static int
tried(bool can_write, bool can_spool, int descriptor)
{
	int status = 0;

	status |= opens("/etc/passwd", O_RDONLY) ? READS_ETC : 0;
	status |= opens("/usr/lib/os-release", O_RDONLY) ? READS_LIBRARIES : 0;
	status |= can_write && creates(output) ? WRITES_OUTPUT : 0;
	status |= can_write && creates(other) ? WRITES_ELSEWHERE : 0;
	status |= can_spool && opens(spool, O_TMPFILE | O_RDWR | O_EXCL) ? SPOOLS : 0;
	status |= fcntl(descriptor, F_GETFD) >= 0 ? HAS_DESCRIPTOR : 0;
	return status;
}

static const struct row {
	const char *name;
	enum command command;
	enum sandbox_mode mode;
	bool into;
	enum { PLAIN, INNER, OPENER, MERGE } process;
	int want;
} rows[] = {
	{"off", COMMAND_FILTER, SANDBOX_OFF, true, PLAIN,
		READS_ETC | READS_LIBRARIES | WRITES_OUTPUT | WRITES_ELSEWHERE | SPOOLS |
			HAS_DESCRIPTOR | NO_SANDBOX},
	{"filter", COMMAND_FILTER, SANDBOX_TRY, false, PLAIN,
		READS_LIBRARIES | SPOOLS | HAS_DESCRIPTOR},
	{"filter, required", COMMAND_FILTER, SANDBOX_REQUIRE, false, PLAIN,
		READS_LIBRARIES | SPOOLS | HAS_DESCRIPTOR},
	{"explain", COMMAND_EXPLAIN, SANDBOX_TRY, false, PLAIN,
		READS_LIBRARIES | SPOOLS | HAS_DESCRIPTOR},
	{"batch", COMMAND_BATCH, SANDBOX_TRY, false, PLAIN,
		READS_LIBRARIES | SPOOLS | HAS_DESCRIPTOR},
	{"batch that writes", COMMAND_BATCH, SANDBOX_TRY, true, PLAIN,
		READS_LIBRARIES | WRITES_OUTPUT | SPOOLS | HAS_DESCRIPTOR},
	{"batch that merges", COMMAND_BATCH, SANDBOX_TRY, false, MERGE,
		READS_ETC | READS_LIBRARIES | SPOOLS | HAS_DESCRIPTOR},
	{"what opens files for batch", COMMAND_BATCH, SANDBOX_TRY, false, OPENER,
		READS_ETC | READS_LIBRARIES | SPOOLS},
	{"what reads for batch", COMMAND_BATCH, SANDBOX_TRY, true, INNER, READS_LIBRARIES},
	{"what reads for batch, off", COMMAND_BATCH, SANDBOX_OFF, true, INNER,
		READS_ETC | READS_LIBRARIES | WRITES_OUTPUT | WRITES_ELSEWHERE | SPOOLS |
			HAS_DESCRIPTOR | NO_SANDBOX},
};

static int
run(const struct row *row)
{
	struct options options = options_default();
	const int descriptor = open("/dev/null", O_RDONLY);
	const bool inner = row->process == INNER;
	const bool can_write = (row->into && !inner) || row->mode == SANDBOX_OFF;
	struct confinement confinement;
	struct error error;
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	options.command = row->command;
	options.profile = PROFILE_PROCMAIL; /* does not change the user */
	options.sandbox = row->mode;
	options.spool_dir = spool;
	options.into = row->into ? output : NULL;
	options.merge = row->process == MERGE;
	if (row->process == OPENER)
		return confine_opener(&options, -1, &arena, &error) == ST_OK
			       ? tried(false, true, descriptor) |
					 (SECCOMP_SANITIZED ? NO_SANDBOX : 0)
			       : REFUSED;
	if (confine(&options, &arena, &confinement, &error) != ST_OK ||
		(inner && confine_inner(&options, &confinement, &error) != ST_OK))
		return REFUSED;
	return tried(can_write, !inner || row->mode == SANDBOX_OFF, descriptor) |
	       (confinement.entered ? 0 : NO_SANDBOX);
}

Test(confine, what_is_left, .timeout = 60)
{
	cr_assert(mkdtemp(output) != NULL && mkdtemp(other) != NULL && mkdtemp(spool) != NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int status = -1;
		const pid_t pid = fork();

		if (pid == 0)
			_exit(run(&rows[i]));
		cr_assert(pid > 0 && waitpid(pid, &status, 0) == pid);
		cr_assert(WIFEXITED(status), "%s: signal %d", rows[i].name, WTERMSIG(status));
		status = WEXITSTATUS(status);
		if (status == REFUSED && rows[i].mode == SANDBOX_REQUIRE)
			continue; /* a kernel or a build without a sandbox, as --version reports */
		if ((status & NO_SANDBOX) != 0 && rows[i].mode != SANDBOX_OFF)
			continue;
		cr_expect_eq(status, rows[i].want, "%s: %#x, not %#x", rows[i].name, status,
			rows[i].want);
	}
	(void)rmdir(output);
	(void)rmdir(other);
	(void)rmdir(spool);
}

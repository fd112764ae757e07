/* Root becomes a user: completely or not at all, and only a user who can do what is needed. */
#define _GNU_SOURCE /* getresuid */
#include "filter/sandbox/identity.h"

#include <criterion/criterion.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter/text/error_words.h"

enum { NOT_CLEAN = 100 };

static uid_t nobody;
static gid_t group;

/* Is the process completely that user, or completely root as before? */
static bool
is_clean(enum identity_end end, const gid_t *before, int n)
{
	uid_t real, effective, saved;
	gid_t rgid, egid, sgid, groups[256];
	const bool root = end != IDENTITY_CHANGED;
	const int now = getgroups(256, groups);

	if (getresuid(&real, &effective, &saved) != 0 || getresgid(&rgid, &egid, &sgid) != 0)
		return false;
	if (root)
		return real == 0 && effective == 0 && saved == 0 && egid == 0 && now == n &&
		       memcmp(groups, before, (size_t)n * sizeof *before) == 0;
	return real == nobody && effective == nobody && saved == nobody && rgid == group &&
	       egid == group && sgid == group && now >= 1 && groups[0] == group && setuid(0) != 0 &&
	       seteuid(0) != 0 && setgid(0) != 0;
}

/*
 * Calls identity_become in a child process, because the change is permanent; returns its result,
 * plus NOT_CLEAN if the change was incomplete.
 */
static int
become(const char *user, const char *const *paths)
{
	int status = -1;
	const pid_t pid = fork();

	if (pid == 0) {
		const gid_t groups[] = {0, 1, 2};
		enum identity_end end;

		if (setgroups(3, groups) != 0)
			_exit(NOT_CLEAN - 1);
		end = identity_become(user, paths);
		_exit((int)end + (is_clean(end, groups, 3) ? 0 : NOT_CLEAN));
	}
	cr_assert(pid > 0 && waitpid(pid, &status, 0) == pid);
	cr_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

Test(identity, become, .timeout = 60)
{
	char closed[] = "/tmp/identity-closed.XXXXXX", open[] = "/tmp/identity-open.XXXXXX",
	     gone[64], file[64];
	const struct passwd *entry = getpwnam("nobody");

	if (geteuid() != 0 || entry == NULL)
		cr_skip_test("needs root and a user nobody");
	nobody = entry->pw_uid;
	group = entry->pw_gid;
	cr_assert(mkdtemp(closed) != NULL && mkdtemp(open) != NULL && chmod(open, 01777) == 0);
	(void)snprintf(gone, sizeof gone, "%s/gone", closed);
	(void)snprintf(file, sizeof file, "%s/file", open);
	cr_assert(fclose(fopen(file, "w")) == 0 && chmod(file, 0600) == 0);
	{
		const struct {
			const char *name, *user, *paths[3];
			enum identity_end want;
		} rows[] = {
			{"nobody", "nobody", {NULL}, IDENTITY_CHANGED},
			{"a folder that it can write to", "nobody", {open, NULL}, IDENTITY_CHANGED},
			{"a path that is not there", "nobody", {"/no/such/path", NULL},
				IDENTITY_CHANGED},
			{"a folder of root", "nobody", {closed, NULL}, IDENTITY_NO_ACCESS},
			{"the second path", "nobody", {open, closed, NULL}, IDENTITY_NO_ACCESS},
			{"a file of root", "nobody", {file, NULL}, IDENTITY_NO_ACCESS},
			{"no such user", "no-such-user", {NULL}, IDENTITY_NO_USER},
			{"no name", "", {NULL}, IDENTITY_NO_USER},
			{"a name with its password", "nobody:x", {NULL}, IDENTITY_NO_USER},
			{"the beginning of a name", "nobod", {NULL}, IDENTITY_NO_USER},
			{"a name with more", "nobodyx", {NULL}, IDENTITY_NO_USER},
			{"root", "root", {NULL}, IDENTITY_NO_USER},
		};

		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
			cr_expect_eq(become(rows[i].user, rows[i].paths), (int)rows[i].want,
				"%s: %d", rows[i].name, become(rows[i].user, rows[i].paths));
	}
	(void)unlink(file);
	(void)rmdir(open);
	(void)rmdir(closed);
}

/* The log line says which user, and why it failed. */
Test(identity, error)
{
	static const struct {
		enum identity_end end;
		const char *line;
	} rows[] = {
		{IDENTITY_NO_USER,
			"started as root, which it stays: --user mailstamp: there is no such user"},
		{IDENTITY_NO_ACCESS, "started as root, which it stays: --user mailstamp: it could "
				     "not write to the "
				     "spool folder or the next hop"},
		{IDENTITY_NOT_CHANGED,
			"started as root, which it stays: --user mailstamp: the kernel refused"},
	};
	struct arena arena;

	arena_init(&arena, NULL, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct error error = identity_error(rows[i].end, "mailstamp");

		cr_expect_str_eq(error_english(&error, &arena), rows[i].line);
	}
	arena_clear(&arena);
}

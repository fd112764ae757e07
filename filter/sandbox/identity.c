#define _GNU_SOURCE /* setresuid, setgroups, fgetpwent */
#include "filter/sandbox/identity.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mime/buf.h"

enum { GROUPS_MAX = 256 };

struct identity {
	uid_t user;
	gid_t groups[GROUPS_MAX]; /* the first is the primary group */
	size_t n;
};

/*
 * Reads only the files, which list the users of services: NSS would load libraries and query
 * servers for every message, which takes half a millisecond for a user who does not exist.
 */
static bool
find_user(const char *user, struct identity *found)
{
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry = NULL;

	while (file != NULL && (entry = fgetpwent(file)) != NULL)
		if (strcmp(entry->pw_name, user) == 0)
			break;
	if (entry != NULL) {
		found->user = entry->pw_uid;
		found->groups[0] = entry->pw_gid;
		found->n = 1;
	}
	if (file != NULL)
		(void)fclose(file);
	return entry != NULL;
}

static void
find_groups(const char *user, struct identity *found)
{
	FILE *file = fopen("/etc/group", "re");
	const struct group *entry;

	while (file != NULL && found->n < GROUPS_MAX && (entry = fgetgrent(file)) != NULL)
		for (char **member = entry->gr_mem; *member != NULL; member++)
			if (strcmp(*member, user) == 0 && entry->gr_gid != 0) {
				found->groups[found->n++] = entry->gr_gid;
				break;
			}
	if (file != NULL)
		(void)fclose(file);
}

/*
 * Checked with the rights of the effective user and group. A path that does not exist fails for
 * everyone.
 */
static bool
can_write(const char *path)
{
	struct stat info;
	int mode = W_OK;

	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		mode |= X_OK;
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0 || access(path, F_OK) != 0;
}

static bool
can_write_all(const struct identity *found, const char *const *paths)
{
	bool can = setegid(found->groups[0]) == 0 && seteuid(found->user) == 0;

	for (size_t i = 0; can && paths[i] != NULL; i++)
		can = can_write(paths[i]);
	return can;
}

enum identity_end
identity_become(const char *user, const char *const *paths)
{
	static gid_t before[NGROUPS_MAX];
	const gid_t group = getegid();
	struct identity found = {.n = 0};
	const int n = getgroups(NGROUPS_MAX, before);
	bool can;

	if (!find_user(user, &found) || found.user == 0)
		return IDENTITY_NO_USER;
	find_groups(user, &found);
	if (n < 0 || setgroups(found.n, found.groups) != 0)
		return IDENTITY_NOT_CHANGED;
	can = can_write_all(&found, paths);
	if (seteuid(0) != 0 || setegid(group) != 0)
		return IDENTITY_NOT_CHANGED;
	if (can && setresgid(found.groups[0], found.groups[0], found.groups[0]) == 0 &&
		setresuid(found.user, found.user, found.user) == 0)
		return IDENTITY_CHANGED;
	if (setgroups((size_t)n, before) != 0 || can)
		return IDENTITY_NOT_CHANGED;
	return IDENTITY_NO_ACCESS;
}

struct error
identity_error(enum identity_end end, const char *user)
{
	static const struct reason_row rows[] = {IDENTITY_ERRORS(REASON_ROW)};
	struct error error = error_make(rows, REASON_IDENTITY,
		end == IDENTITY_CHANGED ? REASON_NONE : (unsigned)REASON_IDENTITY + end);

	error.words[0] = user;
	return error;
}

#define _GNU_SOURCE /* setresuid, setgroups */
#include "filter/sandbox/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

/* The rest of a line after "name:password:", or NULL if the line has another name. */
static const char *
behind_name(const char *line, const char *name)
{
	const size_t n = strlen(name);

	if (n == 0 || strchr(name, ':') != NULL || strncmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	line = strchr(line + n + 1, ':');
	return line != NULL ? line + 1 : NULL;
}

/* Reads an ID up to ':' and skips the ':'; false if it is not a valid ID. */
static bool
read_id(const char **at, uint32_t *id)
{
	char *end;
	unsigned long number;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	number = strtoul(*at, &end, 10);
	if (errno != 0 || number >= UINT32_MAX || *end != ':')
		return false; /* the largest value means "do not change" */
	*at = end + 1;
	*id = (uint32_t)number;
	return true;
}

/*
 * Reads only /etc/passwd and /etc/group, which list service users: NSS would load libraries and
 * query servers for every message, which takes half a millisecond for a missing user. libc's
 * functions for these files are not used because they call lseek() for every line.
 */
static enum identity_end
find_user(const char *user, struct identity *found)
{
	FILE *file = fopen("/etc/passwd", "re");
	char *line = NULL;
	size_t size = 0;
	uint32_t id, group;
	bool unread = file == NULL && errno != ENOENT;

	errno = 0; /* remains 0 at the end of the file */
	while (file != NULL && found->n == 0 && getline(&line, &size, file) > 0) {
		const char *at = behind_name(line, user);

		if (at != NULL && read_id(&at, &id) && read_id(&at, &group)) {
			found->user = id;
			found->groups[found->n++] = group;
		}
		errno = 0;
	}
	unread = unread || errno != 0;
	free(line);
	if (file != NULL)
		(void)fclose(file);
	if (unread)
		return IDENTITY_NOT_READ;
	return found->n > 0 && found->user != 0 ? IDENTITY_CHANGED : IDENTITY_NO_USER;
}

/* Is the user in the list "member,member", which ends with the line? */
static bool
is_member(const char *members, const char *user)
{
	const size_t n = strlen(user);

	for (;;) {
		const size_t each = strcspn(members, ",\n");

		if (each == n && strncmp(members, user, n) == 0)
			return true;
		if (members[each] != ',')
			return false;
		members += each + 1;
	}
}

/* False if the groups cannot be read. */
static bool
find_groups(const char *user, struct identity *found)
{
	FILE *file = fopen("/etc/group", "re");
	char *line = NULL;
	size_t size = 0;
	uint32_t id;
	bool unread = file == NULL && errno != ENOENT;

	errno = 0; /* as in find_user */
	while (file != NULL && found->n < GROUPS_MAX && getline(&line, &size, file) > 0) {
		const char *at = line[strspn(line, " \t")] == '#' ? NULL : strchr(line, ':');

		at = at != NULL ? strchr(at + 1, ':') : NULL;
		if (at != NULL && *++at != '\0' && read_id(&at, &id) && id != 0 &&
			is_member(at, user))
			found->groups[found->n++] = id;
		errno = 0;
	}
	unread = unread || errno != 0;
	free(line);
	if (file != NULL)
		(void)fclose(file);
	return !unread;
}

/* What a call that failed says about the change: the answer, or that there is none. */
static enum identity_end
end_of(int number, enum identity_end answer)
{
	static const int sure[] = {EACCES, EPERM, EROFS, ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG,
		EINVAL, ENOSYS, ETXTBSY};

	for (size_t i = 0; i < sizeof sure / sizeof sure[0]; i++)
		if (number == sure[i])
			return answer;
	return IDENTITY_NOT_READ;
}

/*
 * Can the effective user and group write there? IDENTITY_CHANGED if so, and also if the path is
 * missing, because then every user fails.
 */
static enum identity_end
can_write(const char *path)
{
	struct stat info;
	int mode = W_OK;

	if (stat(path, &info) != 0) {
		const enum identity_end end = end_of(errno, IDENTITY_NO_ACCESS);

		return errno == ENOENT ? IDENTITY_CHANGED : end;
	}
	if (S_ISDIR(info.st_mode))
		mode |= X_OK;
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0 ? IDENTITY_CHANGED
								: end_of(errno, IDENTITY_NO_ACCESS);
}

static enum identity_end
can_write_all(const struct identity *found, const char *const *paths)
{
	enum identity_end end = IDENTITY_CHANGED;

	if (setegid(found->groups[0]) != 0 || seteuid(found->user) != 0)
		return end_of(errno, IDENTITY_NOT_CHANGED);
	for (size_t i = 0; end == IDENTITY_CHANGED && paths[i] != NULL; i++)
		end = can_write(paths[i]);
	return end;
}

enum identity_end
identity_become(const char *user, const char *const *paths)
{
	static gid_t before[NGROUPS_MAX];
	const gid_t group = getegid();
	struct identity found = {.n = 0};
	const int n = getgroups(NGROUPS_MAX, before);
	enum identity_end end;

	end = find_user(user, &found);
	if (end != IDENTITY_CHANGED)
		return end;
	if (!find_groups(user, &found))
		return IDENTITY_NOT_READ;
	if (n < 0 || setgroups(found.n, found.groups) != 0)
		return end_of(errno, IDENTITY_NOT_CHANGED);
	end = can_write_all(&found, paths);
	if (seteuid(0) != 0 || setegid(group) != 0)
		return end_of(errno, IDENTITY_NOT_CHANGED);
	if (end != IDENTITY_CHANGED)
		return setgroups((size_t)n, before) == 0 ? end
							 : end_of(errno, IDENTITY_NOT_CHANGED);
	if (setresgid(found.groups[0], found.groups[0], found.groups[0]) == 0 &&
		setresuid(found.user, found.user, found.user) == 0)
		return IDENTITY_CHANGED;
	end = end_of(errno, IDENTITY_NOT_CHANGED);
	(void)setgroups((size_t)n, before);
	return end;
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

#define _GNU_SOURCE /* setresuid, initgroups */
#include "filter/sandbox/identity.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mime/buf.h"

enum { GROUPS_MAX = 65536, NOTE_MAX = 1024 };

/* As the effective user and group see it. A path that is not there fails for anybody. */
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
can_write_all(const struct passwd *entry, const char *const *paths)
{
	bool can = setegid(entry->pw_gid) == 0 && seteuid(entry->pw_uid) == 0;

	for (size_t i = 0; can && paths[i] != NULL; i++)
		can = can_write(paths[i]);
	return can;
}

enum identity_end
identity_become(const char *user, const char *const *paths)
{
	const struct passwd *entry = getpwnam(user);
	static gid_t groups[GROUPS_MAX];
	const gid_t group = getegid();
	enum identity_end end;
	int n;

	if (entry == NULL || entry->pw_uid == 0)
		return IDENTITY_NO_USER;
	n = getgroups(GROUPS_MAX, groups);
	if (n < 0 || initgroups(user, entry->pw_gid) != 0)
		return IDENTITY_NOT_CHANGED;
	end = can_write_all(entry, paths) ? IDENTITY_CHANGED : IDENTITY_NO_ACCESS;
	if (seteuid(0) != 0 || setegid(group) != 0)
		return IDENTITY_NOT_CHANGED;
	if (end == IDENTITY_CHANGED &&
		setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) == 0 &&
		setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) == 0)
		return end;
	if (setgroups((size_t)n, groups) != 0 || end == IDENTITY_CHANGED)
		end = IDENTITY_NOT_CHANGED;
	return end;
}

const char *
identity_note(enum identity_end end, const char *user, struct arena *arena)
{
	static const char *const why[] = {
		[IDENTITY_CHANGED] = "",
		[IDENTITY_NO_USER] = "there is no such user",
		[IDENTITY_NO_ACCESS] = "it could not write to the spool folder or the next hop",
		[IDENTITY_NOT_CHANGED] = "the kernel refused",
	};
	struct buf text;

	buf_init(&text, arena, NOTE_MAX);
	buf_addf(&text, "started as root, which it stays: --user %s: %s", user, why[end]);
	buf_addc(&text, '\0');
	return text.over ? "started as root, which it stays" : text.p;
}

/*
 * identity.h: root becomes a user who has no rights.
 */
#ifndef FILTER_SANDBOX_IDENTITY_H
#define FILTER_SANDBOX_IDENTITY_H

#include "auth/base/reason.h"

/* How it ended. NO_USER: or the user is root. For the log: English. */
/* clang-format off */
#define IDENTITY_ERRORS(R) \
	R(NO_USER,     "identity_no_user",     "started as root, which it stays: --user %s: there is no such user") \
	R(NO_ACCESS,   "identity_no_access",   "started as root, which it stays: --user %s: it could not write to the spool folder or the next hop") \
	R(NOT_CHANGED, "identity_not_changed", "started as root, which it stays: --user %s: the kernel refused")

#define IDENTITY_ID(id, code, text) IDENTITY_##id,
enum identity_end {
	IDENTITY_CHANGED,
	IDENTITY_ERRORS(IDENTITY_ID)
};
/* clang-format on */

/*
 * Becomes that user, with the groups that it has, for good: real, effective and saved. paths, ended
 * by NULL, are folders and sockets that must stay writable.
 */
enum identity_end identity_become(const char *user, const char *const *paths);

/* That root stays root. */
struct error identity_error(enum identity_end end, const char *user);

#endif

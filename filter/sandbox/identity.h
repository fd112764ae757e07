/* identity.h: changes from root to an unprivileged user. */
#ifndef FILTER_SANDBOX_IDENTITY_H
#define FILTER_SANDBOX_IDENTITY_H

#include "auth/base/reason.h"

/*
 * The outcome. NO_USER: the user does not exist, or is root. NOT_READ: whether it exists, or could
 * write, is unknown, for instance for lack of memory; a retry may succeed. The texts are for the
 * log, in English.
 */
/* clang-format off */
#define IDENTITY_ERRORS(R) \
	R(NO_USER,     "identity_no_user",     "started as root, which it stays: --user %s: there is no such user") \
	R(NO_ACCESS,   "identity_no_access",   "started as root, which it stays: --user %s: it could not write to the spool folder or the next hop") \
	R(NOT_CHANGED, "identity_not_changed", "started as root, which it stays: --user %s: the kernel refused") \
	R(NOT_READ,    "identity_not_read",    "started as root: --user %s: the list of users or a path cannot be read")

#define IDENTITY_ID(id, code, text) IDENTITY_##id,
enum identity_end {
	IDENTITY_CHANGED,
	IDENTITY_ERRORS(IDENTITY_ID)
};
/* clang-format on */

/*
 * Changes permanently to that user and its groups: real, effective and saved IDs. paths: folders
 * and sockets that must remain writable, NULL-terminated.
 */
enum identity_end identity_become(const char *user, const char *const *paths);

/* The error that explains why the process remains root. */
struct error identity_error(enum identity_end end, const char *user);

#endif

/*
 * identity.h: root becomes a user who has no rights.
 */
#ifndef FILTER_SANDBOX_IDENTITY_H
#define FILTER_SANDBOX_IDENTITY_H

#include "mime/arena.h"

enum identity_end {
	IDENTITY_CHANGED,
	IDENTITY_NO_USER,    /* there is no such user, or that is root, too */
	IDENTITY_NO_ACCESS,  /* the user could not write what is needed: root stays root */
	IDENTITY_NOT_CHANGED /* the kernel refused */
};

/*
 * Becomes that user, with the groups that it has, for good: real, effective and saved. paths, ended
 * by NULL, are folders and sockets that must stay writable.
 */
enum identity_end identity_become(const char *user, const char *const *paths);

/* That as a line for a log, in English, in the arena. */
const char *identity_note(enum identity_end end, const char *user, struct arena *arena);

#endif

/*
 * landlock.h: restricts a process to the files and ports that it needs
 */
#ifndef FILTER_SANDBOX_LANDLOCK_H
#define FILTER_SANDBOX_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum landlock_use {
	LANDLOCK_READ,    /* a file, or everything below a folder: read and listed */
	LANDLOCK_LIBRARY, /* the same, and mapped as code */
	LANDLOCK_SPOOL,   /* below a folder: files without a name or removed at once */
	LANDLOCK_WRITE    /* below a folder: read, created, written, renamed, removed */
};

struct landlock_path {
	const char *path;
	enum landlock_use use;
};

struct landlock_rules {
	const struct landlock_path *paths; /* missing ones are skipped */
	size_t npaths;
	const uint16_t *ports; /* to which TCP may connect; NULL: any */
	size_t nports;
};

/* The version of the kernel's interface; 0 without landlock. */
int landlock_version(void);

/*
 * The rules as a descriptor, for a process that may open nothing when it enters them. -1: errno.
 */
int landlock_make(const struct landlock_rules *rules);

/*
 * Takes effect for this thread and whatever it starts; no_new_privs must be set. False: errno.
 */
bool landlock_use(int fd);

/* Both. */
bool landlock_enter(const struct landlock_rules *rules);

#endif

/* landlock.h: restricts a process to the files and ports that it needs. */
#ifndef FILTER_SANDBOX_LANDLOCK_H
#define FILTER_SANDBOX_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum landlock_use {
	LANDLOCK_READ,    /* a file, or everything below a folder: read and list */
	LANDLOCK_LIBRARY, /* read, and map as code */
	LANDLOCK_SPOOL, /* below a folder: create files without a name, or with one that is removed
			   at once */
	LANDLOCK_WRITE  /* below a folder: read, create, write, rename, remove */
};

struct landlock_path {
	const char *path;
	enum landlock_use use;
};

struct landlock_rules {
	const struct landlock_path *paths; /* missing ones are skipped */
	size_t npaths;
	const uint16_t *ports; /* ports to which TCP may connect; NULL: any */
	size_t nports;
};

/* The version of the kernel's interface; 0 without landlock. */
int landlock_version(void);

/*
 * Prepares the rules as a descriptor, for a process that can no longer open files when it applies
 * them. -1 with errno.
 */
int landlock_make(const struct landlock_rules *rules);

/*
 * Applies the rules to this thread and everything that it starts; no_new_privs must be set. False
 * with errno.
 */
bool landlock_use(int fd);

/* Prepares and applies the rules. */
bool landlock_enter(const struct landlock_rules *rules);

#endif

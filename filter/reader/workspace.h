/*
 * workspace.h: the resources for evaluating a message, kept for the next one.
 *
 * Memory and decoded keys stay with a workspace, so that most messages cost no page fault and no
 * system call. A thread takes one for each message, so that there are as many workspaces as
 * messages in progress, however many threads there are. Exceptional amounts of memory are returned.
 */
#ifndef FILTER_READER_WORKSPACE_H
#define FILTER_READER_WORKSPACE_H

#include "auth/base/crypto.h"
#include "mime/arena.h"

enum {
	WORKSPACE_IDLE = 32,               /* kept while no message needs them */
	WORKSPACE_HELD = 16 * 1024 * 1024, /* octets that all of them keep together */
	WORKSPACE_SMALL = 128 * 1024,      /* octets that each of them may keep beyond that */
	WORKSPACE_PATIENCE =
		1024 /* messages in a row that need less than a quarter before it is returned */
};

struct workspace {
	struct arena arena; /* of one message; its user sets oom */
	struct crypto *crypto;
	char *octets; /* of the message, not zeroed */
	size_t size;  /* of octets */
	size_t used;  /* the number of octets ever used */
	size_t held;  /* the number of octets counted as kept */
	size_t wasted;
	struct workspace *next;
};

struct workspaces;

/* NULL when out of memory */
struct workspaces *workspaces_new(void);

/*
 * From any thread: one with an empty arena and a crypto; of those available, the one whose buffer
 * fits n octets best. NULL when out of memory.
 */
struct workspace *workspaces_take(struct workspaces *all, size_t n);

/* Takes it back, with everything in its arena. */
void workspaces_give(struct workspaces *all, struct workspace *one);

/* n octets, the workspace's until the next message; NULL when out of memory */
char *workspace_octets(struct workspace *one, size_t n);

/* All workspaces must have been returned. NULL is allowed. */
void workspaces_free(struct workspaces *all);

#endif

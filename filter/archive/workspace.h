/*
 * workspace.h: the resources for evaluating a message, kept for the next one.
 *
 * Memory and decoded keys stay with a workspace, so that most messages cost no page fault and no
 * call of the kernel. A thread takes one for each message, so that there are as many as messages at
 * the same time, however many threads there are. Exceptional amounts are given back.
 */
#ifndef FILTER_ARCHIVE_WORKSPACE_H
#define FILTER_ARCHIVE_WORKSPACE_H

#include "auth/base/crypto.h"
#include "mime/arena.h"

enum {
	WORKSPACE_IDLE = 32,               /* kept while no message needs them */
	WORKSPACE_HELD = 16 * 1024 * 1024, /* octets that all of them keep together */
	WORKSPACE_SMALL = 128 * 1024,      /* octets that each of them may keep beyond that */
	WORKSPACE_PATIENCE = 1024 /* messages that need less than a quarter before it goes back */
};

struct workspace {
	struct arena arena; /* of one message; its user sets oom */
	struct crypto *crypto;
	char *octets; /* of the message, not zeroed */
	size_t size;  /* of octets */
	size_t used;  /* so many of them were ever used */
	size_t held;  /* so many of them are counted as kept */
	size_t wasted;
	struct workspace *next;
};

struct workspaces;

/* NULL when out of memory */
struct workspaces *workspaces_new(void);

/*
 * From any thread: one with an empty arena and a crypto, of those at hand the one whose octets fit
 * n best. NULL when out of memory.
 */
struct workspace *workspaces_take(struct workspaces *all, size_t n);

/* Takes it back, with everything in its arena. */
void workspaces_give(struct workspaces *all, struct workspace *one);

/* n octets, the workspace's until the next message; NULL when out of memory */
char *workspace_octets(struct workspace *one, size_t n);

/* All workspaces must have been given back. NULL is allowed. */
void workspaces_free(struct workspaces *all);

#endif

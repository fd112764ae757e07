/*
 * workspace.h: the resources for evaluating a message, kept for the next one.
 *
 * Memory and decoded keys stay with a workspace, so that most messages cost no page fault and no
 * system call. A thread takes one for each message, so that there are as many workspaces as
 * messages in progress, however many threads there are. The octets of a large message are in a
 * buffer of all workspaces: together these have a bound, and a message for which there is no room
 * waits until others are done.
 */
#ifndef FILTER_READER_WORKSPACE_H
#define FILTER_READER_WORKSPACE_H

#include "auth/base/crypto.h"
#include "mime/arena.h"

enum {
	WORKSPACE_IDLE = 32,                 /* kept while no message needs them */
	WORKSPACE_SMALL = 128 * 1024,        /* octets that each has of its own */
	WORKSPACE_LARGE = 5 * 1024 * 1024,   /* octets of all buffers together, more */
	WORKSPACE_PER_JOB = 2 * 1024 * 1024, /* for each job beyond the second, and */
	WORKSPACE_PER_MESSAGE = 96 * 1024    /* for each message in progress */
};

struct large; /* a buffer */

struct workspace {
	struct arena arena; /* of one message; its user sets oom */
	struct crypto *crypto;
	char *octets; /* for the message, not zeroed */
	char *own;    /* of WORKSPACE_SMALL */
	size_t used;  /* the number of octets of its own ever used */
	struct large *large;
	struct workspace *next;
};

struct workspaces;

/* NULL when out of memory */
struct workspaces *workspaces_new(size_t jobs);

/*
 * From any thread: one with an empty arena, a crypto, and room for n octets; of those available,
 * the one that fits best. NULL when out of memory; without wait also if there is no room yet.
 */
struct workspace *workspaces_take(struct workspaces *all, size_t n, bool wait);

/* Takes it back, with everything in its arena. */
void workspaces_give(struct workspaces *all, struct workspace *one);

/* The octets of all buffers for large messages. */
size_t workspaces_large(struct workspaces *all);

/* All workspaces must have been returned. NULL is allowed. */
void workspaces_free(struct workspaces *all);

#endif

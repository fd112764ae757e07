/*
 * workspace.h: resources for evaluating a message, which are reused for the next one.
 *
 * Memory stays with a workspace, and decoded keys with all of them, so that most messages cost no
 * page fault and no system call. A thread takes one for each message, so that there are as many
 * workspaces as messages in progress, however many threads there are. The octets of a large message
 * are in a buffer that workspaces share, unless it is read in pieces (worker.h): the total size of
 * these buffers is bounded, and a message for which there is no room waits until others are done.
 */
#ifndef FILTER_READER_WORKSPACE_H
#define FILTER_READER_WORKSPACE_H

#include "auth/base/crypto.h"
#include "mime/arena.h"

enum {
	WORKSPACE_IDLE = 32,               /* maximum number of idle workspaces */
	WORKSPACE_SMALL = 128 * 1024,      /* octets in each workspace */
	WORKSPACE_LARGE = 5 * 1024 * 1024, /* maximum octets of all large buffers together, plus: */
	WORKSPACE_PER_JOB = 2 * 1024 * 1024, /* for each job beyond the second */
	WORKSPACE_PER_MESSAGE = 96 * 1024    /* for each message in progress */
};

struct large; /* a buffer */

struct workspace {
	struct arena arena; /* for one message; the user sets oom */
	struct crypto *crypto;
	char *octets; /* octets for the message, not zeroed */
	char *own;    /* of WORKSPACE_SMALL */
	size_t used;  /* the most octets of own that were ever used */
	struct large *large;
	struct workspace *next;
};

struct workspaces;

/* NULL when out of memory */
struct workspaces *workspaces_new(size_t jobs);

/*
 * Takes a workspace with an empty arena, a crypto, and room for n octets: the best fit of those
 * available, or a new one. May be called from any thread. NULL when out of memory; if wait is
 * false, also if there is no room at present.
 */
struct workspace *workspaces_take(struct workspaces *all, size_t n, bool wait);

/* Gives a workspace back; everything in its arena becomes invalid. */
void workspaces_give(struct workspaces *all, struct workspace *one);

/* The total size of the buffers for large messages. */
size_t workspaces_large(struct workspaces *all);

/* All workspaces must have been returned. NULL is allowed. */
void workspaces_free(struct workspaces *all);

#endif

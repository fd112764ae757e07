/*
 * apart.h: interface for work on hostile input in a separate process. The caller supplies the
 * implementation (filter/sandbox/apart.h).
 */
#ifndef MIME_APART_H
#define MIME_APART_H

#include <stdbool.h>
#include <stddef.h>

enum apart_end {
	APART_DONE,
	APART_NO_LOAD,     /* load failed */
	APART_NO_SECCOMP,  /* it could not give up its rights, which the kernel does not offer */
	APART_NOT_STARTED, /* no process could be started */
	APART_DIED         /* it ended early or exceeded its time or another limit */
};

struct apart_job {
	bool (*load)(void *arg); /* does what needs files, such as loading libraries */
	size_t (*work)(void *arg, char *reply, size_t size); /* returns the reply's octets */
	void *arg;
};

struct apart {
	/*
	 * Calls job's load and then its work in a copy of this process, and fetches the reply, of
	 * at most size octets; what the copy changes in memory is lost.
	 */
	enum apart_end (*run)(const struct apart_job *job, char *reply, size_t size, size_t *n);
};

#endif

/*
 * apart.h: work on hostile input that is not done in this process; who can do so is given to us.
 */
#ifndef MIME_APART_H
#define MIME_APART_H

#include <stdbool.h>
#include <stddef.h>

enum apart_end {
	APART_DONE,
	APART_NO_LOAD,     /* load failed */
	APART_NOT_STARTED, /* there is no process */
	APART_DIED         /* it ended early, was late, or went over a limit */
};

struct apart_job {
	bool (*load)(void *arg);                             /* what needs files: libraries */
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

/*
 * worker.h: one message of an archive, from its file to its line.
 */
#ifndef FILTER_ARCHIVE_WORKER_H
#define FILTER_ARCHIVE_WORKER_H

#include <setjmp.h>

#include "auth/dns/dns_pool.h"
#include "filter/archive/workspace.h"
#include "filter/source/source.h"
#include "filter/stats/row.h"

/* One thread's. */
struct worker {
	const struct options *options;
	struct dns_pool *pool;
	struct dns_pool_user user; /* its wait_ functions */
	struct evaluate_tools tools;
	const struct dns_overlay *overlay; /* or NULL */
	const struct own_senders *own;     /* or NULL */
	bool advice;                       /* rows include what would fix the message */
	struct workspaces *spaces;
	struct arena *arena; /* of one message */
	jmp_buf out_of_memory;
	struct evaluation ev;
	bool evaluating;   /* ev must be ended */
	struct error told; /* why there is no result, with FAULT_TOLD */
};

/* All from malloc. */
struct judged {
	struct row *row; /* NULL where memory ran out: then the rest is NULL as well */
	char *text;      /* the line of output, or NULL */
	size_t n;
	char *json; /* the line for the journal if there is one and text is not JSON; or NULL */
	size_t njson;
	bool ours; /* not evaluated because of a transient local failure */
};

/* The caller sets tools (except crypto), pool, spaces, options and user. */
void worker_judge(struct worker *worker, struct item *item, struct judged *judged);

/* Frees everything that a result owns. */
void judged_clear(struct judged *judged);

#endif

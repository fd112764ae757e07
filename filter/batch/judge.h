/*
 * judge.h: one message of an archive, from its file to its line.
 */
#ifndef FILTER_BATCH_JUDGE_H
#define FILTER_BATCH_JUDGE_H

#include <setjmp.h>

#include "auth/dns/dns_pool.h"
#include "filter/batch/row.h"
#include "filter/batch/source.h"
#include "filter/batch/summary.h"

/* One thread's. */
struct judge {
	const struct options *options;
	struct dns_pool *pool;
	struct dns_pool_user user; /* its wait_ functions; oom is set by judge_begin */
	struct evaluate_tools tools;
	bool rows;          /* rows are wanted */
	struct arena arena; /* of one message */
	jmp_buf out_of_memory;
	struct evaluation ev;
	bool evaluating; /* ev is to be ended */
};

struct judged {
	struct tally tally;
	char *text; /* the line, from malloc; NULL where there is none */
	size_t n;
	struct row *row; /* from malloc; NULL where none is wanted, or the message failed */
	char *error; /* why it failed, from malloc; NULL where it did not, or there is no memory */
};

/* tools but its crypto, pool, options and user's wait_ functions are set by the caller. False where
 * memory is out. */
bool judge_begin(struct judge *judge);

void judge_item(struct judge *judge, struct item *item, struct judged *judged);

void judge_end(struct judge *judge);

/* Frees what a result owns. */
void judged_clear(struct judged *judged);

#endif

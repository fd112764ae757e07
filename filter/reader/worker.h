/* worker.h: evaluates one message of an archive, from its packet to its result. */
#ifndef FILTER_READER_WORKER_H
#define FILTER_READER_WORKER_H

#include <setjmp.h>

#include "auth/dns/dns_pool.h"
#include "filter/reader/packet.h"
#include "filter/reader/workspace.h"
#include "filter/verdict/evaluate.h"

/* The state of one thread. */
struct worker {
	const struct options *options;
	struct dns_pool *pool;
	struct dns_pool_user user; /* the callbacks for waiting */
	struct evaluate_tools tools;
	const struct dns_overlay *overlay; /* or NULL */
	const struct own_senders *own;     /* or NULL */
	bool advice;                       /* rows include the fix */
	struct arena *arena;               /* for one message */
	struct message_rest rest;          /* of a message that is read in pieces */
	int rest_file;
	char *rest_octets;     /* one piece of it */
	enum fault rest_fault; /* it could not be read */
	jmp_buf out_of_memory;
	enum arena_lack lack; /* what was lacking then */
	struct evaluation ev;
	bool partial;    /* the message is over the size limit: only its beginning is evaluated */
	bool evaluating; /* evaluate_end must be called for ev */
};

/* A result as it is sent; everything is from malloc. */
struct result {
	void *row; /* row_pack; NULL when out of memory: json is then NULL as well */
	size_t nrow;
	char *json; /* the message's line, if judged_wants_json; or NULL */
	size_t njson;
	bool ours; /* not evaluated because of a transient local failure */
};

/*
 * The octets that the message needs in a workspace; 0 if it is not read into one. Decides whether
 * it is read in pieces (packet->in_pieces), which needs less memory and less time: a piece stays in
 * the processor's cache.
 */
size_t worker_octets(const struct options *options, struct packet *packet);

/*
 * Evaluates the message of a packet in the workspace; failures become part of the result. The
 * caller sets the fields of worker from options to advice, except tools.crypto.
 */
void worker_judge(struct worker *worker, struct workspace *space, const struct packet *packet,
	struct result *result);

/* Frees everything that a result owns. */
void result_clear(struct result *result);

#endif

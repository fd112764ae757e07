/*
 * dns_backend.h: shared by the files of auth/dns/: questions, outcomes and the interface of a back
 * end.
 */
#ifndef AUTH_DNS_DNS_BACKEND_H
#define AUTH_DNS_DNS_BACKEND_H

#include <pthread.h>

#include "auth/dns/dns.h"

struct dns_question {
	struct dns_question *next;  /* in the same bucket */
	struct dns_question *later; /* the one asked after it */
	struct slice name;          /* lower case, no dot at its end, owned by the dns */
	enum dns_type type;
	uint64_t hash;
	bool asked;        /* false: beyond the limit of queries, or created by dns_break */
	bool done;         /* answer is set, and final */
	int64_t waited_ms; /* the total waiting time of the dns when it was asked */
	struct dns_answer answer;
	struct arena *arena; /* for the back end's own data; lives as long as the question */
	bool flying;         /* the resolver still refers to it, even if it is answered */
	void *own;           /* data of the back end */
};

struct dns_backend {
	/* Sends the question or answers it at once; never waits. */
	void (*start)(void *self, struct dns_question *question);
	/* Processes events until the query is done or the clock passes until_ms. */
	void (*wait)(void *self, const struct dns_question *question, int64_t until_ms);
	int64_t (*clock_ms)(const void *self);
	void (*free)(void *self); /* frees everything that the arena of the dns does not own */
};

/*
 * A dns with its own arena and no back end yet; oom and oom_arg are those of an arena.
 */
struct dns *dns_new(arena_oom *oom, void *oom_arg);
/* The same in an arena owned by the caller: call dns_free before the arena is cleared. */
struct dns *dns_new_in(struct arena *arena);

/* timeout_ms: for one query; deadline_ms: for all, as a time of the clock. INT64_MAX: no bound. */
void dns_attach(struct dns *dns, const struct dns_backend *backend, void *self, int64_t timeout_ms,
	int64_t deadline_ms);

struct arena *dns_arena(struct dns *dns);

/* Delivers the answer to a query; does nothing if it has one already, as after a time-out. */
void dns_question_answer(struct dns_question *question, const struct dns_answer *answer);

/* A kind of answer without records, and its word in a zone's pragma and in JSON. */
struct dns_outcome {
	enum dns_outcome_id id;
	const char *word;
	enum dns_status status;
	const char *why; /* the reason as text; NULL unless status is DNS_TEMP or DNS_BAD */
};

const struct dns_outcome *dns_outcome(enum dns_outcome_id id);

/* NULL if no pragma has that word; ASCII case does not matter */
const struct dns_outcome *dns_outcome_by_word(struct slice word);

/* the outcome of an answer that is not DNS_OK */
const struct dns_outcome *dns_outcome_of(const struct dns_answer *answer);

struct dns_answer dns_outcome_answer(enum dns_outcome_id id);

/* The resolver, for use by another back end (dns_resolver.c). */

struct resolver;

/* config: oom and the deadline are ignored. The resolver lives in arena. */
enum status resolver_open(const struct dns_config *config, struct arena *arena,
	struct resolver **resolver, struct error *error);
/*
 * For threads that share the resolver and hold lock while they use it: resolver_turn releases lock
 * while it sleeps, and also wakes up when fd is readable; the caller reads from fd.
 */
void resolver_share(struct resolver *resolver, pthread_mutex_t *lock, int fd);
/* question must live until its query has ended, or until resolver_free. */
void resolver_start(void *resolver, struct dns_question *question);
/* The number of concurrent queries; further questions wait. */
size_t resolver_most(const struct resolver *resolver);

/* Are all its servers on this machine? */
bool resolver_is_local(const struct resolver *resolver);
/* Sleeps once, until something arrives or until until_ms, and handles what arrived. */
void resolver_turn(struct resolver *resolver, int64_t until_ms);
int64_t resolver_clock(const void *resolver); /* NULL is fine */
void resolver_free(void *resolver);

enum { DNS_CHAIN_MAX = 16 }; /* CNAMEs that are followed */

#endif

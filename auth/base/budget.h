/*
 * budget.h: the limits on the cost of one message, for all mechanisms together.
 *
 * A message determines which keys, signatures and sets are examined, and its sender may control the
 * DNS for them, so a few octets could cause seconds of work. Each kind of work has its own limit
 * (share). Once it is used up, the rest is skipped, and its result says so: policy, permerror or a
 * chain that fails, never a pass, and never an error that a retry would fix. Work for the author
 * domain comes first. DNS queries are counted in auth/dns/dns.h.
 */
#ifndef AUTH_BASE_BUDGET_H
#define AUTH_BASE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

#include "mime/arena.h"

struct dkim_keys;
struct limits;

struct budget {
	size_t verifications; /* of signatures, weighted by the size of the key (crypto_key_weight)
			       */
	size_t header_octets; /* of fields that signatures cover */
	size_t key_octets;    /* of key records that are parsed */
	/* the records parsed so far, in the message's arena: each name's records are parsed once */
	struct dkim_keys *keys;
	struct arena *arena;
};

/*
 * Octets of key records: a hundred names with ten records of a kilobyte, more than any legitimate
 * message needs.
 */
enum { BUDGET_KEY_OCTETS = 1024 * 1024 };

/*
 * Queries reserved for the author's policy: eight for the tree walk (RFC 9989 4.10), one for the
 * existence of the author domain, two in RFC 7489's mode, and one to spare.
 */
enum { BUDGET_POLICY_QUESTIONS = 12 };

/* A whole budget, owned by the arena. */
struct budget *budget_make(const struct limits *limits, struct arena *arena);

/* Charges cost to a share. false, with nothing charged, if less is left. */
bool budget_take(size_t *share, size_t cost);

#endif

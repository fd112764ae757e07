/*
 * budget.h: what one message may cost, all mechanisms together.
 *
 * A message names the keys, signatures and sets that are looked at, and its sender may answer for
 * them in DNS, so that a few octets could ask for seconds of work. Each kind of work has a share.
 * Where it is used up, what comes later is left out, and its result says so: policy, permerror or a
 * chain that fails, never a pass, and never an error that another try would mend. What is nearest
 * to the author is done first. Questions to DNS are counted where they are asked (auth/dns/dns.h).
 */
#ifndef AUTH_BASE_BUDGET_H
#define AUTH_BASE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

#include "mime/arena.h"

struct dkim_keys;
struct limits;

struct budget {
	size_t verifications; /* of signatures, as many as the key weighs (crypto_key_weight) */
	size_t header_octets; /* of fields that signatures cover */
	size_t key_octets;    /* of key records that are parsed */
	/* what was parsed so far, in the message's arena: a name's records are parsed once */
	struct dkim_keys *keys;
	struct arena *arena;
};

/*
 * Octets of key records: a hundred names with ten records of a kilobyte, more than what any message
 * needs that was not made to cost time.
 */
enum { BUDGET_KEY_OCTETS = 1024 * 1024 };

/*
 * Questions about the author's policy, which no other may take: eight of the tree walk (RFC 9989
 * 4.10), whether the author domain exists, and two in RFC 7489's mode.
 */
enum { BUDGET_POLICY_QUESTIONS = 12 };

/* A whole budget, owned by the arena. */
struct budget *budget_make(const struct limits *limits, struct arena *arena);

/* Takes cost off a share. false, with nothing taken, where less is left. */
bool budget_take(size_t *share, size_t cost);

#endif

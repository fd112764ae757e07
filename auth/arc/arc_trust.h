/*
 * arc_trust.h: does a chain of trusted sealers vouch for the author of the message?
 *
 * ARC proves who sealed, not that the sealer tells the truth: only names that the administrator
 * listed count. An ARC pass stays an ARC pass; the caller decides what follows from it.
 */
#ifndef AUTH_ARC_ARC_TRUST_H
#define AUTH_ARC_ARC_TRUST_H

#include "auth/arc/arc.h"
#include "auth/base/identities.h"

struct arc_vouch {
	unsigned instance;   /* whose results are believed; 0: no sealer vouches */
	struct slice sealer; /* d= of its seal */
	struct notes notes;  /* what was ignored in those results */
	/* if no sealer vouches: the newest trusted one, and why it does not; 0: there is none */
	unsigned doubted;
	struct slice doubted_sealer; /* d= of its seal, which perhaps does not verify */
	struct reason doubt;
};

/*
 * True with *vouch set where all of this holds: the chain passes; the message is not ambiguous and
 * has one From; the newest message signature covers From (all do), has no l= that leaves a part of
 * the body open, and no single-instance field occurs more often than it is signed; every seal from
 * the newest back to an instance is of a trusted domain (exactly that name); and the results of
 * that instance hold one result of dmarc, pass, with one header.from that is the author domain, and
 * no other dmarc= (authres_read.h describes what else is read). The newest such instance counts.
 * trusted: normal names.
 */
bool arc_vouches(const struct arc_result *result, const struct identities *ids,
	const char *const *trusted, size_t n, struct arena *arena, struct arc_vouch *vouch);

#endif

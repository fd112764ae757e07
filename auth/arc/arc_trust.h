/*
 * arc_trust.h: does a chain of trusted sealers vouch for the author of the message?
 *
 * ARC proves who sealed a message, not that the sealer is honest: only domains that the
 * administrator listed count. An ARC pass stays an ARC pass; the caller decides what follows from
 * it.
 */
#ifndef AUTH_ARC_ARC_TRUST_H
#define AUTH_ARC_ARC_TRUST_H

#include "auth/arc/arc.h"
#include "auth/base/identities.h"

struct arc_vouch {
	unsigned instance;   /* the instance whose results are trusted; 0: no sealer vouches */
	struct slice sealer; /* d= of its seal */
	struct notes notes;  /* departures ignored in those results */
	/*
	 * if no sealer vouches: the instance of the newest trusted sealer, and why it does not
	 * vouch; 0: no sealer is trusted
	 */
	unsigned doubted;
	struct slice doubted_sealer; /* d= of its seal, which may not verify */
	struct reason doubt;
};

/*
 * Do all of the following hold (*vouch is set in any case)? The chain passes; the message is not
 * ambiguous and has one From; the newest message signature covers From (all do), has no l= that
 * leaves a part of the body unsigned, and no single-instance field that it covers is repeated with
 * another value; every seal from the newest back to some instance is from a domain in trusted
 * (subdomains do not count); and the results of that instance contain dmarc= only once, with the
 * result pass and one header.from, which is the author domain (authres_read.h describes what is
 * accepted beyond the grammar). The newest such instance counts. trusted: normal names.
 */
bool arc_vouches(const struct arc_result *result, const struct identities *ids,
	const char *const *trusted, size_t n, struct arena *arena, struct arc_vouch *vouch);

#endif

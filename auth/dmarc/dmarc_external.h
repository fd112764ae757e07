/*
 * dmarc_external.h: can reports about a domain be sent to another organization (RFC 9990 4)?
 */
#ifndef AUTH_DMARC_DMARC_EXTERNAL_H
#define AUTH_DMARC_DMARC_EXTERNAL_H

#include "auth/dmarc/dmarc.h"

enum dmarc_target_state {
	DMARC_TARGET_OWN,        /* inside the organization: no consent is needed */
	DMARC_TARGET_AUTHORISED, /* the other domain has agreed */
	DMARC_TARGET_REFUSED,    /* it has not agreed: the address is ignored */
	DMARC_TARGET_MOVED,      /* it names an address at a third host, so no reports are sent */
	DMARC_TARGET_UNKNOWN,    /* DNS did not answer */
	DMARC_TARGET_INVALID     /* no URI, or one without a host */
};

struct dmarc_target {
	struct slice uri; /* as written in the record */
	bool failure;     /* from ruf, not rua */
	enum dmarc_target_state state;
	struct slice host; /* normal, or empty */
	struct slice name; /* the name that is queried for the other domain's consent, or empty */
	struct slice moved_to; /* the address that the other domain names instead, or empty */
};

enum { DMARC_TARGETS_MAX = 20 }; /* addresses in one tag; further ones are ignored */

/*
 * Evaluates the targets in rua, then those in ruf, of the record that domain publishes. Returns
 * them in the arena; *n is their number. mode determines organizational domains.
 */
struct dmarc_target *dmarc_targets(const struct auth_input *in, enum dmarc_mode mode,
	const struct dmarc_record *record, struct slice domain, size_t *n);

#endif

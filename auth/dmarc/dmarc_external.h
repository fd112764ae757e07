/*
 * dmarc_external.h: may reports about a domain be sent to an address elsewhere (RFC 9990 4)?
 */
#ifndef AUTH_DMARC_DMARC_EXTERNAL_H
#define AUTH_DMARC_DMARC_EXTERNAL_H

#include "auth/dmarc/dmarc.h"

enum dmarc_target_state {
	DMARC_TARGET_OWN,        /* inside the organization: nothing to ask */
	DMARC_TARGET_AUTHORISED, /* the other domain says that it wants them */
	DMARC_TARGET_REFUSED,    /* it does not say so: the address is ignored */
	DMARC_TARGET_MOVED,      /* it names an address at yet another host: no one gets them */
	DMARC_TARGET_UNKNOWN,    /* DNS did not answer */
	DMARC_TARGET_INVALID     /* no URI, or one without a host */
};

struct dmarc_target {
	struct slice uri; /* as it stands in the record */
	bool failure;     /* of ruf, not rua */
	enum dmarc_target_state state;
	struct slice host;     /* normal, or empty */
	struct slice name;     /* where the other domain's consent is asked for, or empty */
	struct slice moved_to; /* the address that it wants instead, or empty */
};

enum { DMARC_TARGETS_MAX = 20 }; /* of one tag */

/*
 * The targets of rua and ruf of a record that stands at domain, in their order. Organizational
 * domains are those of mode. In the arena; *n is their number.
 */
struct dmarc_target *dmarc_targets(const struct auth_input *in, enum dmarc_mode mode,
	const struct dmarc_record *record, struct slice domain, size_t *n);

#endif

/*
 * auth.h: all mechanisms, applied to one message.
 */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "auth/arc/arc.h"
#include "auth/dkim/dkim.h"
#include "auth/dmarc/dmarc.h"
#include "auth/spf/spf.h"

struct auth_results {
	bool local; /* trusted client or user: SPF and DMARC were not evaluated */
	struct spf_result spf;
	bool has_spf_other;
	struct spf_result spf_other; /* the result of the other engine, if spf_compare is set */
	struct dkim_result dkim;
	struct arc_result arc;
	struct dkim_bodies *bodies; /* the hashes that DKIM and ARC share */
	struct dmarc_result dmarc;
	bool has_dmarc_other;
	struct dmarc_result dmarc_other; /* the result in the other mode, if dmarc_compare is set */
	struct dkim_result dkim_other;   /* the signatures as the other mode aligns them */
};

/*
 * Sends the queries, then checks the mechanisms in the order of their dependencies. ST_TEMP on an
 * internal error; a DNS failure is a result, not a status. *results is always set.
 *
 * The result of ARC is reported but never becomes that of DMARC (RFC 9989 4.3).
 */
enum status auth_run(const struct auth_input *in, struct auth_results *results);

/*
 * Adds the rows of all mechanisms, in the order in which the header field reports them. note: how
 * this site modified the DMARC result, for its row; or NULL.
 */
void auth_report(const struct auth_results *results, const char *note, struct report *report);

#endif

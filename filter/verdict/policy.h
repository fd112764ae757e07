/*
 * policy.h: decides the disposition from the results. Pure: no DNS, no clock, no output
 * (mailstamp(1), Policy).
 */
#ifndef FILTER_VERDICT_POLICY_H
#define FILTER_VERDICT_POLICY_H

#include "auth/arc/arc_trust.h"
#include "auth/auth.h"
#include "filter/settings/settings.h"
#include "filter/verdict/policy_reason.h"

/* A trusted party vouched for a message that fails DMARC; type NULL: none did. */
struct override {
	const char *type; /* the name in a report: "local_policy", "trusted_forwarder" (RFC 9990) */
	const char *reason; /* "arc", "trusted-forwarder", "accept-from" */
	struct slice by;    /* the sealer's domain; the forwarder's address or name; the accepted
			       domain or address */
	unsigned instance;  /* the ARC instance, or 0 */
};

enum { POLICY_INDICATORS = 6 };

struct verdict {
	enum disposition disposition;
	struct reason reason; /* a reason of the policy, or of From */
	/*
	 * the indicators of an indirect flow or of the author that prevented a reject, joined, from
	 * a fixed table; or NULL
	 */
	const char *indicator;
	const char *indicators[POLICY_INDICATORS]; /* the same as separate strings */
	size_t nsigns;
	bool of_list;      /* one indicator is a field of a mailing list */
	bool only_refused; /* the only indicator is a signature that verifies; none points to a list
			    */
	struct override override; /* set by override_decide */
	/*
	 * the results of trusted sealers for a message that failed; all zero if they were not
	 * consulted; set by override_decide
	 */
	struct arc_vouch sealers;
};

/*
 * Decides the disposition. results NULL: the message was over the size limit and not evaluated;
 * only in->envelope is used then.
 */
void policy_decide(const struct options *options, const struct auth_input *in,
	const struct auth_results *results, struct verdict *verdict);

/*
 * Finds header fields that indicate a list or a forwarder: stores indicators from a fixed table and
 * returns their number.
 */
size_t policy_field_indicators(
	const struct message *message, const char *indicators[POLICY_INDICATORS]);

/* The indicators for a person, in the language of i18n_choose, in the arena. */
const char *policy_signs_text(const struct verdict *verdict, struct arena *arena);

/* "accept", "quarantine", "reject", "tempfail" */
const char *policy_word(enum disposition disposition);

/*
 * The options that make the verdict milder than the defaults, as they are written in the
 * configuration file, separated by spaces; NULL if there are none or no file was read. They are
 * shown so that nobody mistakes this site's settings for the domain owner's policy.
 */
const char *policy_softened(const struct options *options, struct arena *arena);

#endif

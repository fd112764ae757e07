/*
 * policy_reason.h: all reasons of dispositions. If the author is unknown, the reason is one of
 * those for the From field.
 */
#ifndef FILTER_VERDICT_POLICY_REASON_H
#define FILTER_VERDICT_POLICY_REASON_H

#include "auth/base/reason.h"

/* clang-format off */
#define POLICY_REASONS(R) \
	R(OVERSIZE,         "policy_oversize",          "the message is over the size limit") \
	R(LOCAL,            "policy_local",             "from a trusted client or an authenticated user") \
	R(PASS,             "policy_dmarc_pass",        "DMARC passed") \
	R(PERMERROR,        "policy_unusable_record",   "the author domain's DMARC record cannot be used") \
	R(NOT_JUDGED,       "policy_not_judged",        "not evaluated: the stored message does not show its envelope") \
	R(NONE_PUBLISHED,   "policy_no_policy",         "the author domain has no DMARC policy") \
	R(LOOKUP,           "policy_lookup_failed",     "the author domain's policy could not be looked up") \
	R(NAMES,            "policy_no_answer",         "DNS did not answer for a name that the message chose") \
	R(FAIL_NONE,        "policy_fail_none",         "DMARC failed and the author domain requests no action") \
	R(FAIL_QUARANTINE,  "policy_fail_quarantine",   "DMARC failed and the author domain requests quarantine") \
	R(FAIL_REJECT,      "policy_fail_reject",       "DMARC failed and the author domain requests reject") \
	R(FAIL_NO_REJECTS,  "policy_fail_no_rejects",   "DMARC failed under p=reject and this site does not reject") \
	R(FAIL_INDIRECT,    "policy_fail_indirect",     "DMARC failed under p=reject and the message may have come through a list or forwarder") \
	R(FAIL_REFUSED,     "policy_fail_refused",      "DMARC failed under p=reject and a signature of the author domain verifies but is not accepted") \
	R(VOUCHED,          "policy_arc_vouches",       "DMARC failed and the ARC chain of trusted sealers vouches for the author") \
	R(FORWARDER,        "policy_trusted_forwarder", "DMARC failed and the client is a trusted forwarder") \
	R(ACCEPT_FROM,      "policy_accept_from",       "DMARC failed and this site accepts the author domain by that way") \
	R(NO_AUTHOR,        "policy_no_author",         "no author domain and a null reverse-path")

#define POLICY_REASON_ID(id, code, text) POLICY_R_##id,
enum policy_reason REASON_ENUM(POLICY_R, REASON_POLICY, POLICY_REASONS, POLICY_REASON_ID);
/* clang-format on */

struct reason policy_reason(enum policy_reason id);

#endif

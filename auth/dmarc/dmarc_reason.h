/*
 * dmarc_reason.h: all reasons of DMARC. If the message is ambiguous, the reason is one of From's.
 */
#ifndef AUTH_DMARC_DMARC_REASON_H
#define AUTH_DMARC_DMARC_REASON_H

#include "auth/base/reason.h"

/* clang-format off */
#define DMARC_REASONS(R) \
	R(LOCAL,              "dmarc_local",                      "local") \
	R(NO_RECORD,          "dmarc_no_record",                  "no DMARC record") \
	R(SEVERAL_RECORDS,    "dmarc_several_records",            "more than one DMARC record at a name, so none is used") \
	R(NO_USABLE_POLICY,   "dmarc_no_usable_policy",           "the DMARC record has no usable policy") \
	R(POLICY_UNKNOWN,     "dmarc_policy_unknown",             "the DMARC policy could not be looked up") \
	R(IDENTIFIER_UNKNOWN, "dmarc_identifier_unknown",         "an aligned identifier could not be checked") \
	R(ALIGNMENT_UNKNOWN,  "dmarc_alignment_unknown",          "the alignment could not be looked up") \
	R(NO_ALIGNED_PASS,    "dmarc_no_aligned_pass",            "no aligned pass") \
	R(QUESTIONS,          "dmarc_many_questions",             "no aligned pass within the limit of questions to DNS") \
	R(NO_PASS_BAD_RECORD, "dmarc_no_aligned_pass_bad_record", "no aligned pass, and the record has an invalid policy tag") \
	R(NOT_JUDGED,         "dmarc_envelope_unknown",           "not evaluated: the envelope is unknown") \
	R(NO_AUTHOR,          "dmarc_no_author",                  "no author domain") \
	R(NO_PSL,             "dmarc_no_psl",                     "no public suffix list") \
	R(NO_HASH,            "dmarc_not_hashed",                 "the message could not be hashed")

#define DMARC_REASON_ID(id, code, text) DMARC_R_##id,
enum dmarc_reason REASON_ENUM(DMARC_R, REASON_DMARC, DMARC_REASONS, DMARC_REASON_ID);
/* clang-format on */

struct reason dmarc_reason(enum dmarc_reason id);

#endif

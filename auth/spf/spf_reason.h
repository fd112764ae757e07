/*
 * spf_reason.h: all reasons of SPF. To add one, add a row here and return it where the condition is
 * detected.
 */
#ifndef AUTH_SPF_SPF_REASON_H
#define AUTH_SPF_SPF_REASON_H

#include "auth/base/reason.h"

/* clang-format off */
#define SPF_REASONS(R) \
	R(LOCAL,      "spf_local",                   "local") \
	R(NO_PATH,    "spf_no_path",                 "reverse-path not known") \
	R(NO_CLIENT,  "spf_no_client",               "no client address") \
	R(NO_DOMAIN,  "spf_no_domain",               "not a domain name") \
	R(NO_RECORD,  "spf_no_record",               "no SPF record") \
	R(SEVERAL,    "spf_several_records",         "more than one SPF record") \
	R(SYNTAX,     "spf_syntax",                  "the SPF record has a syntax error") \
	R(LONG,       "spf_long_name",               "expanded name too long") \
	R(LOOKUPS,    "spf_many_lookups",            "more than 10 DNS terms") \
	R(VOIDS,      "spf_many_voids",              "more than 2 void lookups") \
	R(MX,         "spf_many_mx",                 "more than 10 MX names") \
	R(INCLUDE,    "spf_include_without_record",  "included domain without SPF record") \
	R(REDIRECT,   "spf_redirect_without_record", "redirect to a domain without SPF record") \
	R(DNS,        "spf_no_answer",               "DNS did not answer") \
	R(DNS_BAD,    "spf_bad_answer",              "unreadable DNS answer") \
	R(QUESTIONS,  "spf_many_questions",          "the message asks more of DNS than the limit") \
	R(TIME,       "spf_time_limit",              "time limit") \
	R(NOT_LISTED, "spf_not_listed",              "client address not listed") \
	R(TERM,       "spf_term_matches",            "client address matches a term with this result") \
	R(DEFAULT,    "spf_no_match",                "no term matches") \
	R(ENGINE,     "spf_engine",                  "libspf2 gave no usable result") \
	R(MEMORY,     "spf_no_memory",               "out of memory") \
	R(LIBRARY,    "spf_no_library",              "libspf2 cannot be loaded")

#define SPF_REASON_ID(id, code, text) SPF_R_##id,
enum spf_reason REASON_ENUM(SPF_R, REASON_SPF, SPF_REASONS, SPF_REASON_ID);
/* clang-format on */

struct reason spf_reason(enum spf_reason id);

#endif

/*
 * from_reason.h: why a message is ambiguous about its author.
 */
#ifndef AUTH_BASE_FROM_REASON_H
#define AUTH_BASE_FROM_REASON_H

#include "auth/base/reason.h"

/* clang-format off */
#define FROM_REASONS(R) \
	R(NO_FROM,         "from_missing",         "no From field") \
	R(SEVERAL_FROM,    "from_several",         "several From fields") \
	R(OVER_LIMIT,      "from_over_limit",      "From field is over a limit") \
	R(UNREADABLE,      "from_unreadable",      "From field cannot be read") \
	R(NO_DOMAIN,       "from_no_domain",       "an author has no domain") \
	R(BAD_DOMAIN,      "from_bad_domain",      "an author domain is no domain name") \
	R(SEVERAL_DOMAINS, "from_several_domains", "several author domains") \
	R(DIFFER,          "from_readers_differ",  "readers differ about the author domain") \
	R(NOT_ASKED,       "from_not_asked",       "the second reader of From could not be asked") \
	R(LOOKS_LIKE_FROM, "header_hides_from",    "a line looks like another From field") \
	R(BLANK_FIRST,     "header_blank_first",   "the header begins with white space") \
	R(HAS_NUL,         "header_nul",           "NUL in the header") \
	R(HAS_BARE_CR,     "header_bare_cr",       "bare CR in the header") \
	R(MANY_FIELDS,     "header_many_fields",   "too many header fields")

#define FROM_REASON_ID(id, code, text) FROM_R_##id,
enum from_reason {
	FROM_R_NONE = REASON_NONE,
	FROM_R_FIRST = REASON_FROM,
	FROM_REASONS(FROM_REASON_ID)
	FROM_R_END
};
/* clang-format on */

struct reason from_reason(enum from_reason id);

#endif

/* identities.h: the author that a message claims to have (RFC 9989 3.2.4, 4.2, 5.3.1). */
#ifndef AUTH_BASE_IDENTITIES_H
#define AUTH_BASE_IDENTITIES_H

#include "auth/base/reason.h"
#include "mime/address.h"
#include "mime/message.h"

enum {
	IDENTITIES_FROM_MAX = 10,   /* the maximum number of From fields that are read */
	IDENTITIES_DOMAINS_MAX = 32 /* the maximum number of distinct domains that are reported */
};

/* Why a message is ambiguous about its author. For a new reason, add a row
 * and return it where it is detected. */
/* clang-format off */
#define FROM_REASONS(R) \
	R(NO_FROM,         "from_missing",         "no From field") \
	R(SEVERAL_FROM,    "from_several",         "several From fields") \
	R(OVER_LIMIT,      "from_over_limit",      "From field is over a limit") \
	R(UNREADABLE,      "from_unreadable",      "From field cannot be read") \
	R(NO_DOMAIN,       "from_no_domain",       "an author has no domain") \
	R(BAD_DOMAIN,      "from_bad_domain",      "an author domain is not a domain name") \
	R(SEVERAL_DOMAINS, "from_several_domains", "several author domains") \
	R(DIFFER,          "from_readers_differ",  "readers differ about the author domain") \
	R(READER_DIED,     "from_reader_died",     "the second reader of From crashed") \
	R(NOT_ASKED,       "from_not_asked",       "the second reader of From is not available") \
	R(LOOKS_LIKE_FROM, "header_hides_from",    "a line looks like another From field") \
	R(BLANK_FIRST,     "header_blank_first",   "the header begins with white space") \
	R(HAS_NUL,         "header_nul",           "NUL in the header") \
	R(HAS_BARE_CR,     "header_bare_cr",       "bare CR in the header") \
	R(MANY_FIELDS,     "header_many_fields",   "too many header fields") \
	R(NO_AUTHOR,       "from_no_author",       "no author domain")

#define FROM_REASON_ID(id, code, text) FROM_R_##id,
enum from_reason REASON_ENUM(FROM_R, REASON_FROM, FROM_REASONS, FROM_REASON_ID);
/* clang-format on */

struct reason from_reason(enum from_reason id);

struct identities {
	/*
	 * The author domain: normal (auth/base/domain.h), set only if there is exactly one From
	 * field, both readers agree and all its mailboxes share it. It is also set if the message
	 * is ambiguous for another reason (a NUL in the header), for the report.
	 */
	struct slice author_domain;
	struct slice author_text; /* the author domain as written (may hold U-labels) */
	struct reason ambiguous;  /* why DMARC must not pass: one of From's reasons, or none */
	size_t from_fields;
	struct slice from; /* the value of the one From field; empty if there is not one */
	/* why From cannot be read or, if it was read tolerantly, which fault was ignored */
	struct address_fault fault;
	bool tolerant;
	struct slice other_domain; /* if GMime finds another domain: that domain, or empty */
	/*
	 * each distinct author domain of the From field(s), normal, in order, at most
	 * IDENTITIES_DOMAINS_MAX; of a partly unreadable field, those that could be read
	 */
	const struct slice *all_domains;
	size_t ndomains;
};

/*
 * ST_OK for any message; ST_TEMP if a reader failed (out of memory, or GMime is missing). *ids is
 * set in both cases; after ST_TEMP it is ambiguous. mailstamp(1), --ambiguous, lists the ambiguous
 * cases: no, several or unparsable From fields; no or several author domains; readers that differ;
 * NUL or bare CR in the header; leading white space; an over-limit From or too many fields. Also
 * ambiguous: an author with a domain-literal or an invalid domain name, and a line that is not a
 * field but reads as `From:` if white space, folds, controls and octets over 126 are ignored. A
 * reason about From is reported before one about the header, except FROM_R_NO_AUTHOR
 * (mime/address_map.h: no `@` and no dotted name, however From is displayed). gmime: the second
 * reader, not used if the first one suffices (address_is_plain).
 */
enum status identities_find(const struct message *message, struct address_gmime *gmime,
	struct arena *arena, struct identities *ids);

#endif

/*
 * identities.h: who the message says it is from (RFC 9989 3.2.4, 4.2, 5.3.1).
 */
#ifndef AUTH_BASE_IDENTITIES_H
#define AUTH_BASE_IDENTITIES_H

#include "mime/address.h"
#include "mime/message.h"

enum {
	IDENTITIES_FROM_MAX = 10,   /* of several From fields, so many are read */
	IDENTITIES_DOMAINS_MAX = 32 /* so many distinct domains are told */
};

/* Why no DMARC pass may be earned, in the order in which they are told. */
enum from_reason {
	FROM_R_NONE, /* nothing: the message is not ambiguous */
	FROM_R_NO_FROM,
	FROM_R_SEVERAL_FROM,
	FROM_R_OVER_LIMIT,
	FROM_R_UNREADABLE,
	FROM_R_NO_DOMAIN,
	FROM_R_BAD_DOMAIN,
	FROM_R_SEVERAL_DOMAINS,
	FROM_R_DIFFER,
	FROM_R_NOT_ASKED,
	FROM_R_MANY_FIELDS,
	FROM_R_LOOKS_LIKE_FROM,
	FROM_R_BLANK_FIRST,
	FROM_R_HAS_NUL,
	FROM_R_HAS_BARE_CR,
	FROM_R_NO_AUTHOR /* one From field without any author domain, and nothing else */
};

/* As a part of a sentence, in English, for gettext; NULL for FROM_R_NONE. */
const char *from_reason_text(enum from_reason reason);

struct identities {
	/*
	 * The author domain: normal (auth/base/domain.h), set only where there is exactly one From
	 * field, both readers agree and all its mailboxes share it. It is set, too, where the
	 * message is ambiguous for another reason (a NUL in the header), for the report.
	 */
	struct slice author_domain;
	struct slice author_text; /* the author domain as it stands (may hold U-labels) */
	enum from_reason ambiguous;
	size_t from_fields;
	struct slice from; /* the value of the one From field; empty where there is not one */
	/* why it cannot be read at all or, where tolerant, what was passed over to read it */
	struct address_fault fault;
	bool tolerant;
	struct slice other_domain; /* where readers differ: what the other one reads, or empty */
	/* each distinct author domain of the From field(s), normal, in their order; the first ones
	 * where they are many; those that could be read where a field is in part unreadable */
	const struct slice *all_domains;
	size_t ndomains;
};

/*
 * ST_OK, whatever the message holds; ST_TEMP where a reader could not work (no memory, no GMime).
 * *ids is set in both cases, and ambiguous in the second.
 * PROGRAM 6 lists what is ambiguous: no, several or unparsable From fields; no or several author
 * domains; readers that differ; NUL or bare CR in the header; white space first; an over-limit From
 * or too many fields. So is an author with a domain-literal or with what is no domain name, and a
 * line that is no field but reads as `From:` once blanks, folds, controls and octets over 126 are
 * passed over. A reason that concerns From is told before one that concerns the header, but for
 * FROM_R_NO_AUTHOR (mime/address_map.h: no `@` and no dotted name, whichever way From is shown).
 * gmime: the second reader, not asked where the first one suffices (address_is_plain).
 */
enum status identities_find(const struct message *message, struct address_gmime *gmime,
	struct arena *arena, struct identities *ids);

#endif

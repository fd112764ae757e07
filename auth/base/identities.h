/*
 * identities.h: who the message says it is from (RFC 9989 3.2.4, 4.2, 5.3.1).
 */
#ifndef AUTH_BASE_IDENTITIES_H
#define AUTH_BASE_IDENTITIES_H

#include "mime/address.h"
#include "mime/message.h"

struct identities {
	/*
	 * The author domain: normal (auth/base/domain.h), set only where there is exactly one From
	 * field, both readers agree and all its mailboxes share it. It is set, too, where the
	 * message is ambiguous for another reason (a NUL in the header), for the report.
	 */
	struct slice author_domain;
	struct slice author_text; /* the author domain as it stands (may hold U-labels) */
	const char *ambiguous;    /* why no DMARC pass may be earned; from a fixed table, or NULL */
	size_t from_fields;
	const struct slice
		*all_domains; /* each distinct author domain of the From field(s), normal */
	size_t ndomains;
};

/*
 * ST_OK, whatever the message holds, with *ids set; ST_TEMP where a reader could not work.
 * PROGRAM 6 lists what is ambiguous: no, several or unparsable From fields; no or several author
 * domains; readers that differ; NUL or bare CR in the header; white space first; an over-limit From
 * or too many fields. gmime: the second reader, not asked where the first one suffices
 * (address_is_plain).
 */
enum status
identities_find(const struct message *message, struct address_gmime *gmime, struct arena *arena,
	struct identities *ids);

#endif

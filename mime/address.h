/*
 * address.h: addresses by the strict grammar of RFC 5322 3.4 and RFC 6532, and GMime's reading of
 * the same field as a second opinion.
 *
 * Accepted: groups, comments, quoted pairs, quoted strings, obsolete routes, encoded words in
 * display names (never decoded), UTF-8, and the obsolete forms of RFC 5322 4.4 that have only one
 * reading. What has two readings is ST_BAD.
 */
#ifndef MIME_ADDRESS_H
#define MIME_ADDRESS_H

#include "mime/arena.h"
#include "mime/status.h"

struct address {
	struct slice display; /* display name as it stands, or empty */
	struct slice local;   /* local-part: quotes and quoted pairs taken off */
	struct slice domain;  /* as it stands but for comments and folds; a literal keeps its [] */
	bool literal;         /* the domain is a domain-literal */
};

struct address_list {
	const struct address *list; /* groups are flattened */
	size_t n;
	size_t groups; /* how many groups there were (an empty one counts) */
};

enum { ADDRESS_MAX = 1000 }; /* mailboxes in one field; more are ST_LIMIT */

/*
 * value: a From, Sender, To... field's value, folds included, at most 64 KiB.
 * ST_OK with list set; ST_BAD where it is no mailbox-list or address-list; ST_LIMIT where it is
 * longer or nested deeper (comments: 20) than we read. The list is owned by the arena; its slices
 * point into it or into value.
 */
enum status
address_parse_list(struct slice value, struct arena *arena, struct address_list *list);

/* One addr-spec and nothing else (RFC 5322 3.4.1), as in an envelope without <>. */
enum status
address_parse_spec(struct slice text, struct arena *arena, struct address *address);

/*
 * The domains of all mailboxes as GMime reads them, in its order, as it gives them.
 * Needs max. 64 KiB. ST_BAD where GMime finds no address or one without a domain (its list is then
 * empty); ST_TEMP where GMime could not be used.
 */
enum status
address_gmime_domains(struct slice value, struct arena *arena, struct slice **domains, size_t *n);

#endif

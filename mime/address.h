/*
 * address.h: addresses by the strict grammar of RFC 5322 3.4 and RFC 6532, a tolerant reading of
 * fields that break it, and GMime's reading of the same field as another opinion.
 *
 * Accepted by the strict reading: groups, comments, quoted pairs, quoted strings, obsolete routes,
 * encoded words in display names (never decoded), UTF-8, the obsolete forms of RFC 5322 4.4 that
 * have only one reading, and `a@b <a@b>`, which many programs write, if both have the same
 * domain. An ambiguous field is ST_BAD: mime/address_lex.h lists the forms that both the strict and
 * the tolerant reading refuse as ambiguous, mime/address_tolerant.h what the tolerant one accepts.
 */
#ifndef MIME_ADDRESS_H
#define MIME_ADDRESS_H

#include "mime/arena.h"
#include "mime/status.h"

struct address {
	struct slice display; /* display name as written, or empty */
	struct slice local;   /* local-part: without quotes and quoted pairs */
	struct slice domain;  /* as written, without comments and folds; a literal keeps its [] */
	bool literal;         /* the domain is a domain-literal */
};

/* Why a field could not be read, or what the tolerant reading ignored. */
enum address_cause {
	ADDRESS_NO_FAULT,
	ADDRESS_SYNTAX,         /* the grammar is violated at this point */
	ADDRESS_WORD_DELIMITER, /* from here: the ambiguous forms of mime/address_lex.h */
	ADDRESS_WORD_SPECIAL,
	ADDRESS_BACKSLASH,
	ADDRESS_NESTED_COMMENT,
	ADDRESS_ANGLE_SPECIAL,
	ADDRESS_GROUP_SEMICOLON,
	ADDRESS_DEEP_COMMENT,
	ADDRESS_UNCLOSED,
	ADDRESS_DOMAIN_GAP,
	ADDRESS_QUOTED_AT,
	ADDRESS_COMMENT_ALONE,
	ADDRESS_CONTROL, /* from here: why the tolerant reading refuses (mime/address_tolerant.h) */
	ADDRESS_LEGACY_SPECIAL,
	ADDRESS_NO_AT,
	ADDRESS_SECOND_AT,
	ADDRESS_SECOND_ANGLE,
	ADDRESS_HIDDEN_AT,
	ADDRESS_BAD_LOCAL,
	ADDRESS_BAD_DOMAIN,
	ADDRESS_TRAILING_TEXT,
	ADDRESS_NOT_UTF8, /* from here: what the tolerant reading ignores */
	ADDRESS_BARE_SPECIAL,
	ADDRESS_LOCAL_DOTS,
	ADDRESS_NO_CLOSE,
	ADDRESS_FINAL_DOT,
	ADDRESS_SEMICOLON,
	ADDRESS_OPEN_GROUP
};

struct address_fault {
	enum address_cause cause;
	size_t at; /* offset in the value */
};

/* The cause as part of a sentence, in English, for gettext; "" for ADDRESS_NO_FAULT. */
const char *address_cause_text(enum address_cause cause);

struct address_list {
	const struct address *list; /* groups are flattened */
	size_t n;
	size_t groups; /* how many groups there were (an empty one counts) */
	/* if not ST_OK: why; if the tolerant reading is ST_OK: the first fault that it ignored */
	struct address_fault fault;
};

enum { ADDRESS_MAX = 1000 }; /* mailboxes in one field; more are ST_LIMIT */

/*
 * value: a From, Sender, To... field's value, folds included, at most 64 KiB. ST_OK with list set;
 * ST_BAD if value is neither a mailbox-list nor an address-list, or is ambiguous; ST_LIMIT if it is
 * longer, has more than ADDRESS_MAX mailboxes, or nests comments deeper than 20. The list is owned
 * by the arena; its slices point into the arena or into value. Linear time.
 */
enum status address_parse_list(struct slice value, struct arena *arena, struct address_list *list);

/*
 * Is value so plain that no two readers of RFC 5322 can differ about it? Only one mailbox, in
 * ASCII, on one line: `local@domain`, `<local@domain>`, `Words <local@domain>` or `"Words"
 * <local@domain>`, with no comment, route, quoted pair, domain-literal or A-label. If so,
 * address_parse_list and address_gmime_domains find the same domain, octet for octet, and the
 * latter need not be called.
 */
bool address_is_plain(struct slice value);

/*
 * GMime, loaded when address_gmime_domains is first called: loading it and its dependencies takes
 * longer than the rest of a process's start-up. One handle serves a process and all its threads.
 */
struct address_gmime;

/* A handle with nothing loaded; NULL when out of memory. Freed by address_gmime_close. */
struct address_gmime *address_gmime_open(void);

/*
 * From now on GMime reads values in a separate process; if that dies, exceeds its time, or sends an
 * invalid reply, the result is ST_LIMIT. Only for a process without threads. If apart is NULL,
 * values are read in this process again, as after address_gmime_open.
 */
struct apart;
void address_gmime_apart(struct address_gmime *gmime, const struct apart *apart);

/* Was the last ST_LIMIT of address_gmime_domains caused by the separate process? */
bool address_gmime_died(const struct address_gmime *gmime);

/* Loads and starts GMime, once; false if it is not available. Callable from any thread. */
bool address_gmime_ready(struct address_gmime *gmime);

/* gmime may be NULL; no thread may be using it. */
void address_gmime_close(struct address_gmime *gmime);

/*
 * The domains of all mailboxes as GMime returns them (A-labels are decoded), in its order, groups
 * flattened, in the arena. *complete: there is at least one address, and each has a domain. Call it
 * only if address_parse_list or address_parse_tolerant returned ST_OK: GMime leaks memory on some
 * broken values. ST_BAD if value holds a NUL, at which GMime would stop. ST_LIMIT if value is
 * longer than 64 KiB or if GMime would recurse too deeply or take too long: over 100 colons, or
 * octets times commas over 64 Mi. ST_TEMP if GMime or its separate process could not be started, or
 * if gmime is NULL. If the result is not ST_OK, *n is 0 and *complete false.
 */
enum status address_gmime_domains(struct address_gmime *gmime, struct slice value,
	struct arena *arena, struct slice **domains, size_t *n, bool *complete);

#endif

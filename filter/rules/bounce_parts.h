/*
 * bounce_parts.h: finds the parts of bounces (RFC 3464, RFC 6533) in a message, with GMime in a
 * separate process.
 */
#ifndef FILTER_RULES_BOUNCE_PARTS_H
#define FILTER_RULES_BOUNCE_PARTS_H

#include <stdbool.h>

#include "mime/apart.h"
#include "mime/arena.h"

struct address_gmime;

enum bounce_kind {
	BOUNCE_TEXT,   /* what is written for people */
	BOUNCE_STATUS, /* message/delivery-status, or the same in UTF-8 */
	BOUNCE_HEADER, /* the returned header */
	BOUNCE_MESSAGE /* the returned message */
};

struct bounce_part {
	enum bounce_kind kind;
	size_t report; /* number of its bounce, from 1 */
	bool recoded;  /* it was encoded, or in a message that was */
	bool attached; /* its bounce is only a part of the message */
	struct slice bytes;
};

/*
 * The limits: parts beyond them are not found. A message in a message is searched for bounces up to
 * BOUNCE_DEPTH times, but never a returned message; and all of them together have at most
 * BOUNCE_TIMES times the octets of the message, and BOUNCE_MORE.
 */
enum {
	BOUNCE_OCTETS = 32 * 1024 * 1024, /* of the message; a larger one is not searched */
	BOUNCE_DEPTH = 4,
	BOUNCE_TIMES = 2,
	BOUNCE_MORE = 512 * 1024,
	BOUNCE_REPORTS = 10,
	BOUNCE_PARTS = 50,
	BOUNCE_TEXT_OCTETS = 64 * 1024,
	BOUNCE_STATUS_OCTETS = 256 * 1024,
	BOUNCE_RECODED_OCTETS = 4 * 1024 * 1024 /* of all parts that were encoded */
};

/*
 * Finds the parts of all bounces in raw, from top to bottom; parts has room for BOUNCE_PARTS. Their
 * bytes are in raw, or in the arena. *whole: no part was left out because of a limit. Returns how
 * the process ended; *n is 0 unless that is APART_DONE. An invalid reply counts as APART_DIED.
 */
enum apart_end bounce_parts(const struct apart *apart, struct address_gmime *gmime,
	struct slice raw, struct arena *arena, struct bounce_part *parts, size_t *n, bool *whole);

#endif

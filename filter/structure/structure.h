/*
 * structure.h: the messages attached to a message (RFC 2046 5.2.1), and its other parts, from
 * GMime's MIME tree: forwarded as an attachment, in a bounce, in an abuse report.
 *
 * Only the positions come from GMime; the octets are those of the outer message, so that signatures
 * inside still verify. Attached messages in base64 or quoted-printable, which RFC 2046 does not
 * allow but programs write, are decoded, and reported as re-encoded. So are files whose name ends
 * in .eml, whatever their type (application/octet-stream).
 */
#ifndef FILTER_STRUCTURE_STRUCTURE_H
#define FILTER_STRUCTURE_STRUCTURE_H

#include "mime/arena.h"
#include "mime/slice.h"
#include "mime/status.h"

struct address_gmime;

/*
 * Parts beyond these limits are not found, and GMime does not see what follows: the depth of
 * nesting, the number of attached messages, the octets of the outer message, the octets of all
 * attached messages as a multiple of those, lines that may be boundaries, fields of one header,
 * parameters of all Content-* fields.
 */
enum {
	STRUCTURE_DEPTH = 100,
	STRUCTURE_MESSAGES = 100,
	STRUCTURE_OCTETS = 64 * 1024 * 1024,
	STRUCTURE_TIMES = 6,
	STRUCTURE_LINES = 1000,
	STRUCTURE_FIELDS = 1000,
	STRUCTURE_PARAMETERS = 20000
};

struct structure_message {
	struct slice bytes; /* points into the outer message; into the arena if it is re-encoded */
	bool recoded;
};

/*
 * The attached messages of raw from top to bottom, including those inside attached ones, up to
 * STRUCTURE_MESSAGES, for which found has room. *whole: none was left out because of a limit.
 * ST_TEMP if memory or GMime is not available.
 */
enum status structure_messages(struct address_gmime *gmime, struct slice raw, struct arena *arena,
	struct structure_message *found, size_t *n, bool *whole);

/* A part that contains no other parts. */
struct structure_part {
	const char *type;   /* "text/plain", in lower case; in the arena */
	const char *name;   /* its file name, or NULL; in the arena */
	struct slice bytes; /* decoded from base64 or quoted-printable */
	bool recoded;       /* it was encoded: bytes are in the arena, else in the outer message */
	size_t report;      /* 1 for the parts of the first multipart/report, 2 ...; 0 for others */
	bool outermost;     /* raw itself is that multipart/report */
};

enum { STRUCTURE_PARTS = 100 };

/*
 * The parts of raw from top to bottom, or the message itself if it has only one; an attached
 * message is one part. found has room for STRUCTURE_PARTS. Otherwise as structure_messages.
 *
 * opaque: for a process that may not open files (mime/apart.h): GMime does not get what it would
 * convert from other character sets, so that no part has a name. Before, such a process loads GMime
 * with structure_ready, which returns false if it is not available.
 */
enum status structure_parts(struct address_gmime *gmime, struct slice raw, bool opaque,
	struct arena *arena, struct structure_part *found, size_t *n, bool *whole);
bool structure_ready(struct address_gmime *gmime);

#endif

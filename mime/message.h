/*
 * message.h: a message as slices into bytes that are never edited.
 */
#ifndef MIME_MESSAGE_H
#define MIME_MESSAGE_H

#include <stdint.h>

#include "mime/arena.h"
#include "mime/fields.h"
#include "mime/status.h"

enum message_flags {
	MESSAGE_NUL = 1,            /* a NUL in the header or mbox line */
	MESSAGE_BARE_CR = 2,        /* a CR there that no LF follows */
	MESSAGE_BLANK_FIRST = 4,    /* the first line begins with white space */
	MESSAGE_MANY_FIELDS = 8,    /* more fields than the limit; fields[] holds the first ones */
	MESSAGE_NO_HEADER = 16,     /* no field has a name */
	MESSAGE_NO_BLANK_LINE = 32, /* the header runs to the end of the message: no body */
	MESSAGE_8BIT_HEADER = 64    /* octets over 127 in the header */
};

/* The end of a body that is not in memory, but MESSAGE_BEGINNING octets before it are. */
enum { MESSAGE_BEGINNING = 4096 };
struct message_rest {
	uint64_t n; /* octets */
	/*
	 * The octets from offset `at` of the rest on, valid until the next call; at least one,
	 * unless the rest ends there or cannot be read, which the owner then notices
	 */
	struct slice (*read)(void *arg, uint64_t at);
	void *arg;
};

struct message {
	struct slice raw;                /* everything in memory, the mbox line included */
	struct slice mbox_from;          /* the mbox `From ` line with its line end, or empty */
	struct slice header;             /* after the mbox line, up to but without the empty line */
	struct slice body;               /* after the empty line; the rest follows it */
	const struct message_rest *rest; /* or NULL */
	const char *eol; /* how the first line ends: "\r\n" or "\n"; if it does not, "\n" */
	const struct field *fields; /* top to bottom, including junk */
	size_t nfields;
	size_t all_fields; /* how many there are; over nfields only with MESSAGE_MANY_FIELDS */
	unsigned flags;    /* enum message_flags */
};

/*
 * Finds mbox line, header, fields and body in raw, which must outlive the message. max_fields and
 * max_field (octets) are the limits of mailstamp(1), --max-fields. Every byte string is a message,
 * so this never fails. The field index is owned by the arena.
 */
void message_parse(struct slice raw, size_t max_fields, size_t max_field, struct arena *arena,
	struct message *message);

/* The n-th field of that name from the top (n counts from 0), or NULL. */
const struct field *message_field(const struct message *message, const char *name, size_t n);

/* How many fields of that name there are. */
size_t message_count(const struct message *message, const char *name);

/*
 * The Message-ID without white space around it, a copy in the arena if it had folds; empty if the
 * field is missing or FIELD_OVERSIZE.
 */
struct slice message_id(const struct message *message, struct arena *arena);

/*
 * The value of a field without its folds: line ends before white space are dropped
 * (RFC 5322 2.2.3), and so is white space at both ends. A copy in the arena if it had folds.
 */
struct slice field_unfold(const struct field *field, struct arena *arena);

#endif

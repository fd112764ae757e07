/*
 * mbox.h: reads the messages of an mbox, one after another, in bounded memory.
 *
 * A message begins at a `From ` line that is the first line of the file, has a date, or is followed
 * by a header field. If no empty line precedes it and it has no date, the field must be one that is
 * usually at the top of stored mail. The message includes this line (mime/message.h handles it),
 * but not the empty line before the next message.
 */
#ifndef FILTER_SOURCE_MBOX_H
#define FILTER_SOURCE_MBOX_H

#include "filter/io/unpack.h"
#include "mime/slice.h"

struct mbox;

enum mbox_quoting {
	MBOX_RD,  /* remove one `>` from `>From `, `>>From `, ... */
	MBOX_O,   /* remove it only from `>From ` */
	MBOX_NONE /* not an mbox: the whole file is one message */
};

/* Takes ownership of in. max: octets of one message. NULL when out of memory. */
struct mbox *mbox_open(struct unpack *in, size_t max);

/* Goes to the next file of an archive; returns the result of unpack_next. */
int mbox_next_file(struct mbox *mbox, enum fault *error);
/* The name of the current file of an archive, as unpack_name returns it. */
const char *mbox_file(const struct mbox *mbox);

/* Signs that a mailbox is damaged, or quoted by an unexpected rule. */
struct mbox_counts {
	size_t joined; /* messages without an empty line before them */
	size_t text;   /* `From ` lines after an empty line that do not begin a message */
};

struct mbox_counts mbox_counts(const struct mbox *mbox);

enum mbox_from { MBOX_FROM_TEXT, MBOX_FROM_BEGINS, MBOX_FROM_JOINED /* no empty line before it */ };

/* Classifies a line that begins with `From `; below is the next line. */
enum mbox_from mbox_from_line(struct slice line, struct slice below, bool after_empty);

/* Returns the next octets, at most n, without consuming them; empty at the end or on an error. */
struct slice mbox_peek(struct mbox *mbox, size_t n);

struct mbox_message {
	char *bytes; /* from malloc, the caller's to free; NULL if n is 0 */
	size_t n;
	bool partial; /* the message is larger than max; with MBOX_NONE the rest was not read */
};

/*
 * Reads the next message; if message is NULL, only skips and counts it. Returns 1 with the message,
 * 0 at the end, -1 with *error: the rest is lost.
 */
int mbox_next(struct mbox *mbox, enum mbox_quoting quoting, struct mbox_message *message,
	enum fault *error);

/* Returns the fraction of the file that has been read, 0 to 1. */
double mbox_share(const struct mbox *mbox);

void mbox_close(struct mbox *mbox); /* NULL is fine */

#endif

/*
 * mbox.h: the messages of an mbox, one after another, in bounded memory.
 *
 * A message begins with a line `From ` at the file's beginning, and wherever that line has a date
 * or a header field follows it; without an empty line before it, a field that is usually on top of
 * stored mail. The line is a part of its bytes (mime/message.h knows it), the empty line before the
 * next one is not.
 */
#ifndef FILTER_SOURCE_MBOX_H
#define FILTER_SOURCE_MBOX_H

#include "filter/io/unpack.h"
#include "mime/slice.h"

struct mbox;

enum mbox_quoting {
	MBOX_RD,  /* one `>` is removed from `>From `, `>>From `, ... */
	MBOX_O,   /* only from `>From ` */
	MBOX_NONE /* not an mbox: the whole file is one message */
};

/* Takes ownership of in. max: octets of one message. NULL when out of memory. */
struct mbox *mbox_open(struct unpack *in, size_t max);

/* Goes to the next file of an archive: unpack_next. */
int mbox_next_file(struct mbox *mbox, enum fault *error);
/* unpack_name */
const char *mbox_file(const struct mbox *mbox);

/* Counts of signs that a mailbox is damaged, or quoted by another rule. */
struct mbox_counts {
	size_t joined; /* messages without an empty line before them */
	size_t text;   /* `From ` lines after an empty line that do not begin a message */
};

struct mbox_counts mbox_counts(const struct mbox *mbox);

enum mbox_from { MBOX_FROM_TEXT, MBOX_FROM_BEGINS, MBOX_FROM_JOINED /* no empty line before it */ };

/* Classifies a line that begins with `From `. below: the next line. */
enum mbox_from mbox_from_line(struct slice line, struct slice below, bool after_empty);

/* The first octets, at most n, at the beginning; empty at the end or on an error. */
struct slice mbox_peek(struct mbox *mbox, size_t n);

struct mbox_message {
	char *bytes; /* from malloc, the caller's to free; NULL if n is 0 */
	size_t n;
	bool partial; /* there was more than max; with MBOX_NONE it was not read */
};

/*
 * With message NULL the message is only counted, and not kept. Returns 1 with the next message, 0
 * at the end, -1 with *error: the rest is lost.
 */
int mbox_next(struct mbox *mbox, enum mbox_quoting quoting, struct mbox_message *message,
	enum fault *error);

/* The fraction of the file that was read, 0 to 1. */
double mbox_share(const struct mbox *mbox);

void mbox_close(struct mbox *mbox); /* NULL is fine */

#endif

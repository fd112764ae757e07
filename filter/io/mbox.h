/*
 * mbox.h: the messages of an mbox, one after another, in bounded memory.
 *
 * A message begins with a line `From ` at the file's beginning or after an empty line; that line is
 * a part of its bytes (mime/message.h knows it), the empty line before the next one is not.
 */
#ifndef FILTER_IO_MBOX_H
#define FILTER_IO_MBOX_H

#include <stdatomic.h>

#include "filter/io/unpack.h"
#include "mime/slice.h"

struct mbox;

enum mbox_quoting {
	MBOX_RD,  /* one `>` is taken off `>From `, `>>From `, ... */
	MBOX_O,   /* only off `>From ` */
	MBOX_NONE /* no mbox at all: the whole file is one message */
};

/* in is the mbox's from now on. max: octets of one message. NULL where memory is out. */
struct mbox *mbox_open(struct unpack *in, size_t max);

/* The first octets, at most n, at the beginning; empty where there are none or on an error. */
struct slice mbox_peek(struct mbox *mbox, size_t n);

struct mbox_message {
	char *bytes; /* from malloc, the caller's to free; NULL where n is 0 */
	size_t n;
	bool partial; /* there was more than max; with MBOX_NONE it was not read */
};

/* Once *stop is true no more is read: mbox_next gives -1. It must outlive the mbox. */
void mbox_watch(struct mbox *mbox, const atomic_bool *stop);

/* With message NULL that message is only counted, and never held. 1 and the next message, 0 at the
 * end, -1 with *error: what follows is lost. */
int mbox_next(struct mbox *mbox, enum mbox_quoting quoting, struct mbox_message *message,
	enum fault *error);

/* Which part of the file was read, 0 to 1. */
double mbox_share(const struct mbox *mbox);

void mbox_close(struct mbox *mbox); /* NULL is fine */

#endif

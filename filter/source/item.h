/*
 * item.h: one message of an archive, before it is evaluated.
 */
#ifndef FILTER_SOURCE_ITEM_H
#define FILTER_SOURCE_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter/io/fault.h"

/* A message, or the fault instead of it. It owns all pointers, which are from malloc. */
struct item {
	size_t index;
	char *name;       /* path, or path/name in an archive; with #N in an mbox */
	enum fault error; /* why it cannot be read, or FAULT_NONE */
	int fd;           /* a regular file at offset 0, or -1: the octets are in bytes */
	uint64_t size;    /* size of the file when it was opened */
	char *bytes;
	size_t n;
	bool partial; /* bytes are the beginning of a message over the size limit */
	char *line;   /* line of --envelopes, for manifest_line; or NULL */
	char *side;   /* the side file (item_take_side), or NULL */
	size_t nside;
	enum fault side_error; /* why the side file cannot be read, or FAULT_NONE */
};

/*
 * What is known after everything was read: signs that mailboxes (mbox) are damaged, or quoted by an
 * unexpected rule, and how many items there were, those of other shards included.
 */
struct source_damage {
	size_t mailboxes;
	size_t joined, text; /* struct mbox_counts */
	char first[256];     /* name of the first such mailbox, truncated */
	size_t items;
};

/* Reads the file NAME.envelope beside a file NAME.eml, if there is one. */
void item_take_side(struct item *item);

void item_clear(struct item *item);

#endif

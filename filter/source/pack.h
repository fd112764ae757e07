/*
 * pack.h: the messages of one file that holds several or is packed: an mbox, an archive of messages
 * and mailboxes, a compressed one.
 */
#ifndef FILTER_SOURCE_PACK_H
#define FILTER_SOURCE_PACK_H

#include <stdatomic.h>

#include "filter/settings/settings.h"
#include "filter/source/item.h"

struct pack;

/*
 * fd, at its beginning, is the pack's from now on; so are name and line, from malloc (line: of
 * --envelopes, or NULL), but not where it returns NULL: without memory. options and stop must stay.
 */
struct pack *pack_open(
	const struct options *options, int fd, char *name, char *line, const atomic_bool *stop);

/* Another name to tell the messages by, which is taken over. */
void pack_rename(struct pack *pack, char *name);

/* The next message, all but its index, or why there is none; false at the end. wanted: is it to be
 * read? Otherwise it is only counted. */
bool pack_next(struct pack *pack, bool wanted, struct item *item);

/* Adds what was seen of damage. */
void pack_count(const struct pack *pack, struct source_damage *damage);

double pack_share(const struct pack *pack);
void pack_close(struct pack *pack); /* NULL is fine */

#endif

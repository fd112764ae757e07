/*
 * pack.h: takes the messages out of one file: an mbox, an archive of messages and mailboxes, a
 * compressed file.
 */
#ifndef FILTER_SOURCE_PACK_H
#define FILTER_SOURCE_PACK_H

#include "filter/settings/settings.h"
#include "filter/source/item.h"

struct pack;

/*
 * Opens a file. Takes ownership of fd, which must be at offset 0, and of name and line, which are
 * from malloc; line is that of --envelopes, or NULL. NULL when out of memory: then ownership is not
 * taken. options must outlive the pack.
 */
struct pack *pack_open(const struct options *options, int fd, char *name, char *line);

/* Gives the messages another name; takes ownership of name. */
void pack_rename(struct pack *pack, char *name);

/*
 * Returns the next message in *item, without an index, or a fault; false at the end. If the message
 * is not wanted, it is only counted.
 */
bool pack_next(struct pack *pack, bool wanted, struct item *item);

/* Adds the damage found in this file. */
void pack_count(const struct pack *pack, struct source_damage *damage);

double pack_share(const struct pack *pack);
void pack_close(struct pack *pack); /* NULL is fine */

#endif

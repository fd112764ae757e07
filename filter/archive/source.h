/*
 * source.h: what a run reads, one message after another, always in the same order.
 */
#ifndef FILTER_ARCHIVE_SOURCE_H
#define FILTER_ARCHIVE_SOURCE_H

#include "filter/io/fault.h"
#include "filter/settings/settings.h"

/* A message, or why there is none. All pointers are from malloc and the item's. */
struct item {
	size_t index;
	char *name;       /* path; path/name in an archive; with #N behind it in an mbox */
	enum fault error; /* it cannot be read */
	int fd;           /* a regular file at its beginning, or -1: bytes */
	char *bytes;
	size_t n;
	bool partial; /* bytes are the beginning of a message over the size limit */
	char *line;   /* of --envelopes, for manifest_line; or NULL */
};

struct source;
struct address_gmime;

/* ST_BAD with *error (a literal or in arena) where a list cannot be opened. options must stay. */
enum status source_open(const struct options *options, struct arena *arena, struct source **source,
	const char **error);

/* From now on messages that are attached to others follow these (--attached). ST_TEMP without
 * memory. gmime must stay. */
enum status source_attached(struct source *source, struct address_gmime *gmime);

/* The next message of the shard; its index counts those of all shards. False at the end. Not for
 * two threads at once. */
bool source_next(struct source *source, struct item *item);

/* From any thread: source_next ends soon, also one that is at work in another thread. */
void source_stop(struct source *source);

/* Mailboxes (mbox) that look damaged, or quoted by another rule than was said. */
struct source_damage {
	size_t mailboxes;
	size_t joined, text; /* struct mbox_counts */
	char first[256];     /* the name of the first one, cut */
};

/* Once all was read. */
const struct source_damage *source_damage(const struct source *source);

/* Which part of the work was handed out, 0 to 1; negative where that is not known. */
double source_share(const struct source *source);

void source_close(struct source *source); /* NULL is fine */
void item_clear(struct item *item);

#endif

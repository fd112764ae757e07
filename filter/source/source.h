/* source.h: the input of a run as one message after another, always in the same order. */
#ifndef FILTER_SOURCE_SOURCE_H
#define FILTER_SOURCE_SOURCE_H

#include "filter/settings/settings.h"
#include "filter/source/item.h"

struct source;
struct address_gmime;

/*
 * Opens the input of a run. ST_BAD with *error if a list cannot be opened, ST_TEMP when out of
 * memory. options must outlive the source.
 */
enum status source_open(const struct options *options, struct arena *arena, struct source **source,
	struct error *error);

/*
 * Enables --attached: attached messages then follow the message that contains them. ST_TEMP when
 * out of memory. gmime must outlive it.
 */
enum status source_attached(struct source *source, struct address_gmime *gmime);

/*
 * Loads what --attached needs; false if that fails. When out of memory it can wait for itself, or
 * end the process.
 */
bool source_load(struct source *source);

/* From now on source_next calls before(arg) before it does anything that may take long. */
void source_before_long(struct source *source, void (*before)(void *arg), void *arg);

/*
 * Returns the next message of the shard in *item; its index counts the messages of all shards.
 * False at the end. Must not be called by two threads at once.
 */
bool source_next(struct source *source, struct item *item);

/* Returns the descriptor of the list of files, which may be a pipe, or -1. */
int source_list(const struct source *source);

/* Returns the damage found in mailboxes; valid after everything has been read. */
const struct source_damage *source_damage(const struct source *source);

/* Returns the fraction of the input that has been returned, 0 to 1; negative if unknown. */
double source_share(const struct source *source);

void source_close(struct source *source); /* NULL is fine */

#endif

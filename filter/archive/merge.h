/* merge.h: merges the shards of a run into the output of that run (batch --merge). */
#ifndef FILTER_ARCHIVE_MERGE_H
#define FILTER_ARCHIVE_MERGE_H

#include "filter/settings/settings.h"

/*
 * Writes the output of the whole run from the JSON of its shards (options->paths) and returns its
 * exit status; 75 if a shard is missing, truncated or unreadable, 78 if they are not shards
 * of one run. Every bad shard is reported on stderr.
 */
int merge_main(const struct options *options, struct arena *arena);

#endif

/* merge.h: the shards of a run as that run (batch --merge). */
#ifndef FILTER_ARCHIVE_MERGE_H
#define FILTER_ARCHIVE_MERGE_H

#include "filter/settings/settings.h"

/*
 * Writes what the whole run would have written, from the JSON of its shards (options->paths), and
 * gives its exit status; 75 where a shard is missing, cut or cannot be read, 78 where they are no
 * shards of one run. Every one that is wrong is reported on stderr.
 */
int merge_main(const struct options *options, struct arena *arena);

#endif

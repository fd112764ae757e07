/*
 * baseline.h: reads the earlier run of batch --baseline, and writes the comparison with it as JSON.
 */
#ifndef FILTER_ARCHIVE_BASELINE_H
#define FILTER_ARCHIVE_BASELINE_H

#include "filter/settings/settings.h"
#include "filter/stats/since.h"

/*
 * Reads options->baselines; *since is NULL if there are none. Returns 0, or an exit status after
 * reporting the error. The arena must outlive *since.
 */
int baseline_read(const struct options *options, struct arena *arena, struct since **since);

/*
 * The changes as one line of JSON (docs/schema-baseline.json), in the arena. ST_TEMP when out of
 * memory.
 */
enum status baseline_json(const struct since *since, struct arena *arena, struct slice *line);

#endif

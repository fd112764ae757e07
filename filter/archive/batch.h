/* batch.h: evaluates many saved messages (mailstamp batch). */
#ifndef FILTER_ARCHIVE_BATCH_H
#define FILTER_ARCHIVE_BATCH_H

#include "filter/settings/settings.h"

/*
 * Returns the exit status: 0 everything was read, 10 some files could not be read, 12 messages that
 * passed before no longer pass, 75 the run did not finish, 78 an unusable list, zone or journal.
 */
int batch_main(const struct options *options, struct arena *arena);

#endif

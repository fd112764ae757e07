/* batch.h: many saved messages (mailstamp batch). */
#ifndef FILTER_ARCHIVE_BATCH_H
#define FILTER_ARCHIVE_BATCH_H

#include "filter/settings/settings.h"

/* Exit status: 0 all was read, 10 some files could not be, 75 it did not finish; 78 for a list, a
 * zone or a journal that is of no use. */
int batch_main(const struct options *options, struct arena *arena);

#endif

/*
 * view.h: `report show`: shows incoming reports about mail in our domains' names, and compares them
 * with an archive.
 */
#ifndef FILTER_VIEW_VIEW_H
#define FILTER_VIEW_VIEW_H

#include "filter/settings/settings.h"

/*
 * Prints the tables to stdout, and writes a page if requested, for one domain and those below it,
 * or for all. Returns the exit status.
 */
int view_main(const struct options *options, struct arena *arena);

#endif

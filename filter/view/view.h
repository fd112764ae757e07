/*
 * view.h: `report show`: incoming reports about mail in our domains' names, compared with an
 * archive
 */
#ifndef FILTER_VIEW_VIEW_H
#define FILTER_VIEW_VIEW_H

#include "filter/settings/settings.h"

/*
 * Prints to stdout, and writes a page, for one domain and those below it, or for all. Returns the
 * exit status.
 */
int view_main(const struct options *options, struct arena *arena);

#endif

/*
 * view.h: `report show`: incoming reports about mail in our domains' names, compared with an
 * archive
 */
#ifndef FILTER_VIEW_VIEW_H
#define FILTER_VIEW_VIEW_H

#include "filter/settings/settings.h"

/* For one domain and those below it, or for all; to stdout, and as a page. The exit status. */
int view_main(const struct options *options, struct arena *arena);

#endif

/*
 * view.h: `report show`: reports of others about mail in our domains' names, compared with an
 * archive
 */
#ifndef FILTER_VIEW_VIEW_H
#define FILTER_VIEW_VIEW_H

#include "filter/settings/settings.h"

/* Of one domain and those below it, or of all; to stdout, and as a page. The exit status. */
int view_main(const struct options *options, struct arena *arena);

#endif

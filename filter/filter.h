/* filter.h: the default command: one message in, the stamped message and its status out. */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include "filter/settings/settings.h"

/*
 * The exit status. arena holds the options and outlives the messages; each message has its own
 * arena.
 */
int filter_main(const struct options *options, struct arena *arena);

#endif

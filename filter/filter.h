/*
 * filter.h: the default command: reads one message, writes the stamped message, returns its status.
 */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include "filter/settings/settings.h"

/* Returns the exit status. arena holds the options; each message has its own arena. */
int filter_main(const struct options *options, struct arena *arena);

#endif

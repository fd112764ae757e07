/*
 * feedback.h: reports that others send about mail in our domains' names (RFC 9990, 9991, 8460).
 */
#ifndef FILTER_FEEDBACK_FEEDBACK_H
#define FILTER_FEEDBACK_FEEDBACK_H

#include "filter/settings/settings.h"

/* `report prune`: removes reports that came more than --days ago. The exit status. */
int feedback_prune_main(const struct options *options, struct arena *arena);

#endif

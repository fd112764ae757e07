/* explain.h: shows the verdict to a person. */
#ifndef FILTER_EXPLAIN_EXPLAIN_H
#define FILTER_EXPLAIN_EXPLAIN_H

#include "filter/settings/settings.h"

/*
 * Evaluates the message of options->input (stdin if it is NULL) and prints the verdict as a table.
 * The exit status is that of the filter's plain profile.
 */
int explain_main(const struct options *options, struct arena *arena);

#endif

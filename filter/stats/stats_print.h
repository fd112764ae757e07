/* stats_print.h: prints statistics as tables on a terminal. */
#ifndef FILTER_STATS_STATS_PRINT_H
#define FILTER_STATS_STATS_PRINT_H

#include "filter/stats/stats.h"

/*
 * Prints author domains and whether they are ready for p=reject, sources with the fix for unaligned
 * ones, and the effect of each scenario, in the user's language. Long tables show the lines with
 * the most messages, and the number of the others. Prints nothing for a run without messages; false
 * when out of memory.
 */
bool stats_print(const struct stats *stats, FILE *out);

#endif

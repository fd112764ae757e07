/* stats_print.h: a run's statistics as tables on a terminal. */
#ifndef FILTER_STATS_STATS_PRINT_H
#define FILTER_STATS_STATS_PRINT_H

#include "filter/stats/stats.h"

/*
 * Author domains and how ready they are, sources with what unaligned ones need, and what each
 * scenario changes; in the reader's language. Of long tables the first lines are shown, those with
 * the most messages on top, and the number of the others. Nothing for a run without messages;
 * false without memory.
 */
bool stats_print(const struct stats *stats, FILE *out);

#endif

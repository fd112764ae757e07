/* view_print.h: a view as tables on a terminal. */
#ifndef FILTER_STATS_VIEW_PRINT_H
#define FILTER_STATS_VIEW_PRINT_H

#include "filter/stats/view.h"

/*
 * Author domains and how ready they are, sources with what unaligned ones need, and what each
 * scenario changes; in the reader's language. Of long tables the first lines are shown, those with
 * the most messages on top, and the number of the others. Nothing for a view without messages;
 * false without memory.
 */
bool view_print(const struct view *view, FILE *out);

#endif

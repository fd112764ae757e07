/*
 * view_list.h: a view as its readers list it: the largest first, days and kinds as text.
 *
 * The tables of the terminal and those of the page are both made with it.
 */
#ifndef FILTER_STATS_VIEW_LIST_H
#define FILTER_STATS_VIEW_LIST_H

#include "filter/stats/view.h"

enum { VIEW_DAY_OCTETS = 16 };

/* Numbers of the domains, or sources: the most messages first, then the first seen. From malloc;
 * NULL without memory. */
size_t *view_order_domains(const struct view *view);
size_t *view_order_sources(const struct view *view);

/* view_day as 2026-01-31, or "-". */
void view_day_text(int64_t seconds, char text[VIEW_DAY_OCTETS]);

/* What a source is known by, in words for people: "signed by" and the like. */
const char *view_by_text(enum source_by by);

/* 100 n / all; 0 of nothing. */
double view_percent(uint64_t n, uint64_t all);

/* How many messages a scenario gives another disposition. */
uint64_t view_changed(const struct view_matrix *matrix);

#endif

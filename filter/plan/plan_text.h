/* plan_text.h: declarations shared by the files that print a plan. */
#ifndef FILTER_PLAN_PLAN_TEXT_H
#define FILTER_PLAN_PLAN_TEXT_H

#include <stdio.h>

#include "filter/plan/plan.h"

/* The lists of senders that are printed above the steps. */
enum plan_list { PLAN_HURT, PLAN_DECIDE, PLAN_STOPPED };

/* The messages of a source, in a view, that are in a list. */
uint64_t plan_of_list(const struct plan_source *source, enum plan_view view, enum plan_list list);

/* Makes untrusted text printable: without control characters. */
const char *plan_shown(const struct plan *plan, struct slice text);

/* Prints the name of a source of a view. */
void plan_print_name(const struct plan *plan, enum plan_view view, size_t source, FILE *out);

/* "saved mail", "reports"; translated. */
const char *plan_view_text(enum plan_view view);

/* Are both views used? Then each line names its view. */
bool plan_has_both(const struct plan *plan);

/* Prints step i, counted from 0. */
void plan_print_step(const struct plan *plan, size_t i, FILE *out);

#endif

/* bound.h: an upper confidence bound for the share of failing mail, from a sample. */
#ifndef FILTER_PLAN_BOUND_H
#define FILTER_PLAN_BOUND_H

#include <stdint.h>

enum { BOUND_CONFIDENCE = 95 /* percent, one-sided */, BOUND_OCTETS = 16 };

/*
 * k of n messages fail: the largest share of failing mail with which so few would be seen in at
 * least one of twenty samples (Clopper and Pearson's exact upper bound; with k = 0 it is near 3/n).
 * From 0 to 1, rounded up by less than 1e-9; 1 if n is 0 or k is n. For n up to 1e9 its relative
 * error is below 1e-6.
 */
double bound_upper(uint64_t k, uint64_t n);

/* The share in percent, with two significant digits, rounded up: 0.0024933 is 0.25. */
void bound_percent(double share, char text[BOUND_OCTETS]);

#endif

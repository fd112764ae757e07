/* explain_rows.h: the results of the field as a table for a person. */
#ifndef FILTER_EXPLAIN_EXPLAIN_ROWS_H
#define FILTER_EXPLAIN_EXPLAIN_ROWS_H

#include "filter/verdict/evaluate.h"

/*
 * Prints each row of block_report, and the results that the field does not show: the other SPF
 * engine and the other DMARC mode. Nothing if nothing was evaluated.
 */
void explain_rows(const struct evaluation *evaluation, bool color);

#endif

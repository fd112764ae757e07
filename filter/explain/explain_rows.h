/* explain_rows.h: shows the results of the Authentication-Results field as a table. */
#ifndef FILTER_EXPLAIN_EXPLAIN_ROWS_H
#define FILTER_EXPLAIN_EXPLAIN_ROWS_H

#include "filter/verdict/evaluate.h"

/*
 * Prints each row of block_report, and the results that the field does not show: the other SPF
 * engine and the other DMARC mode. Prints nothing if the message was not evaluated.
 */
void explain_rows(const struct evaluation *evaluation, bool color);

#endif

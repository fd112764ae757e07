/* compare.h: compares a message's results without and with a change of DNS (--fail-if-worse). */
#ifndef FILTER_READER_COMPARE_H
#define FILTER_READER_COMPARE_H

#include "filter/stats/row.h"

/*
 * Sets row->worse if the message passes DMARC with DNS as it is, but not with the overlay or with
 * one of the what-ifs on top of the overlay. row was made from the evaluation and outcome.
 * ST_TEMP if the second evaluation fails.
 */
enum status compare_before(
	const struct evaluation *evaluation, const struct outcome *outcome, struct row *row);

#endif

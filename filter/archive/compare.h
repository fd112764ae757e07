/*
 * compare.h: a message before a change of DNS and after it (--fail-if-worse).
 */
#ifndef FILTER_ARCHIVE_COMPARE_H
#define FILTER_ARCHIVE_COMPARE_H

#include "filter/stats/row.h"

/*
 * Sets row's worse where the message passed DMARC as DNS is, and does not pass with the overlay, or
 * with one of the what-ifs over it. row is made of the evaluation and of outcome. ST_TEMP where it
 * could not be judged again.
 */
enum status compare_before(
	const struct evaluation *evaluation, const struct outcome *outcome, struct row *row);

#endif

/* feedback.h: reads incoming reports about mail in our domains' names (RFC 9990, 9991, 8460). */
#ifndef FILTER_FEEDBACK_FEEDBACK_H
#define FILTER_FEEDBACK_FEEDBACK_H

#include "filter/settings/settings.h"

/*
 * `report read`: stores reports from all PATHs or from stdin, which is one mail or one report.
 * Returns the exit status: 0 if everything that could be read was stored or set aside.
 */
int feedback_read_main(const struct options *options, struct arena *arena);

#endif

/*
 * reporting.h: the commands that send reports to others about mail in their name (RFC 9990,
 * RFC 9991).
 *
 * The filter's JSON log is imported into the store; finished days become reports, which are frozen
 * and sent. Exit statuses: 0; 64, 78 as everywhere; 75 if the store failed or something must be
 * tried again later.
 */
#ifndef FILTER_REPORTING_REPORTING_H
#define FILTER_REPORTING_REPORTING_H

#include "filter/settings/settings.h"

int reporting_import_main(const struct options *options, struct arena *arena);
int reporting_send_main(const struct options *options, struct arena *arena);

/* Reads a bounce from stdin: exit status 0 whatever it contains; 75 if it cannot be processed. */
int reporting_bounce_main(const struct options *options, struct arena *arena);

/*
 * Does a bounce (RFC 3464) report a permanent failure: a message/delivery-status part whose Action
 * is failed and whose Status, if it has one, is 5.x.x?
 */
bool reporting_bounce_failed(struct slice raw, struct arena *arena);

#endif

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
#include "mime/apart.h"

int reporting_import_main(const struct options *options, struct arena *arena);
int reporting_send_main(const struct options *options, struct arena *arena);

/* Reads a bounce from stdin: exit status 0 whatever it contains; 75 if it cannot be processed. */
int reporting_bounce_main(const struct options *options, struct arena *arena);

/*
 * Does the status of a bounce report a permanent failure: a group of fields whose Action is failed
 * and whose Status, if it has one, is 5.x.x (RFC 3464 2.3.3, 2.3.4)?
 */
bool reporting_status_failed(struct slice fields, struct arena *arena);

/*
 * Is raw a bounce whose status says so? Its parts are found in a separate process. A bounce that
 * is only a part of a message does not count, nor does a status that is cut off. *failed is false
 * unless that is APART_DONE.
 */
struct address_gmime;
enum apart_end reporting_bounce_failed(const struct apart *apart, struct address_gmime *gmime,
	struct slice raw, struct arena *arena, bool *failed);

#endif

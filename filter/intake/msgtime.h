/*
 * msgtime.h: when a stored message arrived.
 */
#ifndef FILTER_INTAKE_MSGTIME_H
#define FILTER_INTAKE_MSGTIME_H

#include <stdint.h>

#include "mime/message.h"

/*
 * The date of the topmost Received, which the host that stored the message wrote, or else of Date,
 * as seconds since the epoch; false, and *when unchanged, if neither can be read.
 */
bool message_time(const struct message *message, struct arena *arena, int64_t *when);

/*
 * Parses a date-time of RFC 5322 3.3, obsolete forms (4.3) and comments included; text after it is
 * ignored. An unknown zone counts as UTC (RFC 5322 4.3).
 */
bool message_date_parse(struct slice text, int64_t *when);

#endif

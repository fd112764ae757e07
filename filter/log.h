/*
 * log.h: what the administrator's log hears. A log that fails never changes delivery.
 */
#ifndef FILTER_LOG_H
#define FILTER_LOG_H

#include "filter/options.h"

struct log; /* opened by the options: syslog, a file, stderr, or nowhere */

/* stderr stays silent in the profiles for mail servers (it would land in a bounce). */
struct log *
log_open(const struct options *options);

/*
 * One line. Bytes of a message, an envelope or DNS pass only through log_value, which keeps
 * printable ASCII, escapes the rest as \xHH and cuts at 255 octets.
 */
void
log_line(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *
log_value(struct slice value, struct arena *arena);

void
log_close(struct log *log);

#endif

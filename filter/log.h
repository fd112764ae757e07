/*
 * log.h: the administrator's log. A failing log never changes delivery.
 */
#ifndef FILTER_LOG_H
#define FILTER_LOG_H

#include "filter/settings/settings.h"
#include "mime/buf.h"

enum { LOG_VALUE_MAX = 255, LOG_LINE_MAX = 4096 };

struct log; /* to syslog, a file, stderr, or nowhere, by the options; owned by the caller */

/*
 * NULL without memory: every function here accepts it and does nothing. Nothing is opened before
 * the first line or log_arm; a log file that cannot be written is reported to syslog. Without
 * --log: stderr for plain, syslog for the profiles of mail servers, because their stderr ends up in
 * a bounce or in the message.
 */
struct log *log_open(const struct options *options);

/*
 * One line of at most LOG_LINE_MAX octets (more is cut), in one write: many processes can share
 * the file. Control characters become '?'. Bytes of a message, an envelope or DNS pass only through
 * log_value.
 */
void log_line(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * "key=value" for a line, after a space if out is not empty; with quotes if value needs them. value
 * as in log_value.
 */
void log_pair(struct buf *out, const char *key, struct slice value);

/* filter/text/printable.h, at most LOG_VALUE_MAX octets of value. Owned by the arena. */
const char *log_value(struct slice value, struct arena *arena);

/*
 * From now on log_signal writes to this log that a signal ended the process, with --queue-id. It is
 * safe in a signal handler; before this call, it writes nothing.
 */
void log_arm(struct log *log);

/* The same for a command without a log: its file stays open for that line alone. */
void log_arm_alone(const struct options *options);
void log_signal(int number);

/*
 * From now on such a line names the message: its queue id and Message-ID, which may be empty. arena
 * is used until it returns.
 */
void log_about(struct slice queue_id, struct slice message_id, struct arena *arena);

/* The same for a system call that the sandbox forbids; name is its name, or NULL. */
void log_forbidden(int number, const char *name);

void log_close(struct log *log);

#endif
